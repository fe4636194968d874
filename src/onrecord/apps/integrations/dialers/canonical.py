"""The canonical form of a call from any dialer (docs/reference/third-party-calls.md). Pure."""

from typing import Annotated, Literal, Self

from pydantic import (
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    UrlConstraints,
    model_validator,
)

from onrecord.apps.core.moments import STORED, PastMoment
from onrecord.apps.dispositions.lists import LONGEST_NAME
from onrecord.protocol.call_status import Status

ChannelName = Literal["user", "person", "mixed"]

#: Maximum length of a recording's URL. Signed URLs contain long tokens.
_LONGEST_URL = 8000


def _cut(longest: int) -> BeforeValidator:
    """An optional text. It is cut if it is too long, because the call must not be lost over it."""

    def cut(value: object) -> object:
        return value[:longest] if isinstance(value, str) else value

    return BeforeValidator(cut)


def _left_out(longest: int, instead: str | None) -> BeforeValidator:
    """A text that is useless in part. It is left out if it is too long."""

    def left_out(value: object) -> object:
        return instead if isinstance(value, str) and len(value) > longest else value

    return BeforeValidator(left_out)


#: Anything longer is a value in the wrong unit.
LONGEST_S = 7 * 24 * 3600


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CallSource(_Frozen):
    """Identifies the call and its dialer. Together with the recording's id, it identifies a delivery."""

    provider: str = Field(min_length=1, max_length=20)
    account_id: str = Field(default="", max_length=100)
    call_id: str = Field(min_length=1, max_length=200)


class Party(_Frozen):
    """A participant in the call, as the dialer knows them."""

    #: As the dialer sent it; None if withheld.
    number: Annotated[str | None, _left_out(50, None)] = None
    name: Annotated[str, _cut(200)] = ""
    email: Annotated[str, _left_out(254, "")] = ""
    provider_user_id: str = Field(default="", max_length=100)


class RecordingFile(_Frozen):
    """Where the sound is."""

    recording_id: str = Field(default="", max_length=200)
    #: None if the file came with the delivery.
    url: (
        Annotated[AnyUrl, UrlConstraints(allowed_schemes=["http", "https"], max_length=_LONGEST_URL)] | None
    ) = None
    #: Value of the Authorization header for `url`; empty if there is none.
    authorization: str = Field(default="", repr=False)
    #: Whose voice is on each channel, in order; None if the dialer does not say.
    channels: list[ChannelName] | None = Field(default=None, min_length=1, max_length=2)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        named = [one for one in self.channels or [] if one != "mixed"]
        if len(named) != len(set(named)):
            raise ValueError("two channels cannot be the same side. Name one `user` and the other `person`")
        return self


class RecordedCall(_Frozen):
    """A call that has ended, with at most one recording."""

    source: CallSource
    direction: Literal["inbound", "outbound"]
    status: Status = Status.COMPLETED
    started_at: PastMoment
    answered_at: PastMoment | None = None
    duration_seconds: float = Field(ge=0, le=LONGEST_S)
    user: Party
    person: Party
    recording: RecordingFile | None = None
    #: Whether the dialer played a consent announcement.
    announced: bool = False
    disposition: Annotated[str, _cut(LONGEST_NAME)] = ""
    notes: Annotated[str, _cut(20_000)] = ""

    @classmethod
    def stored(cls, record: object) -> Self:
        """Load a call that was accepted earlier and stored with `model_dump`."""
        return cls.model_validate(record, context=STORED)

    @model_validator(mode="after")
    def _has_ended(self) -> Self:
        if not self.status.is_final:
            raise ValueError("only calls that have ended are accepted")
        return self
