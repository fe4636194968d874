"""Searching a list in several ways at once.

What few rows match is looked up; what many match is met soon where the list is walked in its order. So
neither takes long, once it is known which of the two it is.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from onrecord.apps.core.database.expressions import OneOf

_M = TypeVar("_M", bound=Model)

#: Looking up as many takes some milliseconds; so does walking in a million rows to a page of more.
_FEW = 1000


def are_few(count: int) -> bool:
    """Whether to look up so many rows takes no longer than to meet them on the way."""
    return count <= _FEW


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """The ways in which a row can match."""

    #: Each by itself is a search in an index.
    narrow: list[Q]
    #: True, as far as is known, of too many rows to be looked up.
    wide: list[Q]
    #: Of rows that match in another way; others may be among them.
    keys: list[Any] = field(default_factory=list)

    def find(
        self, rows: "QuerySet[_M]", walked: "QuerySet[_M]", keyed: "QuerySet[_M] | None" = None
    ) -> "QuerySet[_M]":
        """The rows that match.

        `walked`: the same rows, so asked for that an index has them in order; `keyed`: so that a search for
        their keys is one in the keys' index, whatever the planner knows. It is needed for `keys`.
        """
        keys = None if self.wide else self._keys(rows, keyed)
        if keys is not None:
            # Without what the rows were asked for already: else an index of that would be walked.
            return QuerySet(rows.model).filter(OneOf("pk", keys))
        anyhow = Q(OneOf("pk", self.keys)) if self.keys else Q()
        for way in self.narrow + self.wide:
            anyhow |= way
        return walked.filter(anyhow)

    def _keys(self, rows: "QuerySet[Any]", keyed: "QuerySet[Any] | None") -> list[Any] | None:
        """Of the rows that the narrow ways find; None when they are many."""
        keys = set[Any]()
        found = [rows.filter(way) for way in self.narrow]
        if keyed is not None and self.keys:
            found.append(keyed.filter(OneOf("pk", self.keys)))
        for some in found:
            keys.update(some.order_by().values_list("pk", flat=True)[: _FEW + 1])
            if not are_few(len(keys)):
                return None
        return list(keys)
