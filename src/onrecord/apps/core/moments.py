"""Times: checking those that come in, formatting those that go out."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from django.utils import timezone
from pydantic import AfterValidator, AwareDatetime, ValidationInfo
from pydantic_core import PydanticCustomError

#: Systems that send us calls have none before this. Programs send year 1 or 1970 for "no date".
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: How far another system's clock may be ahead of ours, including local time mistaken for UTC.
_AHEAD = timedelta(days=1)


def is_plausible(at: datetime) -> bool:
    """Whether something can have happened at this time."""
    return _EARLIEST <= at <= timezone.now() + _AHEAD


#: Validation context for stored values, which were accepted under the rules of their day.
STORED = "stored"


def _plausible(at: datetime, info: ValidationInfo) -> datetime:
    if info.context != STORED and not is_plausible(at):
        raise PydanticCustomError(
            "moment",
            "{year} cannot be the time of a call; send a time after 1989 and at most one day in the future",
            {"year": at.date().isoformat()},
        )
    # Stored as UTC. Near the ends of the calendar, another offset would overflow.
    return at.astimezone(UTC)


#: When something happened, according to another system.
PastMoment = Annotated[AwareDatetime, AfterValidator(_plausible)]


def later(at: datetime, by: timedelta) -> datetime:
    """`at` plus `by`; the end of the calendar if the sum lies beyond it."""
    try:
        return at + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def in_readers_zone(at: datetime) -> datetime:
    """The time in the reader's time zone, or unchanged if the conversion would leave the calendar.

    Such a time is never accepted as input, but one that is in a database must not break a list.
    """
    try:
        return timezone.localtime(at)
    except OverflowError:
        return at


def written(at: datetime) -> str:
    """A time for people to read, in its own time zone: "Jan 31, 2026, 3:04 PM"."""
    return f"{written_day(at)}, {at.hour % 12 or 12}:{at:%M %p}"


def written_day(day: date) -> str:
    """A date for people to read: "Jan 31, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"
