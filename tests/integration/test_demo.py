"""The demo team in a real database, its journals read back by the journal's own reader."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from onrecord.apps.accounts.models import Group, User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.actions import apply_event
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.governance.decisions import current_policy, decision_to_json, person_facts, rep_facts
from onrecord.apps.people.models import Person
from onrecord.config import Config
from onrecord.media.capture.journal import Chunk, ControlFrame
from onrecord.media.capture.reader import JournalReader
from onrecord.ops import demo
from onrecord.policy.decision import decide
from onrecord.policy.parser import read_policy
from onrecord.protocol.events import CallEnded, Event
from onrecord.protocol.message import read
from onrecord.web.settings import config as settings_config

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Config]:
    """One seeding for all tests of this module: they only look."""
    config = replace(settings_config, home=tmp_path_factory.mktemp("demo"))
    with django_db_blocker.unblock(), transaction.atomic():
        demo.seed(config)
        yield config
        transaction.set_rollback(True)


def chunks_of(config: Config, call: Call) -> list[Chunk]:
    reader = JournalReader(config.journals / f"{call.id}.journal", config.secrets.master_key)
    chunks = list(reader.poll())
    assert reader.ended
    assert not reader.damage
    return chunks


def controls_of(chunks: list[Chunk]) -> list[ControlFrame]:
    return [control for chunk in chunks for control in chunk.controls()]


def media_of(chunks: list[Chunk]) -> Iterator[tuple[int, int]]:
    """Party and clock of every media frame."""
    for chunk in chunks:
        headers = chunk.media().headers
        yield from zip(headers["party"].tolist(), headers["clock"].tolist(), strict=True)


def waiting() -> list[Call]:
    return list(Call.objects.filter(recording__status="pending").order_by("-created_at"))


def test_the_team_its_people_and_its_calls_are_there(seeded: Config) -> None:
    assert Group.objects.count() == 2
    assert sorted(user.groups.get().name for user in User.objects.all()) == ["Admin", "Manager", *["Rep"] * 4]
    assert Person.objects.count() == 60
    assert Call.objects.count() == 200
    assert Call.objects.live().count() == 0


def test_everybody_signs_in_with_the_documented_password(seeded: Config) -> None:
    assert all(user.check_password(demo.PASSWORD) for user in User.objects.all())
    assert any(demo.PASSWORD in line for line in demo.LOGINS)
    assert all(any(user.email in line for line in demo.LOGINS) for user in User.objects.all())


def test_twelve_calls_wait_for_the_renderer_with_their_journals_and_every_other_says_why_not(
    seeded: Config,
) -> None:
    assert {f"{call.id}.journal" for call in waiting()} == {
        path.name for path in seeded.journals.glob("*.journal")
    }
    assert len(waiting()) == 12
    others = Recording.objects.exclude(status="pending")
    assert others.count() == 188
    assert all(one.status == "not_recorded" and one.reason_code and one.reason for one in others)


def test_every_decision_is_the_one_that_the_policy_of_its_day_gives(seeded: Config) -> None:
    for call in Call.objects.select_related("user", "person", "policy_version"):
        policy = read_policy(call.policy_version.document)
        decisions = [
            decide(
                policy,
                person=person_facts(call.person) if call.person else None,
                rep=rep_facts(call.user, policy),
                number=call.number,
                wants_recording=wants,
            )
            for wants in (None, False)
        ]
        assert call.decision in [decision_to_json(decision) for decision in decisions]
        assert call.policy_version.created_at <= call.created_at


def test_the_current_policy_shows_california_grey_with_its_reason(seeded: Config) -> None:
    policy = current_policy()
    maria, rep = Person.objects.get(name="Maria Lopez"), User.objects.get(email="ana@demo.example")

    decision = decide(
        policy,
        person=person_facts(maria),
        rep=rep_facts(rep, policy),
        number=maria.numbers.earliest("pk").e164,
        wants_recording=None,
    )

    assert not decision.record_at_start
    assert "California" in decision.sentence


def test_reps_may_place_calls_and_change_recordings(seeded: Config) -> None:
    for rep in User.objects.filter(groups__name="Rep"):
        assert rep.may(Permission.CALLS_PLACE)
        assert rep.may(Permission.RECORDING_CONTROL)


def test_journals_tell_the_call_as_its_row_does(seeded: Config) -> None:
    for call in waiting():
        controls = controls_of(chunks_of(seeded, call))
        by_type = {control.type: control for control in controls}

        assert controls[0].fields["mode"] == call.mode
        assert controls[0].fields["policy_version"] == call.policy_version_id
        assert by_type["end"].clock == call.duration_ms
        assert by_type["end"].fields == {"status": call.status, "reason": call.end_reason}
        assert "drops" not in by_type
        moves = {"start": "recording.started", "pause": "recording.paused", "resume": "recording.resumed"}
        assert [
            (moves[control.type], control.clock, control.fields["actor"])
            for control in controls
            if control.type in moves
        ] == [
            (event.type, event.payload["clock_ms"], event.payload["data"]["actor"])
            for event in call.events.filter(type__startswith="recording.").order_by("at", "seq")
        ]


def test_the_end_of_a_call_told_again_by_the_switch_changes_nothing(seeded: Config) -> None:
    call = waiting()[0]
    told = call.events.get(type="call.ended")
    for seq in (1, 2):
        again = Event(
            call_id=call.id,
            seq=seq,
            at=told.at,
            clock_ms=told.payload["clock_ms"],
            data=read(CallEnded, told.payload["data"]),
        )
        assert not apply_event(again)

    assert call.events.filter(type="call.ended").count() == 1


def test_some_calls_have_a_pause_and_nothing_was_captured_in_it(seeded: Config) -> None:
    paused = [call for call in waiting() if call.events.filter(type="recording.paused").exists()]

    assert paused
    for call in paused:
        chunks = chunks_of(seeded, call)
        clocks = {control.type: control.clock for control in controls_of(chunks)}
        captured = np.array([clock for _, clock in media_of(chunks)])
        assert clocks["resume"] - clocks["pause"] > 1000
        assert not ((captured >= clocks["pause"]) & (captured < clocks["resume"])).any()
        gaps = {later - earlier for earlier, later in pairwise(np.unique(captured).tolist())}
        assert gaps == {20, 20 + clocks["resume"] - clocks["pause"]}


def test_a_call_to_utah_has_our_side_only(seeded: Config) -> None:
    one_sided = [call for call in waiting() if call.mode == "one_sided"]

    assert one_sided
    for call in one_sided:
        assert {party for party, _ in media_of(chunks_of(seeded, call))} == {0}


def test_recorded_calls_of_both_sides_have_both_voices(seeded: Config) -> None:
    for call in waiting():
        if call.mode == "both":
            assert {party for party, _ in media_of(chunks_of(seeded, call))} == {0, 1}
