"""/calls and /calls/{id}: which calls a user sees, and in which order."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, GroupFactory, PersonFactory, TeamFactory, UserFactory, logged_call
from harness.reports import report
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, Recording

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def found(page: HttpResponse, pattern: str) -> list[str]:
    return re.findall(pattern, page.content.decode())


def past_call(user: User, minutes: int = 0, **fields: object) -> Call:
    at = NOON + timedelta(minutes=minutes)
    return CallFactory(user=user, created_at=at, ended_at=at, status="completed", **fields)


@pytest.mark.parametrize(
    ("permission_set", "sees"),
    [
        ("Rep", {"own"}),
        ("Manager", {"own", "group"}),
        ("Compliance", {"own", "group", "team"}),
        ("Read-only", {"own", "group", "team"}),
        ("Admin", {"own", "group", "team"}),
        ("", set()),
    ],
)
def test_a_user_sees_own_group_or_team_calls(permission_set: str, sees: set[str]) -> None:
    user = UserFactory(permission_set=permission_set)
    west = GroupFactory(name="West")
    elsewhere = TeamFactory(name="Another")
    calls = {
        "own": past_call(user),
        "group": past_call(UserFactory()),
        "team": past_call(UserFactory(group=west)),
        "another team": past_call(UserFactory(team=elsewhere, group=None)),
    }
    visible = {call.pk for name, call in calls.items() if name in sees}
    assert set(Call.objects.visible_to(user).values_list("pk", flat=True)) == visible
    assert set(Recording.objects.visible_to(user).values_list("pk", flat=True)) == visible

    browser = signed_in(user)
    for name, call in calls.items():
        expected = 200 if name in sees else 404 if sees else 403
        assert browser.get(f"/calls/{call.pk}").status_code == expected, name


def test_a_manager_without_a_group_sees_their_own_calls_only() -> None:
    manager = UserFactory(permission_set="Manager", group=None)
    mine = past_call(manager)
    past_call(UserFactory(group=None))
    assert list(Call.objects.visible_to(manager)) == [mine]


def test_the_list_is_newest_first_and_pages_without_losing_or_repeating_any() -> None:
    ana = UserFactory()
    # Several at the same moment: the id decides.
    calls = [past_call(ana, minutes=number // 4) for number in range(70)]
    browser = signed_in(ana)
    first = browser.get("/calls")
    second = browser.get("/calls", {"cursor": found(first, r"cursor=(\w+)")[0]})
    shown = [call for page in (first, second) for call in found(page, r'href="/calls/(\w{32})"')]
    assert shown == [
        call.pk for call in sorted(calls, key=lambda call: (call.created_at, call.pk), reverse=True)
    ]


def test_a_call_made_while_someone_pages_does_not_shift_the_pages() -> None:
    ana = UserFactory()
    for number in range(60):
        past_call(ana, minutes=number)
    browser = signed_in(ana)
    first = browser.get("/calls")
    past_call(ana, minutes=100)
    second = browser.get("/calls", {"cursor": found(first, r"cursor=(\w+)")[0]})
    assert len(found(second, r'href="/calls/(\w{32})"')) == 10


@pytest.mark.parametrize("q", ["doe", "312 555", "0123", "+13125550123"])
def test_calls_are_found_by_name_and_number(q: str) -> None:
    ana = UserFactory()
    person = PersonFactory(name="Jo Doe", number="+13125550123")
    wanted = past_call(ana, person=person, number="+13125550123")
    past_call(ana, person=PersonFactory(name="Al Roe"), number="+12065559999")
    page = signed_in(ana).get("/calls", {"q": q})
    assert found(page, r'href="/calls/(\w{32})"') == [wanted.pk]


def test_the_call_page_says_what_happened_and_who_did_it() -> None:
    ana = UserFactory(name="Ana Torres")
    call = CallFactory(user=ana)
    report(call.pk, "call.answered", seq=1, clock_ms=0)
    report(call.pk, "recording.paused", seq=2, clock_ms=6012, actor=str(ana.pk))
    page = signed_in(ana).get(f"/calls/{call.pk}").content.decode()
    assert "Recording paused" in page
    assert "Ana Torres" in page
    assert "On: your team records calls by default." in page


def test_an_unanswered_call_has_no_call_clock_times() -> None:
    ana = UserFactory()
    call = CallFactory(user=ana)
    report(call.pk, "recording.empty", seq=1, source="renderer", clock_ms=0)
    page = signed_in(ana).get(f"/calls/{call.pk}")
    assert "No sound was captured" in page.content.decode()
    assert found(page, r'<li class="stream-event"[^>]*><time>([^<]*)<') == ["\u2013"]


def test_times_are_shown_in_the_readers_zone() -> None:
    ana = UserFactory(time_zone="Asia/Tokyo")
    past_call(ana)
    assert b"Mar 2, 2026, 9:00 PM" in signed_in(ana).get("/calls").content


def test_a_longer_list_needs_no_more_queries(django_assert_max_num_queries: Any) -> None:
    ana = UserFactory()
    for number in range(40):
        past_call(ana, minutes=number, person=PersonFactory())
        logged_call(ana, disposition="Connected", person=PersonFactory(), recording__status="completed")
    browser = signed_in(ana)
    # Session, user, permissions, whose calls, their keys, the calls, reps to choose from.
    with django_assert_max_num_queries(9):
        browser.get("/calls")
    # Session, user, permissions, keys, people, their numbers.
    with django_assert_max_num_queries(8):
        browser.get("/people")


@pytest.mark.parametrize(
    ("direction", "number", "heading"),
    [
        ("outbound", "+13125550123", "Call to +1 312-555-0123"),
        ("inbound", "+13125550123", "Call from +1 312-555-0123"),
        ("inbound", "", "Call from a withheld number"),
    ],
)
def test_the_call_page_says_who_called_whom(direction: str, number: str, heading: str) -> None:
    user = UserFactory()
    call = past_call(user, person=None, number=number, direction=direction)
    assert found(signed_in(user).get(f"/calls/{call.pk}"), r"<h1>(.*?)</h1>") == [heading]
