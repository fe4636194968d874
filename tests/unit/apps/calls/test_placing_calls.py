"""POST /api/v2/calls, as far as that is possible without a switch."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, PersonFactory, UserFactory, allow_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call
from onrecord.apps.governance.decisions import decide_for

pytestmark = pytest.mark.django_db

OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def place(browser: Client, to: str = "+13125550123", **fields: Any) -> HttpResponse:
    return browser.post("/api/v2/calls", {"to": to, "sdp": OFFER} | fields, content_type="application/json")


@pytest.mark.parametrize(
    ("to", "code", "says"),
    [
        ("1-800-FLOWERS", "bad_number", "cannot contain letters"),
        ("12", "bad_number", "too short"),
        ("911", "emergency_number", "emergency number"),
        ("112", "emergency_number", "emergency number"),
        ("211", "short_number", "short number"),
        ("+1 900 555 0123", "premium_rate_number", "pay extra for every minute"),
        ("+808 1234 5678", "shared_cost_number", "its own rate"),
        ("011 8816 1234 5678", "satellite_number", "several dollars"),
        ("", "bad_number", "Enter a number"),
    ],
)
def test_a_number_that_cannot_be_dialed_is_refused_before_anything_happens(
    browser: Client, to: str, code: str, says: str
) -> None:
    answer = place(browser, to)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert says in answer.json()["message"]
    assert Call.objects.count() == 0


def test_an_extension_is_stored_with_the_call_and_shown(browser: Client) -> None:
    place(browser, "(312) 555-0123 x4711")
    call = Call.objects.get()
    assert (call.number, call.extension) == ("+13125550123", "4711")
    assert "+1 312-555-0123 ext. 4711" in browser.get(f"/calls/{call.pk}").content.decode()


def test_if_the_switch_is_unreachable_the_call_is_stored_as_failed(browser: Client) -> None:
    answer = place(browser)
    assert (answer.status_code, answer.json()["code"]) == (503, "switch_unreachable")
    call = Call.objects.select_related("recording").get()
    assert (call.status, call.end_reason, call.duration_ms) == ("failed", "switch_unreachable", 0)
    assert call.recording.status == "not_recorded"
    assert [event.type for event in call.events.order_by("seq")] == ["call.initiated", "call.ended"]
    assert AuditEntry.objects.get(action="call.dialed").object_id == call.pk


def test_after_a_failed_attempt_the_user_can_try_again(browser: Client) -> None:
    place(browser)
    assert place(browser).status_code == 503
    assert Call.objects.count() == 2


def test_a_second_call_of_a_user_is_refused_while_the_first_lives(browser: Client, ana: User) -> None:
    CallFactory(user=ana)
    answer = place(browser)
    assert (answer.status_code, answer.json()["code"]) == (409, "call_in_progress")
    assert "Hang up" in answer.json()["message"]
    assert Call.objects.count() == 1


def test_the_database_allows_only_one_live_call_per_user(ana: User) -> None:
    CallFactory(user=ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallFactory(user=ana)


def test_the_call_belongs_to_the_person_who_has_the_number(browser: Client) -> None:
    allow_recording()
    person = PersonFactory(number="+13125550123")
    place(browser, "(312) 555-0123")
    call = Call.objects.get()
    assert (call.person, call.mode, call.record_at_start) == (person, "both", True)
    assert call.policy_version_id == call.decision["policy_version"] == 2


def test_a_call_to_nobodys_number_cannot_be_recorded(browser: Client) -> None:
    allow_recording()
    place(browser)
    call = Call.objects.get()
    assert (call.person, call.mode, call.record_at_start, call.may_change) == (None, "none", False, False)


def test_the_choice_for_the_next_call_survives_a_call_that_was_not_placed(browser: Client, ana: User) -> None:
    allow_recording()
    PersonFactory(number="+13125550123")
    browser.put("/api/v2/dialer/record-next-call", {"wanted": False}, content_type="application/json")
    place(browser)
    assert not Call.objects.get().record_at_start
    ana.refresh_from_db()
    assert ana.record_next_call is False
    assert not decide_for(ana, "+13125550123", PersonFactory()).record_at_start


def test_a_write_without_the_csrf_token_is_refused(ana: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    answer = place(strict)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert Call.objects.count() == 0


def test_an_expired_session_is_reported_as_such_not_as_a_csrf_error() -> None:
    answer = place(Client(enforce_csrf_checks=True))
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")
    assert "Sign in again" in answer.json()["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"to": 5}', b'{"to": "+13125550123"}'])
def test_a_body_that_cannot_be_used_is_refused_with_a_sentence(browser: Client, body: bytes) -> None:
    answer = browser.post("/api/v2/calls", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert answer.json()["message"]


@pytest.mark.parametrize("operation", ["attach", "record", "dtmf"])
def test_nobody_controls_another_users_call(browser: Client, operation: str) -> None:
    bodies = {"attach": {"sdp": OFFER}, "record": {"generation": 0}, "dtmf": {"digits": "1"}}
    call = CallFactory(user=UserFactory())
    answer = browser.post(
        f"/api/v2/calls/{call.pk}/{operation}", bodies.get(operation, {}), content_type="application/json"
    )
    assert answer.status_code == 404


def test_a_call_that_has_ended_accepts_no_commands(browser: Client, ana: User) -> None:
    place(browser)
    call = Call.objects.get()
    tone = browser.post(f"/api/v2/calls/{call.pk}/dtmf", {"digits": "1"}, content_type="application/json")
    assert (tone.status_code, tone.json()["code"]) == (409, "call_ended")


def test_the_current_call_is_the_users_own(browser: Client, ana: User) -> None:
    CallFactory(user=UserFactory())
    assert browser.get("/api/v2/calls/current").json() == {
        "call": None,
        "role": None,
        "ticket": None,
        "to_log": None,
    }
    mine = CallFactory(user=ana)
    current = browser.get("/api/v2/calls/current").json()
    assert current.pop("ticket")
    shown = current["call"]
    assert shown["id"] == mine.pk
    assert (shown["to_formatted"], shown["extension"]) == ("+1 312-555-0123", None)
    assert shown["recording"] == {
        "state": "off",
        "generation": 0,
        "status": "pending",
        "may_change": True,
        "mode": "both",
        "reason_code": None,
        "reason": "On: your team records calls by default.",
        "at_start": True,
        "moved": None,
        "announcing": False,
        "stalled": None,
        "id": mine.pk,
    }


def test_a_log_is_written_once_and_added_to(browser: Client, ana: User) -> None:
    call = CallFactory(user=ana)
    path = f"/api/v2/calls/{call.pk}/log"
    browser.put(path, {"disposition": "Call back"}, content_type="application/json")
    browser.put(path, {"notes": "Call back in May."}, content_type="application/json")
    call.refresh_from_db()
    assert call.log is not None
    assert (call.log.disposition, call.log.notes) == ("Call back", "Call back in May.")
    assert AuditEntry.objects.filter(action="call.logged").count() == 2
