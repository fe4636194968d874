"""Query parameters and numbers in forms. A parameter that cannot be read is an error.

Ignoring it would show or export a different list from the one that was asked for.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Never

from django.core.exceptions import BadRequest
from django.utils import timezone

#: A time zone must not move midnight out of Python's calendar. There are no calls outside these years.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
_LONGEST = 200


class FilterError(BadRequest):
    """A filter that cannot be read. The text has its name, its value, and the values it accepts."""


def refuse(name: str, value: str, accepted: str) -> Never:
    """Raise FilterError. `accepted` is a sentence that says which values the filter accepts."""
    shown = value if len(value) <= 40 else f"{value[:39]}…"
    raise FilterError(f"The filter “{name}” cannot be “{shown}”. {accepted}")


def whole_number(text: str) -> int | None:
    """The number; None if the text is not a number, or the number is larger than any database id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def search_param(query: Mapping[str, str]) -> str:
    """The text to search for. Any text is valid."""
    return query.get("q", "").strip()[:_LONGEST]


def text_param(query: Mapping[str, str], name: str) -> str:
    """A choice from a list that may have changed since the page was loaded."""
    value = query.get(name, "")
    if len(value) > _LONGEST:
        refuse(name, value, f"It takes text of at most {_LONGEST} characters.")
    return value


def id_param(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name, "")
    number = whole_number(value)
    if value and not number:
        refuse(name, value, f"It takes the ID of a {name}, such as 12.")
    return number


def choice_param(query: Mapping[str, str], name: str, choices: Collection[str]) -> str:
    value = query.get(name, "")
    if value and value not in choices:
        refuse(name, value, f"It takes one of: {', '.join(choices)}.")
    return value


def date_param(query: Mapping[str, str], name: str) -> date | None:
    value = query.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        refuse(name, value, "It takes a date, such as 2026-01-31.")


def start_of_day(day: date) -> datetime:
    """Midnight at the start of the day, in the reader's time zone."""
    return timezone.make_aware(datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time.min))


def end_of_day(day: date) -> datetime:
    """Midnight at the end of the day, however long the day is."""
    return start_of_day(day) + timedelta(days=1)
