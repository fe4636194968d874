"""Searching a list in several ways at once."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

_M = TypeVar("_M", bound=Model)

#: A search that finds no more is answered from what it finds. Else the list is looked through in its order: a
#: page is soon full.
_FEW = 1000


def found_by(rows: "QuerySet[_M]", ways: Sequence[Q]) -> list[Any] | None:
    """Keys of the rows that any of the ways finds; None when they are many.

    Each way by itself has to be a search in an index.
    """
    first, *others = [rows.filter(way).order_by().values_list("pk", flat=True) for way in ways]
    found = first.union(*others, all=True) if others else first
    keys = set(found[: _FEW + 1])
    return list(keys) if len(keys) <= _FEW else None


def any_of(ways: Sequence[Q]) -> Q:
    matches = Q()
    for way in ways:
        matches |= way
    return matches
