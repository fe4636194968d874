"""The events from switch and renderer to the web (docs/reference/switch.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import EndReason, Status
from onrecord.protocol.fields import CallId, ClockMs, Count, Milliseconds, Role, Sha256, Text, UserId, Words
from onrecord.protocol.message import BadMessageError, Message, read
from onrecord.protocol.recording_state import HoleCause, LossCause, RecordingState


class Source(StrEnum):
    """The process that reports."""

    SWITCH = "switch"
    RENDERER = "renderer"


class EventData(Message):
    """The data of an event, besides its type and time.

    Unknown fields are kept, because a media host may be newer than the web. Fields with a default may be
    missing in events stored by an earlier release.
    """

    model_config = ConfigDict(extra="allow")

    source: ClassVar[Source]
    type: ClassVar[str]


# The switch's


class SwitchEvent(EventData):
    source = Source.SWITCH


class CallRinging(SwitchEvent):
    type = "call.ringing"


class CallAnswered(SwitchEvent):
    type = "call.answered"


class CallDetached(SwitchEvent):
    type = "call.detached"


class CallAttached(SwitchEvent):
    type = "call.attached"


class PartyJoined(SwitchEvent):
    type = "party.joined"

    user: UserId
    role: Role | None = None


class PartyLeft(SwitchEvent):
    type = "party.left"

    user: UserId
    role: Role | None = None
    #: The user who left; None when the browser was lost.
    actor: UserId | None = None


class AnnouncementPlayed(SwitchEvent):
    type = "announcement.played"


class RecordingMoved(SwitchEvent):
    """The recording started, paused or resumed."""

    #: None when the decision caused it.
    actor: UserId | None = None
    generation: Count = 0


class RecordingStarted(RecordingMoved):
    type = "recording.started"


class RecordingPaused(RecordingMoved):
    type = "recording.paused"


class RecordingResumed(RecordingMoved):
    type = "recording.resumed"


class RecordingHeld(RecordingMoved):
    """A pause while nothing was being recorded."""

    type = "recording.held"

    #: How many were reported as one.
    times: Count = 1


class RecordingRefused(SwitchEvent):
    type = "recording.refused"

    actor: UserId | None = None
    wanted: RecordingState | None = None
    #: An `ErrorCode`.
    code: Words = ""
    #: How many were reported as one.
    times: Count = 1


class RecordingRestricted(SwitchEvent):
    type = "recording.restricted"

    mode: Mode
    recording: RecordingState
    may_change: bool = False
    policy_version: Count | None = None
    generation: Count = 0


class ReportedLoss(Message):
    """Sound that could not be written to disk."""

    cause: LossCause
    start_ms: Milliseconds
    until_ms: Milliseconds
    frames: Count


class CaptureStalled(SwitchEvent):
    """No sound is being stored."""

    type = "capture.stalled"

    cause: LossCause


class CaptureResumed(SwitchEvent):
    type = "capture.resumed"

    lost: list[ReportedLoss]


def _final(status: Status) -> Status:
    if not status.is_final:
        raise ValueError("not final")
    return status


#: A separate type, because not every status is final.
FinalStatus = Annotated[
    Status,
    AfterValidator(_final),
    Field(description="`completed`, `busy`, `no-answer`, `canceled` or `failed`"),
]


class CallEnded(SwitchEvent):
    type = "call.ended"

    status: FinalStatus
    #: A reason that we do not know, from a newer switch, is accepted too.
    reason: EndReason | Annotated[str, Field(min_length=1, description="another word")] = Field(
        union_mode="left_to_right"
    )
    #: The user who ended it, if any.
    actor: UserId | None = None
    #: 0 if never answered.
    duration_ms: Milliseconds
    #: Whether any sound reached the journal.
    captured: bool
    #: Frames dropped because the disk was too slow.
    drops: Count = 0
    lost: list[ReportedLoss] = []


# The renderer's


class RendererEvent(EventData):
    source = Source.RENDERER


class RecordingProcessing(RendererEvent):
    type = "recording.processing"


class RecordingEmpty(RendererEvent):
    """The journal has no sound."""

    type = "recording.empty"


class RecordingFailed(RendererEvent):
    type = "recording.failed"

    message: Words = ""
    #: The journal was damaged beyond reading.
    lost: bool = False


class Stretch(Message):
    """A part of the call, in milliseconds since the answer."""

    start_ms: Milliseconds
    end_ms: Milliseconds


class Span(Stretch):
    """A stretch in which a given set of parties was captured."""

    #: The party numbers, ascending.
    parties: tuple[int, ...] = Field(description="a list of party numbers")


class Hole(Stretch):
    """A stretch with missing sound."""

    #: A cause that we do not know, from a newer renderer, is accepted too.
    cause: HoleCause | Annotated[str, Field(max_length=20, description="another word")] = Field(
        union_mode="left_to_right"
    )
    #: Numbers of the parties whose sound may be missing, ascending.
    parties: tuple[int, ...] = Field(description="a list of party numbers")

    def __str__(self) -> str:
        return f"{(self.end_ms - self.start_ms) / 1000:.1f} s at {self.start_ms / 1000:.1f} s ({self.cause})"


class Monologues(Message):
    """The longest monologue of each side; None for a side that never talks."""

    ours: Stretch | None
    contact: Stretch | None


class Interruptions(Message):
    """How often each side interrupted the other."""

    ours: Count
    contact: Count


class Talk(Message):
    """Who talked (docs/reference/storage.md)."""

    ours_ms: Milliseconds
    contact_ms: Milliseconds
    both_ms: Milliseconds
    silence_ms: Milliseconds
    #: Our share of all talk.
    ratio: Annotated[float, Field(ge=0, le=1, description="a number from 0 to 1")] | None
    longest_monologue: Monologues
    interruptions: Interruptions


class RecordingCompleted(RendererEvent):
    """A finished recording."""

    type = "recording.completed"

    duration_ms: Milliseconds
    samples: Annotated[int, Field(ge=0, description="a whole number, 0 or more")] = 0
    spans: list[Span]
    holes: list[Hole] = []
    #: Whether the source was damaged, even if no sound is missing.
    damaged: bool = False
    #: The call clock at the end, according to the journal.
    ends_at_ms: Milliseconds | None = None
    bytes: Annotated[int, Field(gt=0, lt=1 << 63, description="a whole number above 0")]
    audio_sha256: Sha256
    manifest_sha256: Sha256
    key_commitment: Sha256
    thumbnail: Annotated[dict[str, list[int]], Field(description="`left` and `right`: 120 heights each")]
    #: None if it was not analyzed.
    talk: Talk | None = None


#: The data class of each event type.
DATA: Mapping[str, type[EventData]] = MappingProxyType(
    {
        kind.type: kind
        for kind in (
            CallRinging,
            CallAnswered,
            CallDetached,
            CallAttached,
            CallEnded,
            PartyJoined,
            PartyLeft,
            AnnouncementPlayed,
            RecordingStarted,
            RecordingPaused,
            RecordingResumed,
            RecordingHeld,
            RecordingRefused,
            RecordingRestricted,
            CaptureStalled,
            CaptureResumed,
            RecordingProcessing,
            RecordingCompleted,
            RecordingEmpty,
            RecordingFailed,
        )
    }
)


class Envelope(Message):
    """An event as posted."""

    call_id: CallId
    source: Source
    #: From 1, per call and source.
    seq: Annotated[int, Field(ge=1, lt=1 << 31, description="a whole number, 1 or more")]
    type: Text
    at: Annotated[AwareDatetime, Field(description="a time with its zone, such as 2026-01-31T15:04:05.678Z")]
    clock_ms: ClockMs | None
    data: Annotated[dict[str, Any], Field(description="an object")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One report."""

    call_id: str
    #: From 1, per call and source.
    seq: int
    at: datetime
    #: Milliseconds since answer; None before answer.
    clock_ms: int | None
    data: EventData

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Parse a posted event. Raises BadMessageError."""
        envelope = read(Envelope, said)
        model = DATA.get(envelope.type)
        if model is None or model.source is not envelope.source:
            raise BadMessageError(f"The {envelope.source} does not send the event {envelope.type!r}.")
        return cls(
            call_id=envelope.call_id,
            seq=envelope.seq,
            at=envelope.at,
            clock_ms=envelope.clock_ms,
            data=read(model, envelope.data),
        )

    @property
    def source(self) -> Source:
        return self.data.source

    @property
    def type(self) -> str:
        return self.data.type
