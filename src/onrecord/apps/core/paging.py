"""Lists page by keyset: a cursor names the last row seen, so that no page shifts when rows are added."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Never, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from onrecord.apps.core.json_input import read_json
from onrecord.apps.core.query_params import refuse

_M = TypeVar("_M", bound=Model)

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[_M]):
    rows: list[_M]
    #: For the page that follows; None on the last.
    next_cursor: str | None


def page(rows: "QuerySet[_M]", *, by: str, cursor: str | None, size: int = PAGE_SIZE) -> Page[_M]:
    """One page in the order of `by` (a field, `-` before it for descending), then of the key likewise.

    Raises FilterError for a cursor that is not one of ours.
    """
    found = list(_after(cursor, rows, by)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    next_cursor = encode(getattr(last, by.lstrip("-")), last.pk) if last is not None else None
    return Page(rows=found[:size], next_cursor=next_cursor)


def page_of_many(
    rows: "QuerySet[_M]", shown: "QuerySet[_M]", *, by: str, cursor: str | None, size: int = PAGE_SIZE
) -> Page[_M]:
    """The same of a very long list: of `rows` only order and key are read, which an index has.

    `shown` reads the page's rows.
    """
    keys = list(_after(cursor, rows, by).values_list(by.lstrip("-"), "pk")[: size + 1])
    found = shown.in_bulk([key for _, key in keys[:size]])
    return Page(
        # One may have been deleted in between.
        rows=[found[key] for _, key in keys[:size] if key in found],
        next_cursor=encode(*keys[size - 1]) if len(keys) > size else None,
    )


def _after(cursor: str | None, rows: "QuerySet[_M]", by: str) -> "QuerySet[_M]":
    """In order, from where the cursor is."""
    field, sign = by.lstrip("-"), "-" if by.startswith("-") else ""
    if cursor:
        value, key = _place(rows.model, field, cursor)
        step = "lt" if sign else "gt"
        # The bound says nothing new, but an index can be entered by it: by an alternative it cannot.
        bound = Q(**{f"{field}__{step}e": value})
        rows = rows.filter(bound, Q(**{f"{field}__{step}": value}) | Q(**{field: value, f"pk__{step}": key}))
    return rows.order_by(by, f"{sign}pk")


def encode(*place: Any) -> str:
    """A place in the order of a list, as an address says it."""
    stored = [one.isoformat() if isinstance(one, datetime) else one for one in place]
    return base64.urlsafe_b64encode(json.dumps(stored).encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """What `encode` was given, moments as text. Raises FilterError."""
    try:
        place = read_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        not_ours(cursor)
    if not isinstance(place, list) or encode(*place) != cursor:
        not_ours(cursor)
    return place


def not_ours(cursor: str) -> Never:
    refuse("cursor", cursor, "Use the value from a link to the next page. Start at the top of the list.")


def _place(model: type[Model], field: str, cursor: str) -> tuple[Any, Any]:
    """Value and key of the last row seen."""
    columns: list[Any] = [model._meta.get_field(field), model._meta.pk]
    try:
        value, key = (column.to_python(one) for column, one in zip(columns, decode(cursor), strict=True))
    except (ValidationError, ValueError, TypeError):
        not_ours(cursor)
    if value is None or key is None:
        not_ours(cursor)
    return as_utc(value, cursor) if isinstance(value, datetime) else value, key


def as_utc(moment: datetime, cursor: str) -> datetime:
    """A moment of a cursor, which names its offset and is one of the calendar in UTC too."""
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except OverflowError:
        pass
    not_ours(cursor)
