"""How events change a call, as a table and in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.apps.calls.reported_call import RenderState, ReportedCall, apply, ended_by_web
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status
from onrecord.protocol.events import Event, Source
from onrecord.protocol.fields import LARGEST_COUNT
from onrecord.protocol.message import BadMessageError
from onrecord.protocol.recording_state import RecordingState

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DIALLED = ReportedCall(status=Status.INITIATED, mode=Mode.BOTH)


def event(kind: str, seq: int = 1, source: Source = Source.SWITCH, **data: Any) -> Event:
    posted = {
        "call_id": "0" * 32,
        "source": source,
        "seq": seq,
        "type": kind,
        "at": START + timedelta(seconds=seq),
        "clock_ms": None,
        "data": data,
    }
    return Event.read(posted)


RESULT = {
    "duration_ms": 8000,
    "spans": [],
    "bytes": 24000,
    "audio_sha256": "ab" * 32,
    "manifest_sha256": "cd" * 32,
    "key_commitment": "ef" * 32,
    "thumbnail": {"left": [], "right": []},
}


def ended(seq: int, status: str = "completed", *, captured: bool = True) -> Event:
    return event(
        "call.ended",
        seq,
        status=status,
        reason="contact_hung_up",
        duration_ms=9000,
        captured=captured,
        drops=2,
    )


RINGING = replace(DIALLED, status=Status.RINGING)
TALKING = replace(DIALLED, status=Status.IN_PROGRESS, answered_at=START)
RECORDING = replace(TALKING, recording_state=RecordingState.RECORDING, recording_seq=5)
PAUSED = replace(RECORDING, recording_state=RecordingState.PAUSED, recording_seq=6)
STALLED = replace(RECORDING, stall_cause="disk_full", stall_seq=6)
OVER = apply(RECORDING, ended(9))
LOST = ended_by_web(RECORDING, at=START + timedelta(seconds=60), reason="lost", captured=None)


@pytest.mark.parametrize(
    ("before", "happening", "changes"),
    [
        (DIALLED, event("call.ringing"), {"status": Status.RINGING}),
        (
            DIALLED,
            event("call.answered", 2),
            {"status": Status.IN_PROGRESS, "answered_at": START + timedelta(seconds=2)},
        ),
        (
            RINGING,
            event("call.answered", 2),
            {"status": Status.IN_PROGRESS, "answered_at": START + timedelta(seconds=2)},
        ),
        (TALKING, event("call.ringing"), {}),
        (TALKING, event("call.detached", 3), {}),
        (TALKING, event("call.attached", 3), {}),
        (TALKING, event("party.joined", 3, user="2", role="collaborator"), {}),
        (TALKING, event("party.left", 4, user="2", role="collaborator"), {}),
        (RECORDING, event("announcement.played", 6), {}),
        (
            TALKING,
            event("recording.started", 5),
            {"recording_state": RecordingState.RECORDING, "recording_seq": 5},
        ),
        (
            RECORDING,
            event("recording.paused", 6),
            {"recording_state": RecordingState.PAUSED, "recording_seq": 6},
        ),
        (
            PAUSED,
            event("recording.resumed", 7),
            {"recording_state": RecordingState.RECORDING, "recording_seq": 7},
        ),
        (PAUSED, event("recording.started", 5), {}),
        (TALKING, event("recording.held", 6, generation=3), {"generation": 3}),
        (
            replace(TALKING, generation=4),
            event("recording.paused", 6, generation=3),
            {"recording_state": RecordingState.PAUSED, "recording_seq": 6},
        ),
        (RECORDING, event("recording.refused", 6, wanted="recording", code="above_ceiling"), {}),
        (
            RECORDING,
            event("recording.restricted", 6, mode="none", policy_version=2, recording="off"),
            {"mode": Mode.NONE, "recording_state": RecordingState.OFF, "recording_seq": 6},
        ),
        (
            replace(RECORDING, mode=Mode.NONE),
            event("recording.restricted", 4, mode="one_sided", policy_version=2, recording="recording"),
            {},
        ),
        (
            RECORDING,
            ended(9),
            {
                "status": Status.COMPLETED,
                "ended_at": START + timedelta(seconds=9),
                "duration_ms": 9000,
                "end_reason": "contact_hung_up",
                "recording_state": RecordingState.OFF,
                "recording_seq": 9,
                "captured": True,
                "drops": 2,
            },
        ),
        (RINGING, ended(3, "busy", captured=False), {"status": Status.BUSY}),
        (OVER, ended(9, "failed"), {}),
        (OVER, event("call.ringing"), {}),
        (
            RECORDING,
            event("capture.stalled", 6, cause="disk_full"),
            {"stall_cause": "disk_full", "stall_seq": 6},
        ),
        (STALLED, event("capture.resumed", 7, lost=[]), {"stall_cause": "", "stall_seq": 7}),
        (STALLED, event("capture.resumed", 5, lost=[]), {}),
        (OVER, event("capture.stalled", 6, cause="disk_full"), {}),
        (OVER, event("recording.resumed", 8), {}),
        (OVER, event("recording.resumed", 10), {}),
        (LOST, ended(9), {"status": Status.COMPLETED, "end_reason": "contact_hung_up"}),
        (
            OVER,
            event("recording.processing", 1, Source.RENDERER),
            {"rendering": RenderState.PROCESSING},
        ),
        (OVER, event("recording.empty", 2, Source.RENDERER), {"rendering": RenderState.EMPTY}),
        (OVER, event("recording.failed", 2, Source.RENDERER, message="x"), {"rendering": RenderState.FAILED}),
        (OVER, event("recording.failed", 2, Source.RENDERER, lost=True), {"rendering": RenderState.LOST}),
        (
            replace(OVER, rendering=RenderState.FAILED),
            event("recording.completed", 3, Source.RENDERER, **RESULT),
            {"rendering": RenderState.COMPLETED},
        ),
        (
            replace(OVER, rendering=RenderState.COMPLETED),
            event("recording.processing", 1, Source.RENDERER),
            {},
        ),
    ],
)
def test_an_event_changes_a_state_as_the_table_says(
    before: ReportedCall, happening: Event, changes: dict[str, Any]
) -> None:
    after = apply(before, happening)
    if changes:
        assert {name: getattr(after, name) for name in changes} == changes
    else:
        assert after == before


def test_the_switchs_report_replaces_an_end_that_the_web_guessed() -> None:
    assert LOST.status is Status.FAILED
    assert LOST.end_is_guess
    assert LOST.captured is None
    told = apply(LOST, ended(9))
    assert not told.end_is_guess
    assert told.captured is True


def test_a_call_that_has_ended_is_not_given_up() -> None:
    assert ended_by_web(OVER, at=START, reason="lost", captured=None) == OVER


def test_a_call_given_up_after_months_has_a_length_that_fits_its_column() -> None:
    late = ended_by_web(RECORDING, at=START + timedelta(days=100), reason="lost", captured=None)
    assert late.duration_ms == LARGEST_COUNT


@pytest.mark.parametrize(
    "strange",
    [
        {"kind": "call.teleported"},
        {"kind": "call.ringing", "source": Source.RENDERER},
        {"kind": "recording.completed"},
        {"kind": "call.ended", "status": "ringing", "reason": "x", "duration_ms": 0, "captured": False},
        {"kind": "call.ended", "status": "completed"},
        {"kind": "recording.restricted", "mode": "everything", "recording": "off"},
    ],
)
def test_an_event_outside_the_protocol_is_refused(strange: dict[str, Any]) -> None:
    with pytest.raises(BadMessageError):
        event(**strange)


STORY = [
    event("call.ringing", 1),
    event("call.answered", 2),
    event("recording.started", 3),
    event("call.detached", 4),
    event("call.attached", 5),
    event("recording.paused", 6),
    event("recording.resumed", 7),
    event("recording.restricted", 8, mode="one_sided", policy_version=2, recording="recording"),
    event("recording.paused", 9),
    ended(10),
    event("recording.processing", 1, Source.RENDERER),
    event("recording.failed", 2, Source.RENDERER, message="disk full"),
    event("recording.completed", 3, Source.RENDERER, **RESULT),
]


def told(events: list[Event], state: ReportedCall = DIALLED) -> ReportedCall:
    for one in events:
        state = apply(state, one)
    return state


@given(
    length=st.integers(0, len(STORY)),
    order=st.randoms(use_true_random=False),
    repeated=st.lists(st.integers(0, len(STORY) - 1), max_size=8),
)
def test_any_order_of_repeated_events_gives_the_same_state(
    length: int, order: Any, repeated: list[int]
) -> None:
    happened = STORY[:length]
    arrived = happened + [STORY[index] for index in repeated if index < length]
    order.shuffle(arrived)
    assert told(arrived) == told(happened)


@given(cut=st.integers(0, len(STORY)), given_up_at=st.integers(0, len(STORY)))
def test_giving_a_call_up_in_between_does_not_change_how_it_ends(cut: int, given_up_at: int) -> None:
    before, after = STORY[:given_up_at], STORY[given_up_at:]
    given_up = ended_by_web(told(before), at=START, reason="lost", captured=None)
    assert told(after, given_up) == told(STORY)
    assert told(STORY[:cut], given_up).status.is_final
