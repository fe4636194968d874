"""The reconciler against a real switch: every call and recording comes to a truthful end."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from factories import CallFactory
from harness.installation import eventually, free_port
from harness.peer import Peers
from harness.people import STRANGER
from harness.reports import report, report_end
from harness.switch_rig import SwitchRig
from onrecord.apps.calls.actions import state_of
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.calls.switch_client import SwitchClient
from onrecord.jobs import reconcile
from onrecord.jobs.worker import schedule_jobs
from onrecord.policy.mode import Mode
from onrecord.protocol.commands import PlaceCall, RecordingDecision

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 15, 10, tzinfo=UTC)
LATER = NOW + timedelta(seconds=31)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwitchRig]:
    with SwitchRig(Path(tmp_path_factory.mktemp("switch"))) as running:
        asyncio.run(running.ready())
        yield running


@pytest.fixture
def switch(rig: SwitchRig) -> SwitchClient:
    return SwitchClient(rig.config.switch_address, rig.config.secrets.switch_secret)


def place(switch: SwitchClient, peers: Peers, call: Call) -> None:
    peer = peers.offer()
    decision = RecordingDecision(
        mode=Mode(call.mode),
        record_at_start=call.record_at_start,
        may_change=call.may_change,
        policy_version=call.policy_version_id,
    )
    placed = PlaceCall(
        call_id=call.pk,
        to=STRANGER,
        sdp=peer.sdp,
        user_id=str(call.user_id),
        controls=True,
        decision=decision,
    )
    peer.accept(switch.place(placed))


def live_at_switch(switch: SwitchClient) -> set[str]:
    return {state.call_id for state in switch.calls() if not state.status.is_final}


def test_a_call_that_the_switch_has_not_known_for_half_a_minute_ends_as_failed(switch: SwitchClient) -> None:
    call = CallFactory()
    report(call.pk, "call.answered", seq=1)
    reconcile.calls(switch, NOW)
    call.refresh_from_db()
    assert (call.status, call.missing_since) == ("in-progress", NOW)

    reconcile.calls(switch, NOW + timedelta(seconds=29))
    assert Call.objects.get(pk=call.pk).ended_at is None

    reconcile.calls(switch, LATER)
    call.refresh_from_db()
    assert (call.status, call.end_reason) == ("failed", "lost")
    assert call.events.order_by("-seq")[0].type == "call.ended"
    # Whether anything was captured is not known, so the recording is still waited for.
    assert Recording.objects.get(pk=call.pk).status == "pending"


def test_the_switchs_word_replaces_the_guess(switch: SwitchClient) -> None:
    call = CallFactory()
    reconcile.calls(switch, NOW)
    reconcile.calls(switch, LATER)
    report_end(call.pk, reason="switch_restarted")
    call.refresh_from_db()
    assert (call.status, call.end_reason, call.duration_ms) == ("completed", "switch_restarted", 5000)


def test_doing_it_again_changes_nothing(switch: SwitchClient) -> None:
    call = CallFactory()
    for moment in (NOW, LATER, LATER, LATER + timedelta(hours=1)):
        reconcile.calls(switch, moment)
    assert call.events.count() == 1


def test_a_switch_that_does_not_answer_proves_nothing() -> None:
    call = CallFactory()
    nowhere = SwitchClient(f"127.0.0.1:{free_port()}", "secret")
    reconcile.calls(nowhere, NOW)
    reconcile.calls(nowhere, LATER)
    assert state_of(Call.objects.select_related("recording").get(pk=call.pk)) == state_of(call)


def test_a_switch_with_another_secret_proves_nothing(rig: SwitchRig) -> None:
    call = CallFactory()
    stranger = SwitchClient(rig.config.switch_address, "wrong")
    reconcile.calls(stranger, NOW)
    reconcile.calls(stranger, LATER)
    assert Call.objects.get(pk=call.pk).ended_at is None


def test_a_call_that_the_switch_knows_lives_on(switch: SwitchClient, peers: Peers) -> None:
    call = CallFactory(missing_since=NOW - timedelta(minutes=5))
    place(switch, peers, call)
    reconcile.calls(switch, NOW)
    call.refresh_from_db()
    assert (call.ended_at, call.missing_since) == (None, None)
    switch.hang_up(call.pk, actor="system")


def test_a_call_that_only_the_switch_thinks_alive_is_hung_up(switch: SwitchClient, peers: Peers) -> None:
    call = CallFactory(status="failed", ended_at=NOW, end_is_guess=True)
    place(switch, peers, call)
    assert call.pk in live_at_switch(switch)
    reconcile.calls(switch, NOW)
    eventually(lambda: call.pk not in live_at_switch(switch), "it was hung up")


def test_a_recording_of_which_nothing_was_heard_for_an_hour_is_overdue_until_it_comes() -> None:
    call = CallFactory()
    report(call.pk, "call.answered", seq=1)
    report_end(call.pk)
    heard = Recording.objects.get(pk=call.pk).changed_at
    reconcile.recordings(heard + timedelta(minutes=59))
    assert Recording.objects.get(pk=call.pk).status == "pending"
    for _ in range(2):
        reconcile.recordings(heard + timedelta(minutes=61))
    recording = Recording.objects.get(pk=call.pk)
    assert (recording.status, recording.reason_code) == ("failed", "overdue")
    assert call.events.filter(type="recording.overdue").count() == 1

    report(
        call.pk,
        "recording.completed",
        seq=1,
        source="renderer",
        duration_ms=5000,
        samples=40000,
        spans=[],
        bytes=9000,
        audio_sha256="ab" * 32,
        manifest_sha256="cd" * 32,
        key_commitment="ef" * 32,
        thumbnail={"left": [], "right": []},
    )
    recording.refresh_from_db()
    assert (recording.status, recording.reason_code, recording.reason) == ("completed", "", "")


def test_a_recording_of_a_live_call_is_never_overdue() -> None:
    call = CallFactory()
    reconcile.recordings(NOW + timedelta(days=365))
    assert Recording.objects.get(pk=call.pk).status == "pending"


def test_a_recording_whose_journal_is_gone_is_said_to_be_lost(rig: SwitchRig, switch: SwitchClient) -> None:
    there, gone = CallFactory(), CallFactory()
    for call in (there, gone):
        report(call.pk, "call.answered", seq=1)
        report_end(call.pk)
    path = rig.config.journals / f"{there.pk}.journal"
    path.write_bytes(b"")
    soon = max(Recording.objects.get(pk=call.pk).changed_at for call in (there, gone))
    nowhere = SwitchClient(f"127.0.0.1:{free_port()}", "secret")
    reconcile.journals(nowhere, soon + timedelta(days=1))
    reconcile.journals(switch, soon + timedelta(minutes=4))
    assert Recording.objects.filter(status="pending", pk__in=[there.pk, gone.pk]).count() == 2

    for _ in range(2):
        reconcile.journals(switch, soon + timedelta(minutes=6))
    path.unlink()
    assert Recording.objects.get(pk=there.pk).status == "pending"
    lost = Recording.objects.get(pk=gone.pk)
    assert (lost.status, lost.reason_code) == ("failed", "gone")
    assert lost.reason == "The recording is lost. Its file is gone from the server that records calls."
    assert gone.events.filter(type="recording.gone").count() == 1


def test_a_recording_shorter_than_its_call_is_told_to_lack_the_rest() -> None:
    call = CallFactory()
    report(call.pk, "call.answered", seq=1)
    report_end(call.pk, duration_ms=60_000)
    report(
        call.pk,
        "recording.completed",
        seq=1,
        source="renderer",
        duration_ms=30_000,
        ends_at_ms=30_000,
        samples=240_000,
        spans=[],
        bytes=9000,
        audio_sha256="ab" * 32,
        manifest_sha256="cd" * 32,
        key_commitment="ef" * 32,
        thumbnail={"left": [], "right": []},
    )
    (hole,) = Recording.objects.get(pk=call.pk).holes
    assert hole == {"start_ms": 30_000, "end_ms": 60_000, "cause": "damaged", "parties": []}


def test_the_periodic_jobs_are_entered_once() -> None:
    from django_q.models import Schedule

    schedule_jobs()
    schedule_jobs()
    assert sorted(Schedule.objects.values_list("name", flat=True)) == ["clear sessions", "reconcile"]
