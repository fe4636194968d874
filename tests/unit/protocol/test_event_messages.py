"""Events are read as their sender wrote them, whichever release that was."""

from typing import Any

import pytest

from onrecord.protocol.events import DATA, CallEnded, Event, RecordingCompleted, ReportedLoss
from onrecord.protocol.message import BadMessageError
from onrecord.protocol.recording_state import LossCause

LOST = {"cause": "disk_full", "start_ms": 1000, "until_ms": 2500, "frames": 150}
COMPLETED = {
    "duration_ms": 8000,
    "samples": 64000,
    "spans": [{"start_ms": 0, "end_ms": 8000, "parties": [0, 1]}],
    "holes": [{"start_ms": 8000, "end_ms": 9000, "cause": "torn", "parties": [0]}],
    "ends_at_ms": 9000,
    "damaged": False,
    "bytes": 24000,
    "audio_sha256": "ab" * 32,
    "manifest_sha256": "cd" * 32,
    "key_commitment": "ef" * 32,
    "thumbnail": {"left": [0] * 120, "right": [100] * 120},
    "talk": {
        "ours_ms": 3000,
        "contact_ms": 1000,
        "both_ms": 0,
        "silence_ms": 4000,
        "ratio": None,
        "longest_monologue": {"ours": {"start_ms": 0, "end_ms": 3000}, "contact": None},
        "interruptions": {"ours": 0, "contact": 1},
    },
}
ENDED = {"status": "completed", "reason": "rep_hung_up", "duration_ms": 5000, "captured": True}

#: What the spool of a host may hold: as this release writes it, and as earlier ones did.
WRITTEN: list[tuple[str, dict[str, Any]]] = [
    ("call.ringing", {}),
    ("call.answered", {}),
    ("call.detached", {}),
    ("call.attached", {}),
    ("call.ended", ENDED | {"actor": None, "drops": 0, "lost": [LOST]}),
    ("call.ended", ENDED | {"drops": 0}),
    ("party.joined", {"user": "7", "role": "collaborator"}),
    ("party.left", {"user": "7", "role": "collaborator", "actor": None}),
    ("announcement.played", {}),
    ("recording.started", {"actor": None, "generation": 0}),
    ("recording.started", {"actor": None}),
    ("recording.paused", {"actor": "7", "generation": 1}),
    ("recording.resumed", {"actor": "7", "generation": 1}),
    ("recording.held", {"actor": "7", "generation": 2, "times": 3}),
    ("recording.refused", {"actor": "7", "wanted": "recording", "code": "above_ceiling"}),
    (
        "recording.restricted",
        {"mode": "none", "may_change": True, "policy_version": 9, "recording": "paused", "generation": 1},
    ),
    ("recording.restricted", {"mode": "none", "policy_version": 9, "recording": "paused"}),
    ("capture.stalled", {"cause": "disk_failed"}),
    ("capture.resumed", {"lost": [LOST]}),
    ("recording.processing", {}),
    ("recording.completed", COMPLETED),
    ("recording.completed", {name: COMPLETED[name] for name in COMPLETED if name not in ("holes", "talk")}),
    ("recording.empty", {}),
    ("recording.failed", {"message": "The journal is damaged.", "lost": True}),
]


def posted(kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "call_id": "0" * 32,
        "source": DATA[kind].source if kind in DATA else "switch",
        "seq": 1,
        "type": kind,
        "at": "2026-01-31T15:04:05.678Z",
        "clock_ms": None,
        "data": data,
    } | changes


def test_every_type_is_among_those_that_are_tried() -> None:
    assert {kind for kind, _ in WRITTEN} == set(DATA)


@pytest.mark.parametrize(("kind", "data"), WRITTEN)
def test_an_event_is_read_and_says_just_what_its_sender_said(kind: str, data: dict[str, Any]) -> None:
    event = Event.read(posted(kind, data))
    assert (event.type, event.source) == (kind, DATA[kind].source)
    assert event.data.document() == data


def test_what_a_newer_host_says_beside_is_kept_and_its_new_words_are_taken() -> None:
    newer = ENDED | {"reason": "transferred", "to": "8"}
    ended = Event.read(posted("call.ended", newer)).data
    assert isinstance(ended, CallEnded)
    assert (ended.reason, ended.document()) == ("transferred", newer)
    hole = {"start_ms": 1, "end_ms": 2, "cause": "eaten", "parties": []}
    completed = Event.read(posted("recording.completed", COMPLETED | {"holes": [hole]})).data
    assert isinstance(completed, RecordingCompleted)
    assert completed.holes[0].cause == "eaten"


def test_a_loss_is_a_value() -> None:
    ended = Event.read(posted("call.ended", ENDED | {"lost": [LOST]})).data
    assert isinstance(ended, CallEnded)
    assert ended.lost == [ReportedLoss(cause=LossCause.DISK_FULL, start_ms=1000, until_ms=2500, frames=150)]


@pytest.mark.parametrize(
    ("strange", "sentence"),
    [
        (posted("call.ringing", {}, seq=0), "`seq` must be a whole number, 1 or more."),
        (posted("call.ringing", {}, call_id="x"), "`call_id` must be 32 lowercase hexadecimal digits."),
        (posted("call.ringing", {}, source="nobody"), "`source` must be `switch` or `renderer`."),
        (
            posted("call.ringing", {}, source="renderer"),
            "The renderer does not send the event 'call.ringing'.",
        ),
        (posted("call.teleported", {}), "The switch does not send the event 'call.teleported'."),
        (
            posted("call.ended", ENDED | {"status": "ringing"}),
            "`status` must be `completed`, `busy`, `no-answer`, `canceled` or `failed`.",
        ),
        (
            posted("capture.stalled", {"cause": "tired"}),
            "`cause` must be `disk_full`, `disk_failed` or `disk_slow`.",
        ),
        (
            posted("call.ended", ENDED | {"lost": [LOST | {"frames": -1}]}),
            "`frames` of `lost` must be a whole number from 0 to 2,147,483,647.",
        ),
        (posted("party.left", {}), "`user` must be the id of a user, as text."),
    ],
)
def test_an_event_that_is_not_of_the_contract_is_refused_with_a_sentence(
    strange: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadMessageError) as refused:
        Event.read(strange)
    assert str(refused.value) == sentence
