"""Settings > Dispositions and sentiments, and the lists in the dialer."""

import pytest
from django.test import Client

from factories import UserFactory
from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.dispositions.lists import Field
from onrecord.apps.dispositions.queries import lists_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida() -> User:
    return UserFactory(name="Ida", permission_set="Admin")


@pytest.fixture
def browser(ida: User) -> Client:
    client = Client()
    client.force_login(ida)
    return client


def choices(team: Team, field: str = "disposition") -> list[str]:
    return list(lists_of(team.pk)[Field(field)].choices)


def test_a_list_is_changed_and_the_change_is_listed(browser: Client, ida: User) -> None:
    for form in (
        {"do": "add", "name": "Sent a quote"},
        {"do": "up", "name": "Sent a quote"},
        {"do": "rename", "name": "Busy", "new": "Line busy"},
        {"do": "remove", "name": "Connected"},
        {"do": "require"},
    ):
        assert browser.post("/settings/dispositions/disposition", form).status_code == 302
    assert choices(ida.team)[-2:] == ["Sent a quote", "Wrong number"]
    assert "Line busy" in choices(ida.team)
    assert "Connected" not in choices(ida.team)
    page = browser.get("/settings/dispositions").content.decode()
    assert "renamed the disposition Busy to Line busy" in page
    assert "Required" in page
    told = AuditEntry.objects.filter(action="dispositions.changed", object_kind="team")
    assert [entry.actor for entry in told] == [ida] * 5


def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(browser: Client, ida: User) -> None:
    before = choices(ida.team)
    answer = browser.post("/settings/dispositions/disposition", {"do": "add", "name": "busy"})
    assert answer.status_code == 422
    assert "already in the list" in answer.content.decode()
    assert choices(ida.team) == before
    assert not AuditEntry.objects.filter(action="dispositions.changed").exists()


@pytest.mark.parametrize("path", ["mood", "disposition"])
def test_an_unknown_list_or_action_is_a_bad_request(browser: Client, path: str) -> None:
    assert browser.post(f"/settings/dispositions/{path}", {"do": "burn", "name": "Busy"}).status_code == 400


def test_the_dialer_gets_the_lists_in_the_teams_order(browser: Client, ida: User) -> None:
    browser.post("/settings/dispositions/sentiment", {"do": "require"})
    lists = browser.get("/api/v2/dispositions").json()["lists"]
    assert [one["field"] for one in lists] == ["disposition", "sentiment"]
    assert lists[1] == {
        "field": "sentiment",
        "choices": ["Positive", "Neutral", "Negative"],
        "required": True,
    }
