"""POST /internal/events."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from factories import ALLOWED, CallFactory
from harness.reports import post, report, report_end
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import AppliedEvent, Call, CallEvent, Recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    return CallFactory()


def end(call: Call, *, seq: int, captured: bool = True, status: str = "completed") -> None:
    answer = report_end(call.pk, seq=seq, status=status, duration_ms=9000, captured=captured)
    assert answer.status_code == 204


FINISHED = {
    "duration_ms": 8000,
    "samples": 64000,
    "spans": [{"start_ms": 0, "end_ms": 8000, "parties": [0, 1]}],
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
        "ratio": 0.75,
        "longest_monologue": {"ours": {"start_ms": 0, "end_ms": 3000}, "contact": None},
        "interruptions": {"ours": 0, "contact": 1},
    },
}


def test_an_event_does_not_undo_what_the_previous_one_set(call: Call) -> None:
    """Each event is applied to the row, so a field that is not loaded from it would be reset."""
    for seq, kind in enumerate(["call.answered", "recording.started"], start=1):
        report(call.pk, kind, seq=seq, actor=None)
    report(call.pk, "recording.paused", seq=3, actor=None, generation=1)
    report(call.pk, "recording.resumed", seq=4, actor=None, generation=1)
    call.refresh_from_db()
    assert (call.recording_state, call.generation) == ("recording", 1)


def test_the_events_of_a_call_bring_it_to_its_end_and_its_recording_to_completion(call: Call) -> None:
    for seq, kind in enumerate(["call.ringing", "call.answered", "recording.started"], start=1):
        assert report(call.pk, kind, seq=seq, actor=None).status_code == 204
    call.refresh_from_db()
    assert (call.status, call.recording_state) == ("in-progress", "recording")

    end(call, seq=4)
    assert report(call.pk, "recording.processing", seq=1, source="renderer").status_code == 204
    assert Recording.objects.get(pk=call.pk).status == "processing"
    assert report(call.pk, "recording.completed", seq=2, source="renderer", **FINISHED).status_code == 204

    call = Call.objects.select_related("recording").get(pk=call.pk)
    assert (call.status, call.duration_ms, call.recording_state) == ("completed", 9000, "off")
    assert (call.recording.status, call.recording.duration_ms) == ("completed", 8000)
    assert call.recording.sha256 == "ab" * 32
    assert (call.recording.talk, call.recording.talk_ratio) == (FINISHED["talk"], 0.75)
    assert [event.type for event in call.events.order_by("seq")] == [
        "call.ringing",
        "call.answered",
        "recording.started",
        "call.ended",
        "recording.processing",
        "recording.completed",
    ]


def test_a_repeated_event_is_acknowledged_and_changes_nothing(call: Call) -> None:
    assert report(call.pk, "call.ringing", seq=1).status_code == 204
    assert report(call.pk, "call.ringing", seq=1).status_code == 204
    assert AppliedEvent.objects.count() == CallEvent.objects.count() == 1


def test_the_same_number_from_another_source_is_another_event(call: Call) -> None:
    report(call.pk, "call.ringing", seq=1)
    report(call.pk, "recording.empty", seq=1, source="renderer")
    assert CallEvent.objects.count() == 2


def test_a_call_to_a_stranger_ends_as_not_recorded_with_its_reason() -> None:
    reasons = [{"code": "not_a_person", "sentence": "Off: only calls to a person's number are recorded."}]
    decision = ALLOWED | {"mode": "none", "record_at_start": False, "reasons": reasons}
    call = CallFactory(decision=decision, mode="none", record_at_start=False)
    report(call.pk, "call.answered", seq=1)
    end(call, seq=2, captured=False)
    recording = Recording.objects.get(pk=call.pk)
    assert (recording.status, recording.reason_code) == ("not_recorded", "not_a_person")
    assert recording.reason == "Off: only calls to a person's number are recorded."


def test_after_a_call_ends_its_user_can_call_again(call: Call) -> None:
    end(call, seq=1, captured=False, status="busy")
    CallFactory(user=call.user)
    assert Call.objects.live().count() == 1


def test_an_unsigned_event_is_refused(call: Call) -> None:
    answer = Client().post("/internal/events", data=b"{}", content_type="application/json")
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_signature"


def body_of(call: Call) -> bytes:
    fields = {
        "call_id": call.pk,
        "source": "switch",
        "seq": 1,
        "type": "call.ringing",
        "at": "2026-03-02T15:00:05Z",
        "clock_ms": None,
        "data": {},
    }
    return json.dumps(fields).encode()


@pytest.mark.parametrize("off", [-86_400, -600, 0, 600, 86_400])
def test_a_wrong_clock_on_the_media_host_changes_nothing_visible(off: int) -> None:
    now = timezone.now()
    call = CallFactory(created_at=now - timedelta(seconds=40))
    wrong = timedelta(seconds=off)
    # The second was told late: it waited on disk while the web was away.
    for seq, (kind, ago) in enumerate(
        [("call.ringing", 38), ("call.answered", 30), ("call.ended", 5)], start=1
    ):
        facts = {
            "status": "completed",
            "reason": "rep_hung_up",
            "duration_ms": 25_000,
            "captured": False,
            "drops": 0,
        }
        event = {
            "call_id": call.pk,
            "source": "switch",
            "seq": seq,
            "type": kind,
            "at": (now - timedelta(seconds=ago) + wrong).isoformat(),
            "clock_ms": None,
            "data": facts if kind == "call.ended" else {},
        }
        assert post(json.dumps(event).encode(), now=time.time() + off).status_code == 204
    call.refresh_from_db()
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert abs((call.answered_at - now).total_seconds() + 30) < 2
    assert abs((call.ended_at - now).total_seconds() + 5) < 2
    assert call.duration_ms == 25_000


def test_no_event_is_dated_before_the_call_was_placed(call: Call) -> None:
    """The sender's clock was corrected between the event and its delivery."""
    assert report(call.pk, "call.answered", seq=1, at="2026-03-02T14:00:00.000Z").status_code == 204
    call.refresh_from_db()
    assert call.answered_at == call.created_at


