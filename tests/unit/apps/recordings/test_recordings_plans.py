"""No list of recordings scans a whole table, according to SQLite's query plans."""

import pytest

from factories import PersonFactory, UserFactory
from harness.plans import count_as_many, plans, scans, sqlite_only
from harness.recorded import recorded
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.paging import Page
from onrecord.apps.recordings.filters import Filters
from onrecord.apps.recordings.models import Comment
from onrecord.apps.recordings.queries import choices, list_recordings

pytestmark = [pytest.mark.django_db, sqlite_only]


#: Which index answers what, with the columns that it is entered by.
CASES: dict[str, tuple[dict[str, str], str]] = {
    "everything": ({}, "recordings_newest (call_team_id=? AND status=?"),
    "source": ({"source": "Dialer"}, "recordings_by_source (call_team_id=? AND status=? AND source=?"),
    "rep": ({"rep": "REP"}, "recordings_by_rep (call_team_id=? AND status=? AND rep_id=?"),
    "person": ({"person": "1"}, "recordings_by_person (call_team_id=? AND status=? AND person_id=?"),
    "group": ({"group": "GROUP"}, "recordings_by_rep (call_team_id=? AND status=? AND rep_id=?"),
    "dates": ({"since": "2026-01-01", "until": "2026-12-31"}, "called_at>? AND called_at<?"),
    "length": ({"length": "5-15"}, "recordings_newest (call_team_id=? AND status=?"),
    "disposition": (
        {"disposition": "x"},
        "recordings_by_disposition (call_team_id=? AND status=? AND disposition=?",
    ),
    "sentiment": ({"sentiment": "x"}, "recordings_by_sentiment (call_team_id=? AND status=? AND sentiment=?"),
    "notes": ({"notes": "yes"}, "recordings_by_has_notes (call_team_id=? AND status=? AND has_notes=?"),
    "playlist": ({"playlist": "1"}, "sqlite_autoindex_calls_recording_1 (call_id=?)"),
    "name": ({"q": "person"}, "people_search VIRTUAL TABLE INDEX"),
    "short name": ({"q": "pe"}, "people_by_text (team_id=? AND search_text>? AND search_text<?"),
    "number": ({"q": "555 0123"}, "recordings_backwards (call_team_id=? AND status=? AND reversed_digits>?"),
    "name and filters": ({"q": "person", "notes": "yes", "rep": "REP"}, "people_search VIRTUAL TABLE INDEX"),
    "words of notes": ({"q": "pricing list"}, "notes_by_word (word>? AND word<?)"),
    "words of comments": ({"q": "nicely"}, "comments_by_word (word>? AND word<?)"),
}


@pytest.fixture(params=["before", "after"])
def user(request: pytest.FixtureRequest) -> User:
    """An admin with recordings, before the planner has statistics and after it counted 300,000."""
    admin = UserFactory(permission_set="Admin")
    people = [PersonFactory() for _ in range(5)]
    for number in range(60):
        notes = "The pricing list." if number % 20 == 0 else ""
        call = recorded(
            admin,
            number,
            person=people[number % 5],
            disposition="Call back",
            sentiment="Neutral",
            notes=notes,
        )
        if number % 20 == 10:
            Comment.objects.create(recording=call.recording, author=admin, at_ms=0, text="Nicely put.")
    if request.param == "after":
        UserFactory.create_batch(20)
        count_as_many()
    return admin


def asked(case: str, user: User) -> Filters:
    names = {"REP": str(user.pk), "GROUP": str(user.group_id)}
    return Filters.read({name: names.get(value, value) for name, value in CASES[case][0].items()})


def listed(user: User, filters: Filters) -> Page[Recording]:
    """Run the query of the page. A playlist has a hundred recordings."""
    clips = [f"{number:032x}" for number in range(100)] if filters.playlist else []
    return list_recordings(user, filters, cursor=None, playlist=clips)


@pytest.mark.parametrize("case", CASES)
def test_each_filter_is_a_search_in_its_index(case: str, user: User) -> None:
    lines = plans(lambda: listed(user, asked(case, user)))
    assert not scans(lines), lines


@pytest.mark.parametrize("case", CASES)
def test_without_statistics_the_planner_uses_the_intended_index(case: str) -> None:
    user = UserFactory(permission_set="Admin")
    lines = plans(lambda: listed(user, asked(case, user)))
    assert any(CASES[case][1] in line for line in lines), lines


def test_without_statistics_the_planner_looks_recordings_up_by_written_text() -> None:
    user = UserFactory(permission_set="Admin")
    call = recorded(user, notes="The pricing list.")
    Comment.objects.create(recording=call.recording, author=user, at_ms=0, text="Nicely put.")
    for q in ("pricing list", "nicely"):
        lines = plans(lambda q=q: list_recordings(user, Filters(q=q), cursor=None))
        assert not any("team_id=?" in line and "people" not in line for line in lines), lines


def test_a_deep_page_starts_at_its_cursor(user: User) -> None:
    first = list_recordings(user, Filters(), cursor=None)
    lines = plans(lambda: list_recordings(user, Filters(), cursor=first.next_cursor))
    assert not scans(lines), lines
    assert any("recordings_newest" in line and "called_at" in line for line in lines), lines
    assert not any("TEMP B-TREE" in line for line in lines), "it is in order as it is read"


@pytest.mark.parametrize(
    ("permission_set", "index"), [("Rep", "recordings_by_rep"), ("Manager", "recordings_newest")]
)
def test_users_with_a_smaller_scope_use_an_index_too(permission_set: str, index: str) -> None:
    user = UserFactory(permission_set=permission_set)
    UserFactory(group=user.group)
    recorded(user)
    lines = plans(lambda: list_recordings(user, Filters(), cursor=None))
    assert not scans(lines), lines
    assert any(index in line for line in lines), lines


def test_a_very_wide_search_does_not_scan_either(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.apps.core.search_plan._FEW", 2)
    monkeypatch.setattr("onrecord.apps.core.written._FEW", 2)
    for q in ("person", "1212555", "pricing list", "nicely"):
        lines = plans(lambda q=q: list_recordings(user, Filters(q=q), cursor=None))
        assert not scans(lines), lines


def test_the_filters_choices_are_read_from_indexes(user: User) -> None:
    lines = plans(lambda: choices(user))
    assert not scans([line for line in lines if Recording._meta.db_table in line]), lines
    for field in ("source", "disposition", "sentiment"):
        index = f"recordings_by_{field} (call_team_id=? AND status=? AND {field}>?"
        assert sum(index in line for line in lines) == 2, (
            "the first value, and the step from each to the next"
        )
