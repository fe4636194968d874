"""/calls with filters, and /calls/export."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, GroupFactory, PersonFactory, UserFactory, logged_call
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.export import csv_of, safe
from onrecord.apps.calls.filters import CallFilter
from onrecord.apps.calls.models import Call
from onrecord.apps.recordings.comment_search import by_comments

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ána Torres", permission_set="Admin")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def shown(browser: Client, **query: str) -> set[str]:
    page = browser.get("/calls", query)
    assert page.status_code == 200
    return set(re.findall(r'href="/calls/(\w{32})"', page.content.decode()))


def body(answer: HttpResponse) -> str:
    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collect)().decode()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    "q",
    [
        "+1 (312) 555-0123",
        "312.555.0123",
        "1-312-555-0123",
        "(312) 555",
        "0123",
        "tel:+13125550123",
        "555 0123",
        "011 1 312 555 0123",
        "001 312 555",
        "+1 (0)312 555 0123",
    ],
)
def test_a_number_is_found_in_any_format_with_or_without_a_person(browser: Client, ana: User, q: str) -> None:
    wanted = CallFactory(user=ana, number="+13125550123", ended_at="2026-03-02T15:01:00Z", status="completed")
    CallFactory(user=ana, number="+12065559999")
    assert shown(browser, q=q) == {wanted.pk}


def test_calls_are_found_by_the_reps_name_without_accents(browser: Client, ana: User) -> None:
    mine = CallFactory(user=ana)
    CallFactory(user=UserFactory(name="Ben"))
    assert shown(browser, q="ana torres") == {mine.pk}


def test_filters_narrow_by_rep_status_and_day_in_the_readers_zone(browser: Client, ana: User) -> None:
    ben = UserFactory(name="Ben")
    # 23:30 of 1 March in New York.
    late = logged_call(ana, None, created_at=datetime(2026, 3, 2, 4, 30, tzinfo=UTC))
    busy = logged_call(ben, None, status="busy")
    live = CallFactory(user=ana)
    assert shown(browser, rep=str(ben.pk)) == {busy.pk}
    assert shown(browser, status="busy") == {busy.pk}
    assert shown(browser, status="live") == {live.pk}
    assert shown(browser, since="2026-03-01", until="2026-03-01") == {late.pk}
    assert shown(browser, since="2026-03-02") == {busy.pk, live.pk}
    assert shown(browser, rep=str(ana.pk), status="busy") == set()


@pytest.mark.parametrize("page", ["/calls", "/recordings"])
def test_days_in_the_wrong_order_are_an_error(browser: Client, ana: User, page: str) -> None:
    logged_call(ana, None)
    shown = browser.get(page, {"since": "2026-03-02", "until": "2026-03-01"})
    assert "From is later than To" in shown.content.decode()
    shown = browser.get(page, {"since": "2020-03-01", "until": "2020-03-01"})
    assert "From is later than To" not in shown.content.decode()


@pytest.mark.parametrize("page", ["/calls", "/calls/export"])
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"rep": "x"}, "“rep” cannot be “x”. It takes the ID of a rep, such as 12."),
        ({"rep": "9" * 19}, "“rep” cannot be"),
        ({"status": "odd"}, "It takes one of: live, completed, busy"),
        ({"since": "yesterday"}, "It takes a date, such as 2026-01-31."),
        ({"until": "2026-02-30"}, "“until” cannot be “2026-02-30”"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_with_its_valid_values(
    browser: Client, page: str, query: dict[str, str], says: str
) -> None:
    answer = browser.get(page, query)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert 'href="/calls">Show it without filters' in answer.content.decode()
    assert not AuditEntry.objects.filter(action="calls.exported").exists()


def test_the_url_has_only_the_filters_that_are_set(browser: Client) -> None:
    answer = browser.get("/calls?q=&rep=&status=busy&since=&until=")
    assert answer["HX-Replace-Url"] == "/calls?status=busy"
    assert browser.get("/calls?q=&rep=")["HX-Replace-Url"] == "/calls"
    assert "HX-Replace-Url" not in browser.get("/calls?status=busy")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_days_at_the_ends_of_the_calendar_are_valid(zone: str) -> None:
    user = UserFactory(permission_set="Admin", time_zone=zone)
    call = CallFactory(user=user)
    client = Client()
    client.force_login(user)
    # A browser sends the first while somebody types a year.
    assert shown(client, since="0002-01-01", until="9999-12-31") == {call.pk}
    assert shown(client, until="0001-01-01") == set()
    assert client.get("/recordings", {"since": "0001-01-01", "until": "9999-12-31"}).status_code == 200


def test_users_who_see_only_their_own_calls_get_no_rep_filter(browser: Client) -> None:
    rep = UserFactory()
    client = Client()
    client.force_login(rep)
    assert 'name="rep"' in browser.get("/calls").content.decode()
    assert 'name="rep"' not in client.get("/calls").content.decode()


def test_a_filter_shows_nothing_beyond_what_the_user_may_see() -> None:
    rep, other = UserFactory(), UserFactory(group=GroupFactory(name="West"))
    theirs = CallFactory(user=other, number="+13125550123")
    client = Client()
    client.force_login(rep)
    assert shown(client, rep=str(other.pk)) == shown(client, q="312 555 0123") == set()
    assert theirs.pk not in body(client.get("/calls/export", {"rep": str(other.pk)}))
    assert f'value="{other.pk}"' not in client.get("/calls").content.decode()


def test_the_export_has_the_filtered_calls_and_is_audited(browser: Client, ana: User) -> None:
    person = PersonFactory(name="Jo Doe", company="Contoso")
    call = logged_call(
        ana,
        person,
        disposition="Call back",
        notes="Two\nlines, “quoted”",
        duration_ms=61_400,
        number="+13125550123",
    )
    logged_call(ana, None, status="busy")
    answer = browser.get("/calls/export", {"status": "completed"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Rows"] == "1"
    (row,) = table(body(answer))
    assert (row["Call id"], row["Contact"], row["Company"]) == (call.pk, "Jo Doe", "Contoso")
    assert row["Date"] == "2026-03-02T10:00:00-05:00"
    assert row["Number"] == "+13125550123"
    assert (row["Duration (s)"], row["Notes"]) == ("61", "Two\nlines, “quoted”")
    entry = AuditEntry.objects.get(action="calls.exported")
    assert (entry.actor, entry.details) == (ana, {"rows": 1, "status": "completed"})


def test_a_longer_export_needs_no_more_queries(ana: User, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        logged_call(ana, PersonFactory(), disposition="Connected", notes=f"Number {number}")
    # Permissions, keys, the calls.
    with django_assert_max_num_queries(4):
        assert len(table("".join(csv_of(ana, CallFilter(), by_comments("", ana))))) == 8


def test_the_export_goes_on_over_many_batches(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onrecord.apps.calls.export._BATCH", 7)
    calls = {logged_call(ana, None).pk for _ in range(30)}
    rows = table(body(browser.get("/calls/export")))
    assert len(rows) == 30
    assert {row["Call id"] for row in rows} == calls == set(Call.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "+1 ",
        "+1234567890123456",
        "-2",
        "@cmd",
        "\t=1",
        "  =1",
        "\r=1",
        "\u00a0=1",
        "\uff1d1+1",
        "\uff20cmd",
    ],
)
def test_a_cell_that_looks_like_a_formula_is_exported_as_text(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_other_cells_are_unchanged() -> None:
    assert [safe(text) for text in ("Jo", "", "a=b", "3")] == ["Jo", "", "a=b", "3"]


@pytest.mark.parametrize("number", ["+1", "+14045550124", "+390612345678", "+123456789012345"])
def test_a_phone_number_is_unchanged(number: str) -> None:
    assert safe(number) == number
