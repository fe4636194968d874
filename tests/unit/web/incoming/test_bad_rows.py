"""Rows that we would never write, inserted with SQL: they are shown as they are and break nothing."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test import Client

from factories import CallFactory, PersonFactory, UserFactory
from harness.everything import ENDLESS, address_of, make_everything, patterns, read_through
from onrecord.apps.accounts.models import User
from onrecord.apps.dispositions.models import Choice
from onrecord.apps.recordings.opening import blob_store

pytestmark = pytest.mark.django_db

#: Each with a time zone in which it lies outside of the calendar.
MOMENTS = {
    "0001-01-01 00:00:00": "America/New_York",
    "9999-12-31 23:59:59.999999": "Pacific/Kiritimati",
}
#: PostgreSQL has more of them than Python.
ONLY_POSTGRESQL = {
    "0100-01-01 00:00:00 BC": "America/New_York",
    "-infinity": "America/New_York",
    "20000-01-01 00:00:00": "Pacific/Kiritimati",
    "infinity": "Pacific/Kiritimati",
}
#: Controls, half of a right-to-left pair, what is no character, and what files and pages give a meaning.
TEXT = "\x01\x1b\u202e\ufffe\U0010ffff<b>=1&\"'"


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def ids(ana: User) -> Iterator[dict[str, str]]:
    made = make_everything(ana)
    yield made
    blob_store().erase(made["<str:call_id>"])


def columns(kinds: tuple[type[models.Field], ...]) -> Iterator[tuple[str, models.Field]]:
    """Table and field, for all of our tables that have rows."""
    for model in apps.get_models():
        if model is not Session and model._default_manager.exists():
            for field in model._meta.concrete_fields:
                if isinstance(field, kinds) and not field.unique:
                    yield model._meta.db_table, field


def put(table: str, field: models.Field, value: str) -> None:
    """Set the value in every row that has one."""
    column = connection.ops.quote_name(field.column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {column} IS NOT NULL", [value])


def walk(ana: User, ids: dict[str, str]) -> None:
    client = Client()
    client.force_login(ana)
    pages = [address_of(pattern, ids) for pattern in patterns() if pattern != ENDLESS]
    filtered = [
        "/calls?q=Person",
        "/calls?until=1900-12-31",
        "/calls?since=2900-01-01",
        "/calls/export?q=Person",
    ]
    for page in pages + filtered:
        answer = client.get(page)
        read_through(answer)
        assert answer.status_code < 500, page


@pytest.mark.parametrize("moment", [*MOMENTS, *ONLY_POSTGRESQL])
def test_no_page_breaks_if_every_time_is_at_an_end_of_the_calendar(
    ana: User, ids: dict[str, str], moment: str
) -> None:
    if moment in ONLY_POSTGRESQL and connection.vendor != "postgresql":
        pytest.skip("a moment of PostgreSQL's")
    User.objects.update(time_zone=(MOMENTS | ONLY_POSTGRESQL)[moment])
    for table, field in columns((models.DateTimeField,)):
        put(table, field, moment)
    walk(ana, ids)


def test_no_page_breaks_if_every_text_has_odd_characters(ana: User, ids: dict[str, str]) -> None:
    # Two choices of a list cannot have the same name.
    Choice.objects.exclude(position=0).delete()
    # What names something, or is chosen from a list of ours, is no text that somebody wrote.
    for table, field in columns((models.TextField, models.CharField)):
        is_written = field.blank or field.name in ("name", "company", "note", "text", "sentence", "problem")
        if is_written and field.editable and not field.choices and (field.max_length or 99) >= 40:
            put(table, field, TEXT)
    walk(ana, ids)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_bad_row_does_not_remove_others_from_a_list_or_export(ana: User, moment: str) -> None:
    User.objects.update(time_zone=MOMENTS[moment])
    person = PersonFactory(name="Ethan")
    calls = [CallFactory(user=ana, person=person, ended_at="2026-03-02T15:01:00Z") for _ in range(120)]
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * 60)
        cursor.execute(
            f"UPDATE calls_call SET created_at = %s WHERE id IN ({marks})",
            [moment, *[one.pk for one in calls[:60]]],
        )
    client = Client()
    client.force_login(ana)
    exported = read_through(client.get("/calls/export")).decode()
    assert all(call.pk in exported for call in calls)
    listed, page = set(), "/calls"
    while page:
        content = client.get(page).content.decode()
        listed |= {call.pk for call in calls if f"/calls/{call.pk}" in content}
        further = re.search(r"cursor=([\w-]+)", content)
        page = f"/calls?cursor={further[1]}" if further else ""
    assert listed == {call.pk for call in calls}
