"""/people, /people/{id} and the dialer's search."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, PersonFactory, TeamFactory, UserFactory, logged_call
from onrecord.apps.accounts.models import User
from onrecord.apps.core.paging import encode

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def found(page: HttpResponse, pattern: str) -> list[str]:
    return re.findall(pattern, page.content.decode())


def test_paging_the_list_by_name_neither_loses_nor_repeats_anyone(browser: Client) -> None:
    for number in range(60):
        PersonFactory(name=f"Person {number % 7}", number="")
    first = browser.get("/people")
    second = browser.get("/people", {"cursor": found(first, r"cursor=(\w+)")[0]})
    seen = [person for page in (first, second) for person in found(page, r'href="/people/(\d+)"')]
    assert len(seen) == len(set(seen)) == 60
    assert found(second, r"cursor=(\w+)") == []


def test_a_cursor_that_is_not_one_of_ours_is_a_bad_request(browser: Client) -> None:
    for cursor in ("nonsense", "eyJhIjoxfQ", "W10", encode("a\0", 1), encode("\ud800", 1)):
        answer = browser.get("/people", {"cursor": cursor})
        assert answer.status_code == 400
        assert 'href="/people">Show it without filters' in answer.content.decode()
    for cursor in (encode("today", "x"), encode("2026-03-02T15:00:00", "x"), encode(None, None)):
        assert browser.get("/calls", {"cursor": cursor}).status_code == 400


def test_a_person_shows_numbers_and_the_logged_calls_that_the_user_may_see(
    browser: Client, ana: User
) -> None:
    person = PersonFactory(name="Jo Doe", number="+13125550123")
    mine = logged_call(ana, person)
    logged_call(UserFactory(), person)
    CallFactory(user=UserFactory(), person=person)
    page = browser.get(f"/people/{person.pk}")
    assert found(page, r'href="/calls/(\w+)"') == [mine.pk]
    assert b"+1 312-555-0123" in page.content


def test_a_person_of_another_team_is_not_found(browser: Client) -> None:
    other = PersonFactory(team=TeamFactory(name="Another"))
    assert browser.get(f"/people/{other.pk}").status_code == 404


def test_the_dialer_finds_at_most_ten_people(browser: Client) -> None:
    for _ in range(12):
        PersonFactory(company="Wingtip")
    people = browser.get("/api/v2/people", {"q": "wingtip"}).json()["people"]
    assert len(people) == 10
    assert people[0]["numbers"][0].keys() == {"e164", "formatted", "kind"}


def test_a_name_with_markup_is_shown_as_text(browser: Client) -> None:
    PersonFactory(name="<script>alert(1)</script>")
    page = browser.get("/people").content
    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert" in page
