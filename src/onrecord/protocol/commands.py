"""What the web asks of the switch, and what the switch answers (docs/reference/switch.md)."""

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
    """A message whose values are of their types: `"yes"` is not true, and `true` is not 1."""

    model_config = ConfigDict(strict=True)


class Answer(Strict):
    """What the switch answers."""


class SdpAnswer(Answer):
    """The answer to a browser's offer."""

    sdp: Text


class UserState(Answer):
    """One of ours in a call."""

    user: UserId
    role: Role
    attached: bool


class CallState(Answer):
    """A call as it is now, or as it ended."""

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


class RecordingAnswer(Answer):
    """Where the recording is, and since when."""

    recording: RecordingState
    clock_ms: ClockMs | None
    generation: Count


class RestrictAnswer(RecordingAnswer):
    """What the call allows now."""

    mode: Mode
    may_change: bool


class CallList(Answer):
    calls: list[CallState]


class JournalList(Answer):
    calls: list[CallId] = Field(description="a list of call ids")


class Health(Answer):
    calls: Count
    drops: Count


class ErrorAnswer(Answer):
    """Why a command was not carried out."""

    #: An `ErrorCode`.
    code: Text
    #: A sentence.
    message: Words


class Command(Strict):
    """The body of a POST. A class has its `answer` where there is one; else it is 204 and nothing."""

    path: ClassVar[str]


class AnnouncementAudio(Strict):
    """The sound that the contact must hear before anything is captured."""

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
    answer: ClassVar = SdpAnswer

    call_id: CallId
    to: PhoneNumber
    #: None for an anonymous call.
    caller: PhoneNumber | None = Field(default=None, validation_alias="from", serialization_alias="from")
    #: The browser's offer.
    sdp: Text
    user_id: UserId
    #: Whether the user may change the recording.
    controls: bool
    decision: RecordingDecision
    announcement: AnnouncementAudio | None = None
    #: Seconds from one beep to the next while recording; None for no beep.
    beep_every_s: BeepSeconds | None = None


class Attach(Command):
    """The new connection of a user who is in the call."""

    path = "/calls/{call_id}/attach"
    answer: ClassVar = SdpAnswer

    sdp: Text
    user_id: UserId
    controls: bool


class Join(Attach):
    """A user comes in, or back in."""

    path = "/calls/{call_id}/join"


class Detach(Command):
    """The page of a user's browser goes away."""

    path = "/calls/{call_id}/detach"

    user_id: UserId


class Leave(Command):
    """A user leaves."""

    path = "/calls/{call_id}/leave"

    user_id: UserId


class Pause(Command):
    """A user wants nothing recorded from now on."""

    path = "/calls/{call_id}/pause"
    answer: ClassVar = RecordingAnswer

    actor: UserId
    press: PressId


class Record(Command):
    """A user wants the recording to run."""

    path = "/calls/{call_id}/record"
    answer: ClassVar = RecordingAnswer

    actor: UserId
    #: Of the call, as the user saw it.
    generation: Count


class Restrict(Command):
    """The policy has become stricter."""

    path = "/calls/{call_id}/restrict"
    answer: ClassVar = RestrictAnswer

    mode: Mode
    may_change: bool
    policy_version: Count


class Dtmf(Command):
    """A user pressed keys."""

    path = "/calls/{call_id}/dtmf"

    digits: Digits


class HangUp(Command):
    """Somebody ends the call for all."""

    path = "/calls/{call_id}/hangup"
    answer: ClassVar = CallState

    actor: UserId
