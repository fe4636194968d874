"""Notes during the call, the log after it, and what must be logged before the next call."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from factories import CallFactory, PersonFactory, UserFactory, permit_only
from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call, CallEvent
from onrecord.apps.dispositions.models import Choice, ChoiceList
from onrecord.apps.people.models import Person

pytestmark = pytest.mark.django_db

OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def emma() -> Person:
    return PersonFactory(name="Emma", number="+13125550123")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def over(user: User, person: Person | None = None, **fields: Any) -> Call:
    """A call that was answered and has just ended."""
    now = timezone.now()
    times = {
        "created_at": now - timedelta(minutes=2),
        "answered_at": now - timedelta(minutes=1),
        "ended_at": now,
    }
    call: Call = CallFactory(user=user, person=person, **({"status": "completed"} | times | fields))
    return call


def put(browser: Client, call: Call, what: str, **body: Any) -> HttpResponse:
    return browser.put(f"/api/v2/calls/{call.pk}/{what}", body, content_type="application/json")


def require(team_of: User, *fields: str) -> None:
    ChoiceList.objects.filter(team=team_of.team, field__in=fields).update(required=True)


def to_log(browser: Client) -> str | None:
    waiting = browser.get("/api/v2/calls/current").json()["to_log"]
    return waiting and str(waiting["id"])


def test_notes_are_saved_while_being_written_with_one_audit_row_and_no_event(
    browser: Client, ana: User, emma: Person
) -> None:
    call = CallFactory(user=ana, person=emma)
    first = put(browser, call, "notes", notes="Wants", notes_revision=0).json()
    assert first == {"notes": "Wants", "notes_revision": 1}
    second = put(browser, call, "notes", notes="Wants a quote", notes_revision=1).json()
    assert second == {"notes": "Wants a quote", "notes_revision": 2}
    assert AuditEntry.objects.filter(action="call.notes_begun").count() == 1
    assert not CallEvent.objects.filter(type="call.logged").exists()
    call.refresh_from_db()
    assert call.log is not None
    assert (call.log.logged_at, call.log.person) == (None, None)


def test_notes_by_a_writer_who_has_not_seen_the_others_are_merged(browser: Client, ana: User) -> None:
    call = CallFactory(user=ana)
    put(browser, call, "notes", notes="Budget: 10k", notes_revision=0)
    answer = put(browser, call, "notes", notes="Call in May", notes_revision=0).json()
    assert answer == {"notes": "Budget: 10k\nCall in May", "notes_revision": 2}


def test_notes_that_the_writer_has_seen_can_be_deleted(browser: Client, ana: User) -> None:
    call = CallFactory(user=ana)
    put(browser, call, "notes", notes="Secret", notes_revision=0)
    assert put(browser, call, "notes", notes="", notes_revision=1).json()["notes"] == ""


def test_a_call_belongs_to_a_person_once_it_is_logged(browser: Client, ana: User, emma: Person) -> None:
    call = over(ana, emma)
    put(browser, call, "notes", notes="Nice", notes_revision=0)
    assert f"/calls/{call.pk}" not in browser.get(f"/people/{emma.pk}").content.decode()
    answer = put(browser, call, "log", disposition="Call back", sentiment="Positive")
    assert answer.json()["call"]["log"] == {
        "disposition": "Call back",
        "sentiment": "Positive",
        "notes": "Nice",
        "notes_revision": 1,
        "logged": True,
        "person": {"id": emma.pk, "name": "Emma", "url": f"/people/{emma.pk}"},
    }
    assert f"/calls/{call.pk}" in browser.get(f"/people/{emma.pk}").content.decode()
    entry = AuditEntry.objects.get(action="call.logged")
    assert entry.details["after"] == {"disposition": "Call back", "sentiment": "Positive"}


def test_a_call_can_be_logged_to_somebody_else_and_stays_there(
    browser: Client, ana: User, emma: Person
) -> None:
    other = PersonFactory(name="Erik")
    call = over(ana, emma)
    put(browser, call, "log", person_id=other.pk)
    answer = put(browser, call, "log", disposition="Busy")
    assert answer.json()["call"]["log"]["person"]["name"] == "Erik"


def test_nobody_can_log_to_a_person_whom_they_may_not_see(browser: Client, ana: User) -> None:
    call = over(ana)
    assert put(browser, call, "log", person_id=999_999).status_code == 404
    call.refresh_from_db()
    assert call.log is None


def test_a_choice_outside_the_list_is_refused_unless_it_was_logged_before(browser: Client, ana: User) -> None:
    call = over(ana)
    answer = put(browser, call, "log", disposition="Interested")
    assert (answer.status_code, answer.json()["code"]) == (400, "log_incomplete")
    assert "not one of your team's choices" in answer.json()["message"]
    put(browser, call, "log", disposition="Busy")
    Choice.objects.get(choice_list__team=ana.team, name="Busy").delete()
    assert put(browser, call, "log", disposition="Busy", sentiment="Neutral").status_code == 200


def test_a_log_that_lacks_what_the_team_requires_is_refused_and_keeps_the_notes(
    browser: Client, ana: User
) -> None:
    require(ana, "disposition", "sentiment")
    call = over(ana)
    put(browser, call, "notes", notes="Nice", notes_revision=0)
    answer = put(browser, call, "log", disposition="Busy")
    assert answer.status_code == 400
    assert answer.json()["message"] == "Your team requires a sentiment. Choose one, then save."
    both = put(browser, call, "log", disposition="").json()["message"]
    assert both == "Your team requires a disposition and a sentiment. Choose them, then save."
    call.refresh_from_db()
    assert call.log is not None
    assert (call.log.notes, call.log.disposition, call.log.logged_at) == ("Nice", "", None)


def test_the_next_call_waits_until_the_last_is_logged(browser: Client, ana: User, emma: Person) -> None:
    require(ana, "disposition")
    call = over(ana, emma)
    to = {"to": "+13125550199", "sdp": OFFER}
    answer = browser.post("/api/v2/calls", to, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "log_required")
    assert answer.json()["message"] == "First log your call with Emma. Your team requires a disposition."
    assert to_log(browser) == call.pk
    put(browser, call, "log", disposition="Connected")
    assert to_log(browser) is None
    # Nobody listens at the switch's address: it went as far as that.
    assert browser.post("/api/v2/calls", to, content_type="application/json").status_code == 503


def test_a_user_who_may_not_log_never_has_to(browser: Client, ana: User, emma: Person) -> None:
    permit_only(ana, [Permission.CALLS_PLACE, Permission.CALLS_VIEW_OWN])
    require(ana, "disposition")
    over(ana, emma)
    answer = browser.post(
        "/api/v2/calls", {"to": "+13125550199", "sdp": OFFER}, content_type="application/json"
    )
    assert answer.status_code == 503


def test_an_unanswered_call_never_delays_the_next(browser: Client, ana: User) -> None:
    require(ana, "disposition")
    over(ana, status="busy", answered_at=None)
    answer = browser.post(
        "/api/v2/calls", {"to": "+13125550199", "sdp": OFFER}, content_type="application/json"
    )
    assert answer.status_code == 503


def test_an_unanswered_call_is_logged_without_the_required_fields(browser: Client, ana: User) -> None:
    require(ana, "disposition")
    call = over(ana, status="busy", answered_at=None)
    assert put(browser, call, "log", notes="Try on Monday.").status_code == 200


def test_merged_notes_may_be_longer_than_typed_ones_up_to_a_limit(browser: Client, ana: User) -> None:
    call = over(ana)
    put(browser, call, "notes", notes="y" * 15_000, notes_revision=0)
    long = put(browser, call, "notes", notes="x" * 30_000, notes_revision=0)
    assert long.status_code == 200
    assert put(browser, call, "log", notes="x" * 100_001).status_code == 400
    form = {"notes": "x" * 100_001, "notes_revision": "9" * 5000}
    refused = browser.post(f"/calls/{call.pk}/log", form)
    assert refused.status_code == 422
    assert "too long" in refused.content.decode()


def test_a_call_from_another_dialer_never_delays_the_next(browser: Client, ana: User) -> None:
    require(ana, "disposition")
    over(ana, recording__source="Aircall")
    assert to_log(browser) is None


def test_the_last_call_waits_to_be_logged_for_an_hour_unless_it_has_to_be(browser: Client, ana: User) -> None:
    long_ago = timezone.now() - timedelta(hours=2)
    call = over(ana, ended_at=long_ago)
    assert to_log(browser) is None
    require(ana, "disposition")
    assert to_log(browser) == call.pk


def test_only_the_user_who_placed_a_call_logs_it_on_its_page(
    browser: Client, ana: User, emma: Person
) -> None:
    call = over(ana, emma)
    assert "Log the call" in browser.get(f"/calls/{call.pk}").content.decode()
    form = {"disposition": "Busy", "sentiment": "", "notes": "One\r\nTwo", "notes_revision": "0"}
    assert browser.post(f"/calls/{call.pk}/log", form).status_code == 302
    call.refresh_from_db()
    assert call.log is not None
    assert (call.log.disposition, call.log.notes) == ("Busy", "One\nTwo")
    wrong = browser.post(f"/calls/{call.pk}/log", form | {"disposition": "Nonsense"})
    assert wrong.status_code == 422
    assert "not one of your team" in wrong.content.decode()

    admin = Client()
    admin.force_login(UserFactory(permission_set="Admin"))
    assert "Edit the log" not in admin.get(f"/calls/{call.pk}").content.decode()
    assert admin.post(f"/calls/{call.pk}/log", form).status_code == 404


def test_the_page_keeps_what_was_typed_if_the_log_is_refused(browser: Client, ana: User) -> None:
    require(ana, "disposition")
    form = {"sentiment": "Positive", "notes": "Wants an offer", "notes_revision": "0"}
    answer = browser.post(f"/calls/{over(ana).pk}/log", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert ">Wants an offer</textarea>" in page
    assert "<option selected>Positive</option>" in page
