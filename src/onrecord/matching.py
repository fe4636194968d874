"""Searching a list in several ways at once.

What few rows match is found in an index and sorted; what many match is met soon where the list is walked in
its order. So neither takes long, once it is known which of the two it is.
"""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

_M = TypeVar("_M", bound=Model)

#: As many are found and sorted in some milliseconds. Of a million rows it is every hundredth: walking the
#: list, a page of those takes no longer.
_FEW = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """The ways in which a row can match."""

    #: Each by itself is a search in an index.
    narrow: list[Q]
    #: True of too many rows to be looked for.
    wide: list[Q]

    def find(self, rows: "QuerySet[_M]", walked: "QuerySet[_M]") -> "list[QuerySet[_M]]":
        """The rows that match, as one search or several which may find the same row.

        `walked`: the same rows, asked for in such a way that an index has them in the list's order.
        """
        if not self.wide and self._find_few(rows):
            return [rows.filter(way) for way in self.narrow] or [rows.none()]
        anyhow = Q()
        for way in self.narrow + self.wide:
            anyhow |= way
        return [walked.filter(anyhow)]

    def _find_few(self, rows: "QuerySet[_M]") -> bool:
        found = 0
        for way in self.narrow:
            found += rows.filter(way).order_by()[: _FEW + 1 - found].count()
            if found > _FEW:
                return False
        return True
