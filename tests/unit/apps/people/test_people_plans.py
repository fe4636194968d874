"""No list of people scans the whole table, according to SQLite's query plans."""

import pytest

from factories import PersonFactory, UserFactory
from harness.plans import count_as_many, plans, scans, sqlite_only
from onrecord.apps.accounts.models import User
from onrecord.apps.people.queries import list_people, suggest_people

pytestmark = [pytest.mark.django_db, sqlite_only]

#: What is typed, and which index answers, with the columns that SQLite enters it by.
CASES: dict[str, tuple[str, str]] = {
    "everything": ("", "people_by_text (team_id=?)"),
    "name": ("person", "people_search VIRTUAL TABLE INDEX"),
    "short name": ("pe", "people_by_text (team_id=? AND search_text>? AND search_text<?"),
    "last digits": ("0123", "number_backwards (reversed_digits>? AND reversed_digits<?"),
    "first digits": ("+1 (212) 555", "number_forwards (e164>? AND e164<?"),
}


@pytest.fixture
def user() -> User:
    PersonFactory.create_batch(60)
    user = UserFactory()
    count_as_many()
    return user


@pytest.mark.parametrize("case", CASES)
def test_each_search_is_a_search_in_an_index(case: str, user: User) -> None:
    lines = plans(lambda: list_people(user, q=CASES[case][0], cursor=None))
    assert not scans(lines), lines


@pytest.mark.parametrize("case", CASES)
def test_without_statistics_the_planner_uses_the_intended_index(case: str) -> None:
    user = UserFactory()
    lines = plans(lambda: list_people(user, q=CASES[case][0], cursor=None))
    assert not scans(lines), lines
    assert any(CASES[case][1] in line for line in lines), lines


def test_a_deep_page_starts_at_its_cursor(user: User) -> None:
    first = list_people(user, q="", cursor=None)
    lines = plans(lambda: list_people(user, q="", cursor=first.next_cursor))
    assert not scans(lines), lines
    assert any("people_by_text (team_id=? AND search_text>?" in line for line in lines), lines


def test_a_very_wide_search_does_not_scan_either(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.apps.core.search_plan._FEW", 2)
    for q in ("person", "1212555"):
        lines = plans(lambda q=q: list_people(user, q=q, cursor=None))
        assert not scans(lines), lines


@pytest.mark.parametrize("case", [case for case, (typed, _) in CASES.items() if typed])
def test_the_dialers_suggestions_use_an_index(case: str, user: User) -> None:
    lines = plans(lambda: suggest_people(user, q=CASES[case][0], size=10))
    assert not scans(lines), lines
    assert any(CASES["short name"][1] in line for line in lines), lines
