"""Simulating a draft with past calls, people, and one number before it is published."""

import asyncio
import json
from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from django.test import AsyncClient, Client
from django.utils import timezone

from factories import CallFactory, PersonFactory, UserFactory, allow_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, new_call_id
from onrecord.apps.governance.actions import edit, revision_of
from onrecord.apps.governance.decisions import current_policy, decide_call
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.reports import simulation
from onrecord.policy import facts_json
from onrecord.policy.edits import with_named_preset

pytestmark = pytest.mark.django_db(transaction=True)

CHICAGO, CLEVELAND = "+13125550123", "+12165550123"


@pytest.fixture
def ida() -> User:
    return UserFactory(name="Ida", permission_set="Admin")


@pytest.fixture
def draft_forbids_illinois(ida: User) -> None:
    allow_recording()
    revision = revision_of(None, PolicyVersion.objects.latest("number"))
    edit(lambda policy: with_named_preset(policy, "majority"), revision=revision, acting_user=ida)


def past_call(number: str, *, days: int, subdivision: str) -> Call:
    person, rep = PersonFactory(number=number, subdivision=subdivision), UserFactory()
    decided = decide_call(rep, number, person, wants_recording=None)
    return CallFactory(
        user=rep,
        person=person,
        number=number,
        created_at=timezone.now() - timedelta(days=days),
        inputs=facts_json.to_json(decided.facts),
    )


def copy_of(call: Call) -> Call:
    copied = copy(call)
    copied.pk = new_call_id()
    copied._state.adding = True
    return copied


def run(user: User, path: str) -> list[dict[str, Any]]:
    """The lines of a streamed simulation."""

    async def read() -> str:
        client = AsyncClient()
        await client.aforce_login(user)
        answer = await client.get(f"/settings/call-recording/simulate/{path}")
        assert answer["Content-Type"] == "application/x-ndjson"
        return "".join([part.decode() async for part in answer.streaming_content])

    return [json.loads(line) for line in asyncio.run(read()).splitlines()]


@pytest.mark.usefixtures("draft_forbids_illinois")
def test_past_calls_say_what_would_have_differed(ida: User) -> None:
    ours = past_call(CHICAGO, days=2, subdivision="US-IL")
    past_call(CLEVELAND, days=3, subdivision="US-OH")
    past_call(CHICAGO, days=31, subdivision="US-IL")
    *steps, result = run(ida, "calls")
    assert steps[0] == {"done": 0, "total": 2, "differing": 0}
    assert steps[-1] == {"done": 2, "total": 2, "differing": 1}
    assert f"/calls/{ours.pk}" in result["html"]
    assert "Illinois requires everyone" in result["html"]


@pytest.mark.usefixtures("draft_forbids_illinois")
def test_the_simulation_of_all_people_uses_the_chosen_rep(ida: User) -> None:
    person = PersonFactory(number=CHICAGO, subdivision="US-IL")
    PersonFactory(number=CLEVELAND, subdivision="US-OH")
    in_california = UserFactory(name="Cal", subdivision="US-CA")
    *_, last, result = run(ida, "people")
    assert (last["differing"], last["total"]) == (1, 2)
    assert f"/people/{person.pk}" in result["html"]
    *_, last, _ = run(ida, f"people?rep={in_california.pk}")
    assert last["differing"] == 2


@pytest.mark.usefixtures("draft_forbids_illinois")
def test_progress_is_reported_step_by_step(ida: User) -> None:
    stored = past_call(CHICAGO, days=1, subdivision="US-IL")
    stored.ended_at = stored.created_at  # a user has one live call at most
    Call.objects.bulk_create(copy_of(stored) for _ in range(2500))
    policy = current_policy()
    draft = with_named_preset(policy, "majority")
    since = timezone.now() - timedelta(days=30)
    steps = list(simulation.past_calls(policy, draft, team=ida.team, since=since))
    assert [(step.done, step.total) for step in steps] == [
        (0, 2501),
        (1000, 2501),
        (2000, 2501),
        (2501, 2501),
    ]
    assert (steps[-1].differing, len(steps[-1].shown)) == (2501, simulation.SHOWN)


@pytest.mark.usefixtures("draft_forbids_illinois")
def test_one_number_shows_the_decision_for_a_rep_under_both_policies(ida: User) -> None:
    rep = UserFactory(name="Ana")
    client = Client()
    client.force_login(ida)
    page = client.get("/settings/call-recording/simulate", {"number": "(312) 555-0123", "rep": rep.pk})
    text = page.content.decode()
    assert "be recorded for Ana?" in text
    assert "On: your team records calls by default." in text
    assert "Off: Illinois requires everyone" in text


def test_an_invalid_number_is_refused_with_a_sentence(ida: User) -> None:
    client = Client()
    client.force_login(ida)
    page = client.get("/settings/call-recording/simulate", {"number": "12"})
    assert page.status_code == 422
    assert "too short" in page.content.decode()


def test_the_map_is_drawn_for_the_policy_in_force_and_for_the_draft(
    ida: User, draft_forbids_illinois: None
) -> None:
    client = Client()
    client.force_login(ida)
    in_force = client.get("/settings/call-recording/areas", {"of": "force"}).content.decode()
    draft = client.get("/settings/call-recording/areas").content.decode()
    assert 'aria-label="Illinois: Recorded by default.' in in_force
    assert 'aria-label="Illinois: Never recorded. Off: Illinois requires' in draft
    assert client.get("/settings/call-recording/areas", {"rep": "0"}).status_code == 404
