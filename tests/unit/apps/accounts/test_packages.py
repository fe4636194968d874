"""/settings/packages, and what does not work while a package is off."""

import pytest
from django.test import Client

from factories import CallFactory, PersonFactory, TeamFactory, UserFactory
from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida() -> User:
    return UserFactory(name="Ida", permission_set="Admin")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(ida: User) -> Client:
    return signed_in(ida)


def switch_dialer_off() -> Team:
    team: Team = TeamFactory()
    team.packages = []
    team.save()
    return team


def test_a_new_team_has_every_included_package(ida: User) -> None:
    assert ida.team.packages == ["dialer"]


def test_turning_a_package_off_and_on_is_audited_with_the_user(browser: Client, ida: User) -> None:
    for wanted, packages in (("0", []), ("1", ["dialer"])):
        assert browser.post("/settings/packages/dialer", {"on": wanted}).status_code == 302
        assert Team.objects.get(pk=ida.team_id).packages == packages
    entries = AuditEntry.objects.filter(action="package.switched").order_by("pk")
    assert [(entry.actor, entry.details) for entry in entries] == [
        (ida, {"package": "dialer", "on": False}),
        (ida, {"package": "dialer", "on": True}),
    ]


def test_a_package_missing_from_this_version_is_explained_and_cannot_be_turned_on(
    browser: Client, ida: User
) -> None:
    assert "Not part of this version" in browser.get("/settings/packages").content.decode()
    answer = browser.post("/settings/packages/messenger", {"on": "1"})
    assert answer.status_code == 422
    assert "Messenger is not part of this version" in answer.content.decode()
    assert Team.objects.get(pk=ida.team_id).packages == ["dialer"]


@pytest.mark.parametrize(("package", "on"), [("fax", "1"), ("dialer", ""), ("dialer", "maybe")])
def test_an_invalid_switch_value_is_a_bad_request(browser: Client, package: str, on: str) -> None:
    assert browser.post(f"/settings/packages/{package}", {"on": on}).status_code == 400


def test_without_the_dialer_no_call_is_placed_and_the_sentence_says_why(browser: Client) -> None:
    switch_dialer_off()
    body = {"to": "+13125550123", "sdp": "v=0"}
    answers = [
        browser.post("/api/v2/calls", body, content_type="application/json"),
        browser.get("/api/v2/dialer/preview", {"number": "+13125550123"}),
        browser.put("/api/v2/dialer/record-next-call", {"wanted": True}, content_type="application/json"),
        browser.post("/api/v2/requests", {"number": "+13125550123"}, content_type="application/json"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (403, "package_off")
        assert "Dialer package is turned off" in answer.json()["message"]
    assert not Call.objects.exists()


def test_without_the_dialer_the_page_explains_and_past_calls_stay(browser: Client, ida: User) -> None:
    person = PersonFactory(number="+13125550123")
    call = CallFactory(user=ida, person=person, status="completed", ended_at="2026-03-02T15:01:00Z")
    assert "<or-dialer" in browser.get("/people").content.decode()
    switch_dialer_off()
    for path in ("/people", f"/people/{person.pk}", "/calls", f"/calls/{call.pk}"):
        page = browser.get(path)
        assert page.status_code == 200
        text = page.content.decode()
        assert "Dialer is off" in text
        assert "<or-dialer" not in text
        assert "data-dial=" not in text, "nothing offers to dial"
    assert "+1 312-555-0123" in browser.get(f"/people/{person.pk}").content.decode()


@pytest.mark.parametrize("permission_set", ["Compliance", "Read-only"])
def test_users_who_may_not_place_calls_see_no_dialer(permission_set: str) -> None:
    PersonFactory(number="+13125550123")
    user = UserFactory(permission_set=permission_set)
    browser = signed_in(user)
    page = browser.get("/people").content.decode()
    assert "<or-dialer" not in page
    assert "data-dial=" not in page
    assert "into the dialer" not in page
    assert "Dialer is off" not in page, "that is said of the package"
    CallFactory(user=user)
    assert "<or-dialer" in browser.get("/people").content.decode(), "a call has to be ended"


def test_a_user_on_a_call_keeps_the_dialer_and_its_controls_until_it_ends(browser: Client, ida: User) -> None:
    live = CallFactory(user=ida)
    switch_dialer_off()
    assert "<or-dialer" in browser.get("/people").content.decode()
    # Not package_off: it went as far as the switch, which is not there.
    assert (
        browser.post(
            f"/api/v2/calls/{live.pk}/dtmf", {"digits": "1"}, content_type="application/json"
        ).json()["code"]
        == "switch_unreachable"
    )
    Call.objects.filter(pk=live.pk).update(ended_at="2026-03-02T15:01:00Z")
    assert "<or-dialer" not in browser.get("/people").content.decode()
