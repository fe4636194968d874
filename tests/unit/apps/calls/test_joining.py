"""Joining a colleague's call, as far as that is possible without a switch."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from factories import CallFactory, UserFactory
from harness.reports import report
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls import actions
from onrecord.apps.calls.models import Call

pytestmark = pytest.mark.django_db

OFFER = {"sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"}


@pytest.fixture
def call() -> Call:
    return CallFactory(user=UserFactory(permission_set="Rep"))


@pytest.fixture
def manager() -> User:
    return UserFactory(permission_set="Manager")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, path: str, body: dict[str, Any] | None = None) -> HttpResponse:
    return browser(user).post(f"/api/v2/calls{path}", body or {}, content_type="application/json")


def is_in(user: User, call: Call) -> bool:
    return Call.objects.live().with_(user).filter(pk=call.pk).exists()


@pytest.mark.parametrize(
    ("permission_set", "status"), [("Manager", 503), ("Admin", 503), ("Compliance", 403), ("Rep", 404)]
)
def test_users_who_see_a_call_and_may_place_calls_may_join(
    call: Call, permission_set: str, status: int
) -> None:
    colleague = UserFactory(permission_set=permission_set)
    assert post(colleague, f"/{call.pk}/join", OFFER).status_code == status
    # Nobody answers at the switch's address, so even those who may did not come in.
    assert not is_in(colleague, call)
    page = browser(colleague).get(f"/calls/{call.pk}").content.decode()
    assert ("data-join" in page) == (status == 503)


def test_a_call_that_has_ended_cannot_be_joined(call: Call, manager: User) -> None:
    actions.give_up(call.pk, reason="lost", captured=None)
    answer = post(manager, f"/{call.pk}/join", OFFER)
    assert (answer.status_code, answer.json()["code"]) == (409, "call_ended")
    assert "data-join" not in browser(manager).get(f"/calls/{call.pk}").content.decode()


def test_nobody_is_in_two_calls(call: Call, manager: User) -> None:
    assert actions.join(call, acting_user=manager)
    another = CallFactory(user=UserFactory())
    joined = post(manager, f"/{another.pk}/join", OFFER)
    placed = post(manager, "", {"to": "+13125550123", **OFFER})
    assert [(one.status_code, one.json()["code"]) for one in (joined, placed)] == [
        (409, "call_in_progress")
    ] * 2
    assert "data-join" not in browser(manager).get(f"/calls/{another.pk}").content.decode()


def test_a_collaborator_controls_the_call_but_cannot_end_it(call: Call, manager: User) -> None:
    actions.join(call, acting_user=manager)
    current = browser(manager).get("/api/v2/calls/current").json()
    assert (current["call"]["id"], current["role"]) == (call.pk, "collaborator")
    for operation, body in (
        ("record", {"generation": 0}),
        ("dtmf", {"digits": "1"}),
        ("attach", OFFER),
    ):
        # As far as the switch, which is not there.
        assert post(manager, f"/{call.pk}/{operation}", body).status_code == 503, operation
    assert browser(call.user).get("/api/v2/calls/current").json()["role"] == "rep"


def test_joining_twice_is_stored_once(call: Call, manager: User) -> None:
    assert actions.join(call, acting_user=manager)
    assert not actions.join(call, acting_user=manager)
    assert AuditEntry.objects.filter(action="call.joined", object_id=call.pk, actor=manager).count() == 1
    page = browser(manager).get(f"/calls/{call.pk}").content.decode()
    assert manager.name in page.split("facts-heading")[-1]


def test_a_user_who_left_according_to_the_switch_is_removed(call: Call, manager: User) -> None:
    actions.join(call, acting_user=manager)
    later = (timezone.now() + timedelta(seconds=1)).isoformat()
    answer = report(call.pk, "party.left", seq=1, at=later, user=str(manager.pk), role="collaborator")
    assert answer.status_code == 204
    assert not is_in(manager, call)
    assert actions.join(call, acting_user=manager)
    report(call.pk, "party.left", seq=2, at="2026-03-02T15:00:05Z", user=str(manager.pk), role="collaborator")
    assert is_in(manager, call)


def test_the_end_of_the_call_frees_everyone_in_it(call: Call, manager: User) -> None:
    actions.join(call, acting_user=manager)
    ended = {"status": "completed", "reason": "rep_hung_up", "duration_ms": 1, "captured": False, "drops": 0}
    assert report(call.pk, "call.ended", seq=1, **ended).status_code == 204
    assert browser(manager).get("/api/v2/calls/current").json() == {
        "call": None,
        "role": None,
        "ticket": None,
        "to_log": None,
    }
    assert actions.join(CallFactory(user=UserFactory()), acting_user=manager)


def test_the_page_says_who_joined_and_left(call: Call, manager: User) -> None:
    report(call.pk, "party.joined", seq=1, clock_ms=1000, user=str(manager.pk), role="collaborator")
    report(call.pk, "announcement.played", seq=2, clock_ms=5000)
    page = browser(manager).get(f"/calls/{call.pk}").content.decode()
    assert f'Joined the call <span class="soft">{manager.name}</span>' in page
    assert "The announcement was played" in page


def test_a_party_left_event_must_name_a_user(call: Call) -> None:
    assert report(call.pk, "party.left", seq=1).status_code == 400


def current(user: User) -> dict[str, Any]:
    """The live call as the user's dialer receives it."""
    call: dict[str, Any] = browser(user).get("/api/v2/calls/current").json()["call"]
    return call


def test_everyone_in_a_call_sees_who_else_is_in_it(call: Call, manager: User) -> None:
    actions.join(call, acting_user=manager)
    for user in (call.user, manager):
        people = [(one["id"], one["name"], one["role"]) for one in current(user)["people"]]
        assert people == [
            (call.user_id, call.user.name, "rep"),
            (manager.pk, manager.name, "collaborator"),
        ]
    actions.leave(call, acting_user=manager)
    assert [one["name"] for one in current(call.user)["people"]] == [call.user.name]


def test_the_rep_reads_you_in_a_reason_and_a_colleague_the_name(call: Call, manager: User) -> None:
    chosen = call.decision | {"sentence": "On: you chose to record this call."}
    Call.objects.filter(pk=call.pk).update(decision=chosen)
    actions.join(call, acting_user=manager)
    assert current(call.user)["recording"]["reason"] == chosen["sentence"]
    assert current(manager)["recording"]["reason"] == f"On: {call.user.name} chose to record this call."


def test_everyone_in_a_call_sees_who_paused_and_who_resumed(call: Call, manager: User) -> None:
    def moved() -> tuple[str, str | None]:
        last = current(call.user)["recording"]["moved"]
        return last["kind"], last["by"]

    report(call.pk, "call.answered", seq=1)
    report(call.pk, "recording.started", seq=2, actor=None)
    assert moved() == ("started", None)
    report(call.pk, "recording.paused", seq=3, actor=str(manager.pk))
    assert moved() == ("paused", manager.name)
    report(call.pk, "recording.resumed", seq=4, actor=str(call.user_id))
    assert moved() == ("resumed", call.user.name)


def test_the_call_does_not_show_as_recorded_before_the_announcement_ends(call: Call) -> None:
    Call.objects.filter(pk=call.pk).update(decision=call.decision | {"announcements": ["demo"]})
    report(call.pk, "call.answered", seq=1)
    assert not current(call.user)["recording"]["announcing"]
    report(call.pk, "recording.started", seq=2, actor=None)
    assert current(call.user)["recording"]["announcing"]
    report(call.pk, "announcement.played", seq=3, clock_ms=5000)
    assert not current(call.user)["recording"]["announcing"]
