"""Reading an address's query: what cannot be read is refused.

A list that is not the one that was asked for misleads whoever reads it, or exports it.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Never

from django.core.exceptions import BadRequest
from django.utils import timezone

from onrecord.apps.core.whole_numbers import whole_number

#: Midnights next to the ends of the calendar have no place in it. Nobody called before or will after.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
_LONGEST = 200


class FilterError(BadRequest):
    """A filter that cannot be read. The text names it, what it says, and what it can say."""


def refuse(name: str, value: str, accepted: str) -> Never:
    """Raise FilterError. `accepted`: a sentence."""
    shown = value if len(value) <= 40 else f"{value[:39]}…"
    raise FilterError(f"The filter “{name}” cannot be “{shown}”. {accepted}")


def search_in(query: Mapping[str, str]) -> str:
    """The words of a search: whatever is typed into it means something."""
    return query.get("q", "").strip()[:_LONGEST]


def text_in(query: Mapping[str, str], name: str) -> str:
    """A word as it was chosen from a list that may have changed since."""
    value = query.get(name, "")
    if len(value) > _LONGEST:
        refuse(name, value, f"It takes a text of at most {_LONGEST} characters.")
    return value


def id_in(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name, "")
    number = whole_number(value)
    if value and not number:
        refuse(name, value, f"It takes the number of a {name}, such as 12.")
    return number


def choice_in(query: Mapping[str, str], name: str, choices: Collection[str]) -> str:
    value = query.get(name, "")
    if value and value not in choices:
        refuse(name, value, f"It takes one of: {', '.join(choices)}.")
    return value


def day_in(query: Mapping[str, str], name: str) -> date | None:
    value = query.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        refuse(name, value, "It takes a day, written as 2026-01-31.")


def begin_of(day: date) -> datetime:
    """Its midnight in the reader's time zone."""
    return timezone.make_aware(datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time.min))


def end_of(day: date) -> datetime:
    """The midnight after it, however long the day is."""
    return begin_of(day) + timedelta(days=1)
