"""No list of calls scans a whole table, according to SQLite's query plans."""

import pytest

from factories import PersonFactory, UserFactory, logged_call
from harness.plans import count_as_many, plans, scans, sqlite_only
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.filters import CallFilter
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.queries import list_calls
from onrecord.apps.core.paging import PAGE_SIZE, Page
from onrecord.apps.recordings.comment_search import by_comments
from onrecord.apps.recordings.models import Comment

pytestmark = [pytest.mark.django_db, sqlite_only]

#: Which index answers what, with the columns that SQLite enters it by.
CASES: dict[str, tuple[dict[str, str], str]] = {
    "everything": ({}, "calls_of_team (team_id=?)"),
    "rep": ({"rep": "REP"}, "calls_of_user (team_id=? AND user_id=?)"),
    "status": ({"status": "failed"}, "calls_by_status (team_id=? AND status=?)"),
    "live": ({"status": "live"}, "calls_live (team_id=? AND ended_at=?)"),
    "rep and status": (
        {"rep": "REP", "status": "busy"},
        "calls_of_user_by_status (team_id=? AND user_id=? AND status=?)",
    ),
    "dates": ({"since": "2026-01-01", "until": "2026-12-31"}, "(team_id=? AND created_at>?"),
    "name": ({"q": "person"}, "people_search VIRTUAL TABLE INDEX"),
    "short name": ({"q": "pe"}, "people_by_text (team_id=? AND search_text>? AND search_text<?"),
    "number": ({"q": "555 0123"}, "calls_backwards (team_id=? AND reversed_digits>?"),
    "name and filters": ({"q": "person", "status": "busy"}, "people_search VIRTUAL TABLE INDEX"),
    "words of notes": ({"q": "pricing list"}, "notes_by_word (word>? AND word<?)"),
    "words of comments": ({"q": "nicely"}, "comments_by_word (word>? AND word<?)"),
}


@pytest.fixture(params=["Admin", "Manager", "Rep"])
def scoped(request: pytest.FixtureRequest) -> User:
    """A user with team, group, or own scope, after the planner has counted a million calls."""
    user = UserFactory(permission_set=request.param)
    others = UserFactory.create_batch(5)
    for number in range(60):
        call = logged_call(
            [user, *others][number % 6],
            PersonFactory(),
            number=f"+131255501{number:02}",
            notes="The pricing list." if number % 20 == 0 else "",
        )
        if number % 20 == 10:
            Comment.objects.create(recording=call.recording, author=user, at_ms=0, text="Nicely put.")
    count_as_many()
    return user


def asked(case: str, user: User) -> CallFilter:
    return CallFilter.of({name: value.replace("REP", str(user.pk)) for name, value in CASES[case][0].items()})


def listed(user: User, wanted: CallFilter, *, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Call]:
    """Run the query of the calls page."""
    return list_calls(user, wanted=wanted, also=by_comments(wanted.q, user), cursor=cursor, size=size)


@pytest.mark.parametrize("case", CASES)
def test_each_filter_is_a_search_in_an_index_however_far_the_user_sees(case: str, scoped: User) -> None:
    lines = plans(lambda: listed(scoped, asked(case, scoped)))
    assert not scans(lines), lines


@pytest.mark.parametrize("case", CASES)
def test_without_statistics_the_planner_uses_the_intended_index(case: str) -> None:
    user = UserFactory(permission_set="Admin")
    lines = plans(lambda: listed(user, asked(case, user)))
    assert not scans(lines), lines
    assert any(CASES[case][1] in line for line in lines), lines


def test_without_statistics_the_planner_looks_calls_up_by_their_notes() -> None:
    user = UserFactory(permission_set="Admin")
    call = logged_call(user, PersonFactory(), notes="The pricing list.")
    Comment.objects.create(recording=call.recording, author=user, at_ms=0, text="Nicely put.")
    for q in ("pricing list", "nicely"):
        lines = plans(lambda q=q: listed(user, CallFilter(q=q)))
        assert not any("team_id=?" in line and "calls_" in line for line in lines), lines


def test_a_deep_page_starts_at_its_cursor_and_is_read_in_order(scoped: User) -> None:
    first = listed(scoped, CallFilter(), size=5)
    lines = plans(lambda: listed(scoped, CallFilter(), cursor=first.next_cursor, size=5))
    assert not scans(lines), lines
    assert any("calls_of_" in line and "created_at" in line for line in lines), lines
    assert not any("TEMP B-TREE" in line for line in lines), lines


def test_a_very_wide_search_does_not_scan_either(scoped: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.apps.core.search_plan._FEW", 2)
    monkeypatch.setattr("onrecord.apps.core.written._FEW", 2)
    for q in ("person", "1212555", "pricing list", "nicely"):
        lines = plans(lambda q=q: listed(scoped, CallFilter(q=q)))
        assert not scans(lines), lines
