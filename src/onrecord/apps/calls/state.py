"""What events do to a call: pure, and the same in whatever order and however often events arrive.

Facts only ever accumulate. A status never goes backwards; of the events that say whether recording runs, the
one with the highest sequence number counts, not the one that came last.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from onrecord.policy.mode import Mode


class Status(StrEnum):
    """Telephony status of a call."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.CANCELED, Status.FAILED})
_PROGRESS = [Status.QUEUED, Status.INITIATED, Status.RINGING, Status.IN_PROGRESS]


class RecordingState(StrEnum):
    """Whether the switch's gate is open now."""

    OFF = "off"
    RECORDING = "recording"
    PAUSED = "paused"


class StallCause(StrEnum):
    """Why nothing that is said is being kept."""

    DISK_FULL = "disk_full"
    DISK_FAILED = "disk_failed"
    DISK_SLOW = "disk_slow"


class Rendering(StrEnum):
    """How far the renderer has come, from least to most; a later attempt can only better the result."""

    NONE = ""
    PROCESSING = "processing"
    EMPTY = "empty"
    FAILED = "failed"
    LOST = "lost"
    COMPLETED = "completed"


_RENDERINGS = list(Rendering)


class Source(StrEnum):
    """Who reports."""

    SWITCH = "switch"
    RENDERER = "renderer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One report, as in docs/reference/switch.md."""

    source: Source
    #: From 1, per call and source.
    seq: int
    type: str
    at: datetime
    #: Milliseconds since answer; None before.
    clock_ms: int | None
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class CallState:
    """The facts about a call that events change."""

    status: Status
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    end_reason: str = ""
    #: The web ended the call without a word from the switch; the switch's own word replaces it.
    end_is_guess: bool = False
    mode: Mode = Mode.NONE
    recording_state: RecordingState = RecordingState.OFF
    #: Sequence number of the event that set `recording_state`.
    recording_seq: int = 0
    #: Counts what has made the call stricter, as far as the switch has told.
    generation: int = 0
    #: Why nothing that is said is being kept now, a `StallCause`; empty while all is kept.
    stall_cause: str = ""
    #: Sequence number of the event that set `stall_cause`.
    stall_seq: int = 0
    #: Whether any audio reached the journal; None while not known.
    captured: bool | None = None
    #: Frames that the disk was too slow for.
    drops: int = 0
    rendering: Rendering = Rendering.NONE


class UnknownEventError(ValueError):
    """No such type of event, or its data lacks what the type needs."""


def apply(state: CallState, event: Event) -> CallState:
    """The state after one more event. Raises UnknownEventError."""
    change = _CHANGES.get((event.source, event.type))
    if change is None:
        raise UnknownEventError(f"{event.source} sends no event {event.type!r}.")
    try:
        return change(state, event)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownEventError(f"The data of event {event.type!r} cannot be used: {error!r}.") from error


#: What a column of counts holds; of ms, 24 days. A call may be given up after a longer outage of the web.
LARGEST_COUNT = (1 << 31) - 1


def ended_by_web(state: CallState, *, at: datetime, reason: str, captured: bool | None) -> CallState:
    """The state after the web itself gave a call up. `captured` is False where no media can have flowed."""
    if state.status.is_final:
        return state
    lasted = (at - state.answered_at) // timedelta(milliseconds=1) if state.answered_at else 0
    return replace(
        state,
        status=Status.FAILED,
        ended_at=at,
        duration_ms=min(max(lasted, 0), LARGEST_COUNT),
        end_reason=reason,
        end_is_guess=True,
        recording_state=RecordingState.OFF,
        stall_cause="",
        captured=captured,
    )


def _advance(state: CallState, to: Status) -> CallState:
    if state.status.is_final or _PROGRESS.index(state.status) >= _PROGRESS.index(to):
        return state
    return replace(state, status=to)


def _ringing(state: CallState, event: Event) -> CallState:
    return _advance(state, Status.RINGING)


def _answered(state: CallState, event: Event) -> CallState:
    return _advance(replace(state, answered_at=event.at), Status.IN_PROGRESS)


def _unchanged(state: CallState, event: Event) -> CallState:
    return state


