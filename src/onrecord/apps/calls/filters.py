"""Filters for a list of calls, read from the page's query parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import Q

from onrecord.apps.calls.status_words import STATUS_WORDS
from onrecord.apps.core.query_params import (
    choice_param,
    date_param,
    end_of_day,
    id_param,
    search_param,
    start_of_day,
)
from onrecord.protocol.call_status import Status

#: The choices of the status filter, each with its label and the statuses it includes.
STATUSES: dict[str, tuple[str, frozenset[Status]]] = {
    "live": ("Live", frozenset(status for status in Status if not status.is_final)),
    **{one.value: (STATUS_WORDS[one], frozenset({one})) for one in Status if one.is_final},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFilter:
    """If every field is empty, all calls match."""

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
        """Read the query parameters. Raises FilterError."""
        return cls(
            q=search_param(query),
            rep=id_param(query, "rep"),
            status=choice_param(query, "status", STATUSES),
            since=date_param(query, "since"),
            until=date_param(query, "until"),
        )

    def __bool__(self) -> bool:
        return self != CallFilter()

    def query(self) -> dict[str, str]:
        """The filter as query parameters."""
        days = {"since": self.since, "until": self.until}
        said = {"q": self.q, "rep": str(self.rep or ""), "status": self.status}
        said |= {name: day.isoformat() if day else "" for name, day in days.items()}
        return {name: value for name, value in said.items() if value}

    def condition(self) -> Q:
        """Everything except search text and rep, which depend on the user who asks."""
        condition = Q()
        if self.status:
            condition &= Q(status__in=STATUSES[self.status][1])
        if self.status == "live":
            condition &= Q(ended_at=None)
        if self.since:
            condition &= Q(created_at__gte=start_of_day(self.since))
        if self.until:
            condition &= Q(created_at__lt=end_of_day(self.until))
        return condition
