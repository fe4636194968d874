"""The neutral form of a recorded call, of any dialer (docs/reference/third-party-calls.md). Pure."""

from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, model_validator

from onrecord.calls.state import Status

ChannelName = Literal["user", "person", "mixed"]

#: Longer calls are mistakes of a unit.
_LONGEST_S = 7 * 24 * 3600


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """Which call of which dialer it is: with the recording's id what makes a delivery one of its kind."""

    provider: str = Field(min_length=1, max_length=20)
    account_id: str = Field(default="", max_length=100)
    call_id: str = Field(min_length=1, max_length=200)


class Party(_Frozen):
    """Somebody in the call, as the dialer knows them."""

    #: As it was sent; None when withheld.
    number: str | None = Field(default=None, max_length=50)
    name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    provider_user_id: str = Field(default="", max_length=100)


class RecordingFile(_Frozen):
    """Where the sound is."""

    recording_id: str = Field(default="", max_length=200)
    #: None for a file that came with the delivery.
    url: HttpUrl | None = None
    #: Value of the Authorization header for `url`; empty for none.
    authorization: str = Field(default="", repr=False)
    #: Whose voice each channel is, in order; None where the dialer does not say.
    channels: list[ChannelName] | None = Field(default=None, min_length=1, max_length=2)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        named = [one for one in self.channels or [] if one != "mixed"]
        if len(named) != len(set(named)):
            raise ValueError("two channels cannot be the same side: name one user, the other person")
        return self


class RecordedCall(_Frozen):
    """A call that has ended, with one of its recordings or none."""

    source: Source
    direction: Literal["inbound", "outbound"]
    status: Status = Status.COMPLETED
    started_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    duration_seconds: float = Field(ge=0, le=_LONGEST_S)
    user: Party
    person: Party
    recording: RecordingFile | None = None
    #: Whether the dialer played a consent announcement.
    announced: bool = False
    disposition: str = Field(default="", max_length=50)
    notes: str = Field(default="", max_length=20_000)

    @model_validator(mode="after")
    def _has_ended(self) -> Self:
        if not self.status.is_final:
            raise ValueError("only calls that have ended are taken")
        return self