def _tightened(state: CallState, event: Event) -> CallState:
    return replace(state, generation=max(state.generation, _count(event.data.get("generation", 0))))


def _left(state: CallState, event: Event) -> CallState:
    """Nothing changes here, but it has to name a user."""
    int(event.data["user"])
    return state


def _count(value: Any) -> int:
    """A number of an event, as its column holds it. Raises ValueError, TypeError, OverflowError."""
    count = int(value)
    if not 0 <= count <= LARGEST_COUNT:
        raise ValueError(f"{value} is not a count")
    return count


def _set_recording(state: CallState, event: Event, to: RecordingState) -> CallState:
    if state.status.is_final or event.seq <= state.recording_seq:
        return state
    return replace(state, recording_state=to, recording_seq=event.seq)


def _recording(state: CallState, event: Event) -> CallState:
    return _set_recording(state, event, RecordingState.RECORDING)


def _paused(state: CallState, event: Event) -> CallState:
    return _set_recording(_tightened(state, event), event, RecordingState.PAUSED)


def _restricted(state: CallState, event: Event) -> CallState:
    mode = Mode.strictest(state.mode, Mode(event.data["mode"]))
    lower = replace(_tightened(state, event), mode=mode)
    return _set_recording(lower, event, RecordingState(event.data["recording"]))


def _set_stall(state: CallState, event: Event, cause: str) -> CallState:
    if state.status.is_final or event.seq <= state.stall_seq:
        return state
    return replace(state, stall_cause=cause, stall_seq=event.seq)


def _stalled(state: CallState, event: Event) -> CallState:
    return _set_stall(state, event, StallCause(event.data["cause"]).value)


def _flowing(state: CallState, event: Event) -> CallState:
    _ = event.data["lost"]
    return _set_stall(state, event, "")


def _ended(state: CallState, event: Event) -> CallState:
    status = Status(event.data["status"])
    if not status.is_final:
        raise ValueError(f"{status} is not the end of a call")
    if state.status.is_final and not state.end_is_guess:
        return state
    return replace(
        state,
        status=status,
        ended_at=event.at,
        duration_ms=_count(event.data["duration_ms"]),
        end_reason=str(event.data["reason"]),
        end_is_guess=False,
        recording_state=RecordingState.OFF,
        recording_seq=event.seq,
        stall_cause="",
        captured=bool(event.data["captured"]),
        drops=_count(event.data.get("drops", 0)),
    )


def _render(state: CallState, to: Rendering) -> CallState:
    return replace(state, rendering=max(state.rendering, to, key=_RENDERINGS.index))


def _failed(state: CallState, event: Event) -> CallState:
    return _render(state, Rendering.LOST if event.data.get("lost") else Rendering.FAILED)


_CHANGES: dict[tuple[Source, str], Callable[[CallState, Event], CallState]] = {
    (Source.SWITCH, "call.ringing"): _ringing,
    (Source.SWITCH, "call.answered"): _answered,
    (Source.SWITCH, "call.detached"): _unchanged,
    (Source.SWITCH, "call.attached"): _unchanged,
    (Source.SWITCH, "call.ended"): _ended,
    (Source.SWITCH, "party.joined"): _unchanged,
    (Source.SWITCH, "party.left"): _left,
    (Source.SWITCH, "announcement.played"): _unchanged,
    (Source.SWITCH, "recording.started"): _recording,
    (Source.SWITCH, "recording.paused"): _paused,
    (Source.SWITCH, "recording.resumed"): _recording,
    (Source.SWITCH, "recording.held"): _tightened,
    (Source.SWITCH, "recording.refused"): _unchanged,
    (Source.SWITCH, "recording.restricted"): _restricted,
    (Source.SWITCH, "capture.stalled"): _stalled,
    (Source.SWITCH, "capture.resumed"): _flowing,
    (Source.RENDERER, "recording.processing"): lambda state, _: _render(state, Rendering.PROCESSING),
    (Source.RENDERER, "recording.empty"): lambda state, _: _render(state, Rendering.EMPTY),
    (Source.RENDERER, "recording.failed"): _failed,
    (Source.RENDERER, "recording.completed"): lambda state, _: _render(state, Rendering.COMPLETED),
}
