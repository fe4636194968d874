"""How events change a call. Pure. The result does not depend on their order or on repetitions.

Facts only accumulate. The status never goes backwards. Of the events that say whether the call is being
recorded, the one with the highest sequence number counts, not the one that arrived last.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import singledispatch

from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status
from onrecord.protocol.events import (
    CallAnswered,
    CallEnded,
    CallRinging,
    CaptureResumed,
    CaptureStalled,
    Event,
    EventData,
    RecordingCompleted,
    RecordingEmpty,
    RecordingFailed,
    RecordingHeld,
    RecordingPaused,
    RecordingProcessing,
    RecordingRestricted,
    RecordingResumed,
    RecordingStarted,
)
from onrecord.protocol.fields import LARGEST_COUNT
from onrecord.protocol.recording_state import RecordingState

_PROGRESS = [Status.QUEUED, Status.INITIATED, Status.RINGING, Status.IN_PROGRESS]


class RenderState(StrEnum):
    """How far the renderer is, in ascending order. A later attempt can only improve the result."""

    NONE = ""
    PROCESSING = "processing"
    EMPTY = "empty"
    FAILED = "failed"
    LOST = "lost"
    COMPLETED = "completed"


_RENDER_STATES = list(RenderState)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedCall:
    """What the events from switch and renderer add up to."""

    status: Status
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    end_reason: str = ""
    #: The web ended the call without word from the switch. If the switch reports its end, that replaces it.
    end_is_guess: bool = False
    mode: Mode = Mode.NONE
    recording_state: RecordingState = RecordingState.OFF
    #: Sequence number of the event that set `recording_state`.
    recording_seq: int = 0
    #: How many times the call has become stricter, as reported by the switch.
    generation: int = 0
    #: Why audio is not being kept right now (a `LossCause`); empty while it is.
    stall_cause: str = ""
    #: Sequence number of the event that set `stall_cause`.
    stall_seq: int = 0
    #: Whether any audio reached the journal; None while unknown.
    captured: bool | None = None
    #: Frames dropped because the disk was too slow.
    drops: int = 0
    rendering: RenderState = RenderState.NONE


def apply(call: ReportedCall, event: Event) -> ReportedCall:
    """The call after one more event."""
    return _applied(event.data, event, call)


def ended_by_web(call: ReportedCall, *, at: datetime, reason: str, captured: bool | None) -> ReportedCall:
    """The call after the web gave up on it. `captured` is False if no media can have flowed."""
    if call.status.is_final:
        return call
    lasted = (at - call.answered_at) // timedelta(milliseconds=1) if call.answered_at else 0
    return replace(
        call,
        status=Status.FAILED,
        ended_at=at,
        duration_ms=min(max(lasted, 0), LARGEST_COUNT),
        end_reason=reason,
        end_is_guess=True,
        recording_state=RecordingState.OFF,
        stall_cause="",
        captured=captured,
    )


@singledispatch
def _applied(data: EventData, event: Event, call: ReportedCall) -> ReportedCall:
    """Other events do not change the call."""
    return call


@_applied.register
def _(data: CallRinging, event: Event, call: ReportedCall) -> ReportedCall:
    return _advance(call, Status.RINGING)


@_applied.register
def _(data: CallAnswered, event: Event, call: ReportedCall) -> ReportedCall:
    return _advance(replace(call, answered_at=event.at), Status.IN_PROGRESS)


@_applied.register
def _(data: CallEnded, event: Event, call: ReportedCall) -> ReportedCall:
    if call.status.is_final and not call.end_is_guess:
        return call
    return replace(
        call,
        status=data.status,
        ended_at=event.at,
        duration_ms=data.duration_ms,
        end_reason=data.reason,
        end_is_guess=False,
        recording_state=RecordingState.OFF,
        recording_seq=event.seq,
        stall_cause="",
        captured=data.captured,
        drops=data.drops,
    )


@_applied.register(RecordingStarted)
@_applied.register(RecordingResumed)
def _(data: EventData, event: Event, call: ReportedCall) -> ReportedCall:
    return _set_recording(call, event, RecordingState.RECORDING)


@_applied.register
def _(data: RecordingPaused, event: Event, call: ReportedCall) -> ReportedCall:
    return _set_recording(_tightened(call, data.generation), event, RecordingState.PAUSED)


@_applied.register
def _(data: RecordingHeld, event: Event, call: ReportedCall) -> ReportedCall:
    return _tightened(call, data.generation)


@_applied.register
def _(data: RecordingRestricted, event: Event, call: ReportedCall) -> ReportedCall:
    lower = replace(_tightened(call, data.generation), mode=Mode.strictest(call.mode, data.mode))
    return _set_recording(lower, event, data.recording)


@_applied.register
def _(data: CaptureStalled, event: Event, call: ReportedCall) -> ReportedCall:
    return _set_stall(call, event, data.cause)


@_applied.register
def _(data: CaptureResumed, event: Event, call: ReportedCall) -> ReportedCall:
    return _set_stall(call, event, "")


@_applied.register
def _(data: RecordingProcessing, event: Event, call: ReportedCall) -> ReportedCall:
    return _rendered(call, RenderState.PROCESSING)


@_applied.register
def _(data: RecordingEmpty, event: Event, call: ReportedCall) -> ReportedCall:
    return _rendered(call, RenderState.EMPTY)


@_applied.register
def _(data: RecordingFailed, event: Event, call: ReportedCall) -> ReportedCall:
    return _rendered(call, RenderState.LOST if data.lost else RenderState.FAILED)


@_applied.register
def _(data: RecordingCompleted, event: Event, call: ReportedCall) -> ReportedCall:
    return _rendered(call, RenderState.COMPLETED)


def _advance(call: ReportedCall, to: Status) -> ReportedCall:
    if call.status.is_final or _PROGRESS.index(call.status) >= _PROGRESS.index(to):
        return call
    return replace(call, status=to)


def _tightened(call: ReportedCall, generation: int) -> ReportedCall:
    return replace(call, generation=max(call.generation, generation))


def _set_recording(call: ReportedCall, event: Event, to: RecordingState) -> ReportedCall:
    if call.status.is_final or event.seq <= call.recording_seq:
        return call
    return replace(call, recording_state=to, recording_seq=event.seq)


def _set_stall(call: ReportedCall, event: Event, cause: str) -> ReportedCall:
    if call.status.is_final or event.seq <= call.stall_seq:
        return call
    return replace(call, stall_cause=cause, stall_seq=event.seq)


def _rendered(call: ReportedCall, to: RenderState) -> ReportedCall:
    return replace(call, rendering=max(call.rendering, to, key=_RENDER_STATES.index))
