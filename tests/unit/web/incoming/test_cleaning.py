"""Text, JSON, and times as input."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone as here
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from onrecord.apps.core.json_input import JsonError, read_json
from onrecord.apps.core.moments import PastMoment, in_readers_zone
from onrecord.apps.core.text import cleaned
from onrecord.web.templating import age, format_datetime, format_utc

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Łukasz 👩‍👩‍👧 שלום", "Łukasz 👩‍👩‍👧 שלום"),
        ("Pat\0\0\0", "Pat"),
        ("one\ttwo\r\nthree", "one\ttwo\r\nthree"),
        ("\x1b[1mbold\x1b[0m\x7f\x85", "[1mbold[0m"),
        ("half \ud83d", "half \ufffd"),
        ("whole \ud83d\ude00", "whole 😀"),
    ],
)
def test_invisible_characters_are_removed_and_the_rest_stays(text: str, clean: str) -> None:
    assert cleaned(text) == clean


@given(ANY_TEXT)
def test_cleaned_text_can_be_written_anywhere_and_stays_as_it_is(text: str) -> None:
    clean = cleaned(text)
    assert "\0" not in clean.encode().decode()
    assert cleaned(clean) == clean


@given(st.recursive(ANY_TEXT | st.integers() | st.booleans() | st.none(), st.lists))
def test_json_is_parsed_unchanged_except_for_cleaned_strings(value: object) -> None:
    def clean(one: object) -> object:
        return [clean(part) for part in one] if isinstance(one, list) else _clean(one)

    assert read_json(json.dumps(value).encode()) == clean(value)


def _clean(one: object) -> object:
    return cleaned(one) if isinstance(one, str) else one


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b'{"a": NaN}',
        b"[-Infinity]",
        b"[1e999]",
        b"9" * 5000,
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
    ],
)
def test_unusable_json_is_refused(body: bytes) -> None:
    with pytest.raises(JsonError):
        read_json(body)


def test_json_with_32_levels_is_accepted() -> None:
    assert read_json(b"[" * 32 + b"]" * 32)


MOMENT: TypeAdapter[datetime] = TypeAdapter(PastMoment)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1970-01-01T00:00:00Z",
        "1989-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "2026-04-14T15:00:00",
    ],
)
def test_a_call_at_an_impossible_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


def test_a_call_dated_the_day_after_tomorrow_is_refused() -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python((datetime.now(UTC) + timedelta(days=2)).isoformat())


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=14), timedelta(days=-365 * 20)])
def test_a_time_is_converted_to_utc(ahead: timedelta) -> None:
    at = (datetime.now(UTC) + ahead).astimezone(timezone(timedelta(hours=9)))
    taken = MOMENT.validate_python(at.isoformat())
    assert taken == at
    assert taken.tzinfo is UTC


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
@example(at=datetime.min.replace(tzinfo=UTC))
@example(at=datetime.max.replace(tzinfo=UTC))
@given(at=st.datetimes(timezones=st.just(UTC)))
def test_every_time_can_be_shown_in_every_zone(zone: str, at: datetime) -> None:
    with here.override(ZoneInfo(zone)):
        assert in_readers_zone(at) == at
        for shown in (format_datetime(at), format_utc(at), age(at)):
            assert shown.startswith("<time")
