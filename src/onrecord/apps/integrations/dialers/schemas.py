"""A call as programs and manifests send it, and its conversion to the canonical form."""

import hashlib
import json
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import Field, HttpUrl, ValidationError, model_validator

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.core.moments import PastMoment
from onrecord.apps.integrations.dialers.canonical import (
    CallSource,
    ChannelName,
    Party,
    RecordedCall,
    RecordingFile,
)
from onrecord.apps.integrations.dialers.queries import user_by_guid
from onrecord.apps.people.numbers import NumberError, parse_number


class EntryError(ValueError):
    """The call cannot be stored. The text says what to do."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """`status` and `code` are those of the API's response."""
        super().__init__(message)
        self.status = status
        self.code = code


class RecordingIn(Schema):
    url: HttpUrl
    id: str = Field(default="", max_length=200)
    channels: list[ChannelName] | None = Field(default=None, min_length=1, max_length=2)


class CallIn(Schema):
    """The JSON body. A multipart body has the same fields, and `recording` is the file."""

    #: For a withheld number: empty, or the dialer's placeholder.
    from_: Annotated[str | None, Field(alias="from", max_length=50)]
    to: str | None = Field(max_length=50)
    direction: Literal["inbound", "outbound"]
    #: Seconds.
    duration: float = Field(ge=0, le=604_800)
    call_created_at: PastMoment
    #: Id or email address of one of our users.
    user_guid: str = Field(min_length=1, max_length=254)
    recording: RecordingIn | None = None
    #: The dialer's id of the call, by which repetitions are recognized.
    call_id: str = Field(default="", max_length=200)
    #: The dialer's name, as lists show it.
    source: str = Field(default="", max_length=40)
    #: Whether a consent announcement was played.
    announced: bool = False
    disposition: str = Field(default="", max_length=50)
    notes: str = Field(default="", max_length=20_000)

    @property
    def file(self) -> RecordingFile | None:
        """The recording that the body names. Raises ValidationError."""
        if self.recording is None:
            return None
        named = {"recording_id": self.recording.id, "url": self.recording.url}
        return RecordingFile.model_validate(named | {"channels": self.recording.channels})


class FileCallIn(CallIn):
    """The fields that accompany a file: in a multipart body, or in a row of a manifest."""

    recording: None = None
    recording_id: str = Field(default="", max_length=200)
    #: Comma-separated.
    channels: str = Field(default="", max_length=40)

    @model_validator(mode="after")
    def _channels_are_known(self) -> Self:
        _ = self.file
        return self

    @property
    def file(self) -> RecordingFile:
        channels = [one.strip() for one in self.channels.split(",") if one.strip()]
        named = {"recording_id": self.recording_id, "channels": channels or None}
        return RecordingFile.model_validate(named)


def what_is_wrong(error: ValidationError) -> str:
    """All validation errors, in one sentence."""
    problems = (f"{'.'.join(map(str, one['loc'])) or 'call'}: {one['msg']}" for one in error.errors())
    return f"The call cannot be used: {'; '.join(problems)}."


def user_of(body: CallIn, team: Team) -> User:
    """The rep. Raises EntryError."""
    user = user_by_guid(team, body.user_guid)
    if user is None:
        message = f"No user has the ID or email address {body.user_guid!r}. Send those of an active user."
        raise EntryError(422, "no_such_user", message)
    return user


def fingerprint(body: CallIn, file: Any) -> str:
    """Identifies a call if the sender gives no id: a hash of its fields and its `file`."""
    said = body.model_dump(mode="json") | {"file": file}
    return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"


def canonical(
    body: CallIn, *, user: User, provider: str, source: str, call_id: str, file: RecordingFile | None
) -> RecordedCall:
    """The canonical form. Raises EntryError if the number that the rep dialed is invalid.

    A caller's number may be withheld. The call is then stored without it, as with webhooks.
    """
    ours, theirs = (body.from_, body.to) if body.direction == "outbound" else (body.to, body.from_)
    if body.direction == "outbound":
        try:
            parse_number(theirs or "", user.region)
        except NumberError as error:
            raise EntryError(422, error.code, error.message) from error
    return RecordedCall(
        source=CallSource(provider=provider, account_id=source, call_id=call_id),
        direction=body.direction,
        started_at=body.call_created_at,
        duration_seconds=body.duration,
        user=Party(number=ours),
        person=Party(number=theirs),
        recording=file,
        announced=body.announced,
        disposition=body.disposition,
        notes=body.notes,
    )
