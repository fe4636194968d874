"""A person's activity: what was logged, who may see it, and its pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import BadRequest
from django.test import Client

from factories import CallFactory, PersonFactory, UserFactory, logged_call
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.activity import ActivityEntry, activity
from onrecord.apps.people.actions import set_do_not_record
from onrecord.apps.people.models import Person

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def person() -> Person:
    return PersonFactory(name="Jo Doe")


def seen(user: User, person: Person, tab: str = "all") -> list[ActivityEntry]:
    return activity(user, person, tab=tab, cursor=None)[0]


def test_only_calls_logged_to_the_person_are_theirs(ana: User, person: Person) -> None:
    other = PersonFactory()
    theirs = logged_call(ana, person)
    elsewhere = logged_call(ana, person)
    assert elsewhere.log is not None
    elsewhere.log.person = other
    elsewhere.log.save()
    CallFactory(user=ana, person=person)
    assert [entry.call for entry in seen(ana, person, "calls")] == [theirs]
    assert [entry.call for entry in seen(ana, other, "calls")] == [elsewhere]


def test_each_tab_has_its_kind(ana: User, person: Person) -> None:
    silent = logged_call(ana, person, disposition="Busy")
    noted = logged_call(ana, person, notes="Call back on Monday.")
    set_do_not_record(person, wanted=True, acting_user=ana)
    assert {entry.key for entry in seen(ana, person, "calls")} == {silent.pk, noted.pk}
    assert [entry.key for entry in seen(ana, person, "notes")] == [noted.pk]
    assert [(entry.sentence, entry.actor) for entry in seen(ana, person, "changes")] == [
        ("Marked Do Not Record", "Ana")
    ]
    assert len(seen(ana, person)) == 3


def test_others_calls_and_their_notes_are_not_shown_to_a_rep(person: Person) -> None:
    rep = UserFactory()
    logged_call(UserFactory(), person, notes="Confidential.")
    assert seen(rep, person) == seen(rep, person, "notes") == []


def test_pages_of_mixed_kinds_lose_and_repeat_nothing(ana: User, person: Person) -> None:
    for number in range(10):
        # Several at one moment, of both kinds.
        at = NOON + timedelta(minutes=number // 3)
        logged_call(ana, person, created_at=at)
        entry = AuditEntry.objects.create(
            action="person.do_not_record_changed", object_kind="person", object_id=str(person.pk)
        )
        AuditEntry.objects.filter(pk=entry.pk).update(at=at)
    whole = [entry.place for entry in activity(ana, person, tab="all", cursor=None)[0]]
    cursor, paged = None, []
    while True:
        entries, cursor = activity(ana, person, tab="all", cursor=cursor, size=3)
        paged += [entry.place for entry in entries]
        if cursor is None:
            break
    assert paged == whole == sorted(whole, reverse=True)
    assert len(paged) == 20


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsMiwzXQ"])
def test_a_cursor_that_is_not_one_of_ours_is_refused(ana: User, person: Person, cursor: str) -> None:
    with pytest.raises(BadRequest):
        activity(ana, person, tab="all", cursor=cursor)


def test_the_page_shows_notes_as_text_and_knows_no_other_tab(ana: User, person: Person) -> None:
    logged_call(ana, person, notes="<b>bold</b>", disposition="Meeting booked")
    browser = Client()
    browser.force_login(ana)
    page = browser.get(f"/people/{person.pk}?tab=notes").content.decode()
    assert "&lt;b&gt;bold" in page
    assert "Meeting booked" in page
    other = browser.get(f"/people/{person.pk}?tab=secrets")
    assert other.status_code == 400
    assert "It takes one of: all, calls, notes, changes." in other.content.decode()
