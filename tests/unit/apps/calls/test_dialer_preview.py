"""What the dialer shows before a call."""

import pytest
from django.test import Client

from factories import PersonFactory, UserFactory, allow_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.policy.document import Rule
from onrecord.policy.mode import Mode

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def test_the_preview_shows_the_next_calls_decision_before_a_number_is_typed(browser: Client) -> None:
    preview = browser.get("/api/v2/dialer/preview").json()
    decision = preview.pop("decision")
    assert preview == {"number": None, "problem": None, "person": None}
    assert (decision["records"], decision["may_choose"]) == (False, True)
    chosen = browser.put(
        "/api/v2/dialer/record-next-call", {"wanted": True}, content_type="application/json"
    ).json()["decision"]
    assert (chosen["records"], chosen["may_choose"]) == (True, True)
    assert browser.get("/api/v2/dialer/preview").json()["decision"] == chosen


def test_before_a_number_is_typed_the_reps_location_counts(browser: Client, ana: User) -> None:
    notice = Rule(name="Notice", where=("GB",), mode=Mode.BOTH, record=False)
    forbidden = Rule(name="Forbidden", where=("DE",), mode=Mode.NONE)
    allow_recording(rules=(notice, forbidden))
    stands = {}
    for country in ("US", "GB", "DE"):
        User.objects.filter(pk=ana.pk).update(country=country, subdivision="")
        decision = browser.get("/api/v2/dialer/preview").json()["decision"]
        stands[country] = decision["records"], decision["may_choose"]
    assert stands == {"US": (True, True), "GB": (False, True), "DE": (False, False)}


def test_a_number_that_cannot_be_dialed_comes_with_a_sentence(browser: Client) -> None:
    shown = browser.get("/api/v2/dialer/preview", {"number": "1-800-FLOWERS"}).json()
    assert shown["number"] is None
    assert "cannot contain letters" in shown["problem"]


def test_a_number_with_an_extension_still_belongs_to_its_person(browser: Client) -> None:
    person = PersonFactory(name="Jo Doe", number="+13125550123")
    shown = browser.get("/api/v2/dialer/preview", {"number": "312 555 0123 ext. 9"}).json()
    assert shown["number"] == {"e164": "+13125550123", "formatted": "+1 312-555-0123 ext. 9"}
    assert shown["person"]["id"] == person.pk


def test_a_number_that_costs_extra_comes_with_a_sentence(browser: Client) -> None:
    shown = browser.get("/api/v2/dialer/preview", {"number": "900 555 0123"}).json()
    assert (shown["number"], shown["decision"]) == (None, None)
    assert "premium-rate" in shown["problem"]


def test_a_number_whose_contact_hears_an_announcement_says_so_before_the_call(browser: Client) -> None:
    rule = Rule(name="Illinois", where=("US-IL",), mode=Mode.BOTH, announcement="consent-announcement")
    allow_recording(rules=(rule,))
    PersonFactory(number="+13125550123")
    shown = browser.get("/api/v2/dialer/preview", {"number": "+13125550123"}).json()["decision"]
    assert shown["records"]
    assert shown["sentence"].endswith("An announcement is played first. Recording starts when it ends.")


def test_a_persons_number_shows_who_it_is_and_what_will_be_recorded(browser: Client) -> None:
    allow_recording()
    person = PersonFactory(name="Jo Doe", number="+13125550123")
    shown = browser.get("/api/v2/dialer/preview", {"number": "312 555 0123"}).json()
    assert shown["number"] == {"e164": "+13125550123", "formatted": "+1 312-555-0123"}
    assert shown["person"] == {"id": person.pk, "name": "Jo Doe", "url": f"/people/{person.pk}"}
    assert shown["decision"] == {
        "mode": "both",
        "records": True,
        "may_change": True,
        "may_choose": True,
        "sentence": "On: your team records calls by default.",
    }


def test_a_rule_is_named_before_dialing(browser: Client) -> None:
    rule = Rule(name="All-party states", where=("US-CA",), mode=Mode.NONE, because="requires consent")
    allow_recording(rules=(rule,))
    PersonFactory(number="+14155550123")
    shown = browser.get("/api/v2/dialer/preview", {"number": "+14155550123"}).json()["decision"]
    assert (shown["mode"], shown["records"], shown["may_choose"]) == ("none", False, False)
    assert shown["sentence"] == "Off: California requires consent (rule 'All-party states')."


def test_a_person_without_a_number_means_their_first_number(browser: Client) -> None:
    person = PersonFactory(number="+13125550123")
    shown = browser.get("/api/v2/dialer/preview", {"person_id": person.pk}).json()
    assert shown["number"]["e164"] == "+13125550123"


def test_a_number_that_belongs_to_nobody_is_not_recorded(browser: Client) -> None:
    allow_recording()
    shown = browser.get("/api/v2/dialer/preview", {"number": "+13125550123"}).json()
    assert shown["person"] is None
    assert shown["decision"]["mode"] == "none"


def test_the_choice_for_the_next_call_changes_the_preview_and_is_audited(browser: Client, ana: User) -> None:
    allow_recording()
    PersonFactory(number="+13125550123")
    answer = browser.put(
        "/api/v2/dialer/record-next-call", {"wanted": False}, content_type="application/json"
    )
    assert answer.status_code == 200
    decision = browser.get("/api/v2/dialer/preview", {"number": "+13125550123"}).json()["decision"]
    assert not decision["records"]
    assert "you chose not to record" in decision["sentence"]
    assert AuditEntry.objects.get(action="recording.next_call_chosen").actor == ana


def test_until_someone_publishes_a_policy_nothing_is_recorded(browser: Client) -> None:
    PersonFactory(number="+13125550123")
    decision = browser.get("/api/v2/dialer/preview", {"number": "+13125550123"}).json()["decision"]
    assert not decision["records"]