def test_an_event_without_a_required_field_is_refused_permanently(call: Call) -> None:
    assert report(call.pk, "call.ended", seq=1, status="completed").status_code == 400
    assert report(call.pk, "party.left", seq=2).status_code == 400
    assert report(call.pk, "call.ringing", seq=3).status_code == 204


def test_a_signature_for_another_body_is_refused(call: Call) -> None:
    assert post(body_of(call), signature=f"t={int(time.time())},v1={'0' * 64}").status_code == 401
    assert CallEvent.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0},
        {"call_id": "../../etc"},
        {"source": "nobody"},
        {"at": "yesterday"},
        {"at": "2026-03-02T15:00:05"},
        {"type": "call.teleported"},
        {"data": []},
    ],
)
def test_an_event_outside_the_protocol_is_refused_permanently(call: Call, change: dict[str, object]) -> None:
    answer = post(json.dumps(json.loads(body_of(call)) | change).encode())
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_event"
    assert AppliedEvent.objects.count() == 0


def test_an_incomplete_result_is_refused_completely(call: Call) -> None:
    assert report(call.pk, "recording.completed", seq=1, source="renderer", duration_ms=5).status_code == 400
    assert Recording.objects.get(pk=call.pk).status == "pending"
    assert AppliedEvent.objects.count() == 0


def test_an_event_for_an_unknown_call_is_refused() -> None:
    answer = report("0" * 32, "call.ringing", seq=1)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_call")


def test_events_are_posted_not_fetched() -> None:
    assert Client().get("/internal/events").status_code == 405


@pytest.mark.parametrize(
    ("kind", "data", "action"),
    [
        ("recording.paused", {"generation": 1}, "recording.change_requested"),
        ("recording.held", {"generation": 1}, "recording.change_requested"),
        ("recording.resumed", {"generation": 1}, "recording.change_requested"),
        ("party.left", {"role": "collaborator"}, "call.left"),
        (
            "call.ended",
            {
                "status": "completed",
                "reason": "rep_hung_up",
                "duration_ms": 1,
                "captured": True,
                "drops": 0,
            },
            "call.hung_up",
        ),
    ],
)
def test_users_actions_are_audited_once_and_others_are_not(
    call: Call, kind: str, data: dict[str, Any], action: str
) -> None:
    user = str(call.user_id)
    for seq, actor in ((1, None), (2, user), (2, user), (3, "system")):
        assert report(call.pk, kind, seq=seq, actor=actor, user=user, **data).status_code == 204
    entry = AuditEntry.objects.get(action=action)
    assert (entry.actor, entry.object_id) == (call.user, call.pk)
    assert entry.details["at"] == "2026-03-02T15:00:05+00:00"


def test_events_after_a_pause_do_not_lower_the_generation(call: Call) -> None:
    report(call.pk, "call.answered", seq=1)
    report(call.pk, "recording.paused", seq=2, actor=None, generation=1)
    report(call.pk, "recording.resumed", seq=3, actor=None, generation=1)
    call.refresh_from_db()
    assert (call.recording_state, call.generation) == ("recording", 1)
