"""What a list of calls is narrowed to; the address of the page says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.utils import timezone

from onrecord.calls.state import Status

#: What a person can ask for, and the statuses that it means.
STATUSES: dict[str, tuple[str, frozenset[Status]]] = {
    "live": ("Live", frozenset(status for status in Status if not status.is_final)),
    "completed": ("Completed", frozenset({Status.COMPLETED})),
    "busy": ("Busy", frozenset({Status.BUSY})),
    "no-answer": ("No answer", frozenset({Status.NO_ANSWER})),
    "canceled": ("Cancelled", frozenset({Status.CANCELED})),
    "failed": ("Failed", frozenset({Status.FAILED})),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFilter:
    """All empty: every call."""

    #: Names or digits.
    q: str = ""
    #: Id of the user who called; None for anyone.
    rep: int | None = None
    #: A key of `STATUSES`, or empty.
    status: str = ""
    #: First and last day, in the reader's time zone.
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read the address. Raises BadRequest for what no form of ours sends."""
        rep, status = query.get("rep", ""), query.get("status", "")
        if (rep and not rep.isdecimal()) or (status and status not in STATUSES):
            raise BadRequest("The filter is not one of ours.")
        return cls(
            q=query.get("q", "").strip()[:200],
            rep=int(rep) if rep else None,
            status=status,
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
        )

    def __bool__(self) -> bool:
        return self != CallFilter()

    def query(self) -> dict[str, str]:
        """The same as an address says it."""
        days = {"since": self.since, "until": self.until}
        said = {"q": self.q, "rep": str(self.rep or ""), "status": self.status}
        said |= {name: day.isoformat() if day else "" for name, day in days.items()}
        return {name: value for name, value in said.items() if value}

    def condition(self) -> Q:
        """All but the search and the rep, which need to know who asks."""
        condition = Q()
        if self.status:
            condition &= Q(status__in=STATUSES[self.status][1])
        if self.status == "live":
            condition &= Q(ended_at=None)
        if self.since:
            condition &= Q(created_at__gte=_midnight(self.since))
        if self.until:
            condition &= Q(created_at__lt=_midnight(self.until + timedelta(days=1)))
        return condition


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("A day is written like 2026-01-31.") from error
    if not 1900 < day.year < 9000:
        raise BadRequest("The day is too far away.")
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
