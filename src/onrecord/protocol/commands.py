"""The commands from the web to the switch, and the switch's answers (docs/reference/switch.md)."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status
from onrecord.protocol.fields import (
    BeepSeconds,
    CallId,
    ClockMs,
    Count,
    Digits,
    Pcmu,
    PhoneNumber,
    PressId,
    Role,
    Text,
    UserId,
    Words,
)
from onrecord.protocol.message import Message
from onrecord.protocol.recording_state import RecordingState

HEALTH = "/health"
CALLS = "/calls"
CALL = "/calls/{call_id}"
JOURNALS = "/journals"


class Strict(Message):
    """A message with strict types: `"yes"` is not true, and `true` is not 1."""

    model_config = ConfigDict(strict=True)


class Response(Strict):
    """An answer of the switch."""


class SdpResponse(Response):
    """The SDP answer to a browser's offer."""

    sdp: Text


class UserState(Response):
    """A user in a call."""

    user: UserId
    role: Role
    attached: bool


class CallState(Response):
    """The current or final state of a call."""

    call_id: CallId
    status: Status
    recording: RecordingState
    generation: Count
    mode: Mode
    may_change: bool
    clock_ms: ClockMs | None
    attached: bool
    users: list[UserState]
    drops: Count


class RecordingResponse(Response):
    """The state of the recording, and since when."""

    recording: RecordingState
    clock_ms: ClockMs | None
    generation: Count


class RestrictResponse(RecordingResponse):
    """What the call allows after a restriction."""

    mode: Mode
    may_change: bool


class CallList(Response):
    calls: list[CallState]


class JournalList(Response):
    calls: list[CallId] = Field(description="a list of call ids")


class Health(Response):
    calls: Count
    drops: Count


class ErrorResponse(Response):
    """Why a command was not carried out."""

    #: An `ErrorCode`.
    code: Text
    #: A sentence.
    message: Words


class Command(Strict):
    """The body of a POST. `answer` is the class of the response; without one it is an empty 204."""

    path: ClassVar[str]


class AnnouncementAudio(Strict):
    """The announcement that must be heard before anything is captured."""

    pcmu: Pcmu


class RecordingDecision(Strict):
    """What the web decided about recording."""

    mode: Mode
    record_at_start: bool
    may_change: bool
    policy_version: Count


class PlaceCall(Command):
    """A call to place."""

    path = CALLS
    response: ClassVar = SdpResponse

    call_id: CallId
    to: PhoneNumber
    #: The caller ID; None for an anonymous call.
    caller: PhoneNumber | None = Field(default=None, validation_alias="from", serialization_alias="from")
    #: The browser's SDP offer.
    sdp: Text
    user_id: UserId
    #: Whether the user may change the recording.
    controls: bool
    decision: RecordingDecision
    announcement: AnnouncementAudio | None = None
    #: Seconds between beeps while recording; None for no beep.
    beep_every_s: BeepSeconds | None = None


class Attach(Command):
    """The new connection of a user who is in the call."""

    path = "/calls/{call_id}/attach"
    response: ClassVar = SdpResponse

    sdp: Text
    user_id: UserId
    controls: bool


class Join(Attach):
    """A user joins or rejoins."""

    path = "/calls/{call_id}/join"


class Detach(Command):
    """A user's page closes."""

    path = "/calls/{call_id}/detach"

    user_id: UserId


class Leave(Command):
    """A user leaves."""

    path = "/calls/{call_id}/leave"

    user_id: UserId


class Pause(Command):
    """A user pauses recording."""

    path = "/calls/{call_id}/pause"
    response: ClassVar = RecordingResponse

    actor: UserId
    press: PressId


class Record(Command):
    """A user starts or resumes recording."""

    path = "/calls/{call_id}/record"
    response: ClassVar = RecordingResponse

    actor: UserId
    #: The call's generation that the user saw.
    generation: Count


class Restrict(Command):
    """The policy has become stricter."""

    path = "/calls/{call_id}/restrict"
    response: ClassVar = RestrictResponse

    mode: Mode
    may_change: bool
    policy_version: Count


class Dtmf(Command):
    """A user pressed keys."""

    path = "/calls/{call_id}/dtmf"

    digits: Digits


class HangUp(Command):
    """A user ends the call for everyone."""

    path = "/calls/{call_id}/hangup"
    response: ClassVar = CallState

    actor: UserId
