"""What a later decision changes in a live call, and who is informed."""

import pytest
from django.test import Client

from factories import CallFactory, PersonFactory, UserFactory, allow_recording
from harness.reports import report, report_end
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.enforcement import restrict_live_calls
from onrecord.apps.calls.models import Call
from onrecord.apps.governance.decisions import current_policy
from onrecord.apps.people.models import Person
from onrecord.policy.document import Rule, Setting
from onrecord.policy.mode import Mode

pytestmark = pytest.mark.django_db

NUMBER = "+13125550123"
ILLINOIS = ("US-IL",)


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def person() -> Person:
    return PersonFactory(number=NUMBER, subdivision="US-IL")


@pytest.fixture
def call(ana: User, person: Person) -> Call:
    """A live call whose decision is to record both sides."""
    allow_recording()
    return CallFactory(user=ana, person=person, number=NUMBER)


def test_a_stricter_mode_applies_with_its_sentence(call: Call) -> None:
    allow_recording(rules=(Rule(name="Quiet", where=ILLINOIS, mode=Mode.NONE, because="is quiet"),))
    assert restrict_live_calls() == 1
    call.refresh_from_db()
    assert (call.mode, call.may_change) == ("none", False)
    event = call.events.get(type="call.restricted")
    assert event.payload["data"]["sentence"] == "Off: Illinois is quiet (rule 'Quiet')."
    assert event.payload["data"]["policy_version"] == current_policy().version
    assert call.decision["mode"] == "both"
    assert restrict_live_calls() == 0


def test_a_looser_policy_waits_for_the_next_call(ana: User, person: Person) -> None:
    call = CallFactory(user=ana, person=person, number=NUMBER, mode=Mode.ONE_SIDED, may_change=False)
    allow_recording()
    assert restrict_live_calls() == 0
    call.refresh_from_db()
    assert (call.mode, call.may_change, call.restriction) == ("one_sided", False, None)


def test_losing_the_choice_applies_even_if_the_mode_stays(call: Call, ana: User) -> None:
    allow_recording(rules=(Rule(name="Fixed", where=ILLINOIS, may_change=False),))
    assert restrict_live_calls() == 1
    browser = Client()
    browser.force_login(ana)
    answer = browser.post(
        f"/api/v2/calls/{call.pk}/record", {"generation": 0}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert "Locked by rule 'Fixed'" in answer.json()["message"]


def test_locking_recording_off_for_the_team_stops_a_live_recording(call: Call) -> None:
    allow_recording(team=Setting(record=False, locked=True))
    assert restrict_live_calls() == 1
    call.refresh_from_db()
    assert call.mode == "none"
    assert call.effective_decision["sentence"].startswith("Off: your team does not record calls by default.")


def test_an_unlocked_off_default_does_not_change_a_live_call(call: Call) -> None:
    allow_recording(team=Setting(record=False))
    assert restrict_live_calls() == 0
    call.refresh_from_db()
    assert (call.mode, call.may_change) == ("both", True)


def test_marking_the_person_holds_the_live_call(call: Call, person: Person) -> None:
    admin = Client()
    admin.force_login(UserFactory(permission_set="Admin"))
    admin.post(f"/people/{person.pk}/do-not-record", {"wanted": "on"})
    call.refresh_from_db()
    assert (call.mode, call.effective_decision["sentence"]) == (
        "none",
        "Off: this person is marked Do Not Record.",
    )


def test_a_call_restricted_before_anything_was_captured_says_why(call: Call) -> None:
    allow_recording(rules=(Rule(name="Quiet", where=ILLINOIS, mode=Mode.NONE),))
    restrict_live_calls()
    report(call.pk, "call.answered", seq=1)
    report_end(call.pk, captured=False)
    call = Call.objects.select_related("recording").get(pk=call.pk)
    assert (call.recording.status, call.recording.reason_code) == ("not_recorded", "rule")


def test_an_attempt_refused_by_the_switch_is_audited_with_its_user(call: Call, ana: User) -> None:
    attempt = {"actor": str(ana.pk), "wanted": "recording", "code": "above_ceiling"}
    report(call.pk, "recording.refused", seq=1, **attempt)
    report(call.pk, "recording.refused", seq=1, **attempt)
    report(call.pk, "recording.refused", seq=2, actor="nobody", wanted="recording", code="above_ceiling")
    first, second = AuditEntry.objects.filter(action="recording.change_refused").order_by("pk")
    assert (first.actor, first.object_id, first.details) == (ana, call.pk, attempt)
    assert (second.actor, second.details["actor"]) == (None, "nobody")
