"""Moments as they come in and as they are shown."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from django.utils import timezone
from pydantic import AfterValidator, AwareDatetime, ValidationInfo
from pydantic_core import PydanticCustomError

#: No call before it was recorded by what exports to us. Programs send year 1 or 1970 for "no date".
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: How far another clock, or one that was taken for UTC, may be ahead.
_AHEAD = timedelta(days=1)


def is_plausible(at: datetime) -> bool:
    """Whether something may have happened then."""
    return _EARLIEST <= at <= timezone.now() + _AHEAD


#: Context of a validation that reads back what was taken in once, by whatever rules there were.
STORED = "stored"


def _plausible(at: datetime, info: ValidationInfo) -> datetime:
    if info.context != STORED and not is_plausible(at):
        raise PydanticCustomError(
            "moment",
            "{year} cannot be when a call was made; send a time after 1989 and not more than a day ahead",
            {"year": at.date().isoformat()},
        )
    # Stored as UTC, and next to the ends of the calendar an offset would lead out of it.
    return at.astimezone(UTC)


#: When something happened, told by somebody else.
PastMoment = Annotated[AwareDatetime, AfterValidator(_plausible)]


def later(at: datetime, by: timedelta) -> datetime:
    """So long after a moment that a database holds; the end of the calendar where that leads out of it."""
    try:
        return at + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def in_readers_zone(at: datetime) -> datetime:
    """The moment in the reader's time zone; as it is where that leads out of the calendar.

    No such moment is taken in, but one that a database holds all the same must not break a list.
    """
    try:
        return timezone.localtime(at)
    except OverflowError:
        return at


def written(at: datetime) -> str:
    """A moment as people read it, in its own time zone: "Jan 31, 2026, 3:04 PM"."""
    return f"{written_day(at)}, {at.hour % 12 or 12}:{at:%M %p}"


def written_day(day: date) -> str:
    """A day as people read it: "Jan 31, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"
