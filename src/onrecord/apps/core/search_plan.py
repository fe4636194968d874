"""Searching a long list by several conditions at once.

Conditions that match few rows are answered from their indexes. If a condition matches many rows, scanning the
list in its order quickly fills a page. Both are fast if we know which one to use.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from onrecord.apps.core.database.expressions import InKeys

_M = TypeVar("_M", bound=Model)

#: Looking up this many rows takes a few milliseconds. If more of a million match, a scan is fast too.
_FEW = 1000


def are_few(count: int) -> bool:
    """Whether looking up this many rows by key is faster than scanning the list for them."""
    return count <= _FEW


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPlan:
    """The conditions of a search. A row matches if any of them is true."""

    #: Conditions that each have their own index.
    indexed: list[Q]
    #: Keys found by an earlier search. Some may belong to rows outside the list.
    candidates: list[Any] = field(default_factory=list)
    #: Conditions that probably match too many rows to look up.
    scan: list[Q]

    def __add__(self, other: "SearchPlan") -> "SearchPlan":
        return SearchPlan(
            indexed=self.indexed + other.indexed,
            candidates=self.candidates + other.candidates,
            scan=self.scan + other.scan,
        )

    def find(
        self, rows: "QuerySet[_M]", ordered: "QuerySet[_M]", by_key: "QuerySet[_M] | None" = None
    ) -> "QuerySet[_M]":
        """The rows that match.

        `ordered` and `by_key` are the same rows. `ordered` is written so that an index returns them in the
        order of the list. `by_key` is written so that the database looks keys up in the index of the primary
        key, whatever the planner estimates; it is required for `candidates`.
        """
        keys = None if self.scan else self._few_keys(rows, by_key)
        if keys is not None:
            # Leave out the conditions of `rows`, or the database would scan one of their indexes.
            return QuerySet(rows.model).filter(InKeys("pk", keys))
        matches = Q(InKeys("pk", self.candidates)) if self.candidates else Q()
        for condition in self.indexed + self.scan:
            matches |= condition
        return ordered.filter(matches)

    def _few_keys(self, rows: "QuerySet[Any]", by_key: "QuerySet[Any] | None") -> list[Any] | None:
        """The keys of all rows that match, or None if there are many."""
        searches = [rows.filter(condition) for condition in self.indexed]
        if by_key is not None and self.candidates:
            searches.append(by_key.filter(InKeys("pk", self.candidates)))
        keys = set[Any]()
        for search in searches:
            keys.update(search.order_by().values_list("pk", flat=True)[: _FEW + 1])
            if not are_few(len(keys)):
                return None
        return list(keys)
