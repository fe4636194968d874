"""Keyset pagination: a cursor names the last row of a page, so added rows do not shift the next page."""

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
    #: Cursor of the next page; None on the last one.
    next_cursor: str | None


def page(rows: "QuerySet[_M]", *, by: str, cursor: str | None, size: int = PAGE_SIZE) -> Page[_M]:
    """One page ordered by `by` (a field, with `-` for descending), then by primary key in the same direction.

    Raises FilterError for a cursor that we did not issue.
    """
    found = list(_after(cursor, rows, by)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    next_cursor = encode(getattr(last, by.lstrip("-")), last.pk) if last is not None else None
    return Page(rows=found[:size], next_cursor=next_cursor)


def page_of_many(
    rows: "QuerySet[_M]", shown: "QuerySet[_M]", *, by: str, cursor: str | None, size: int = PAGE_SIZE
) -> Page[_M]:
    """Like `page`, for a very long list. From `rows` it reads only sort field and key, which an index has.

    It reads the rows of the page from `shown`.
    """
    keys = list(_after(cursor, rows, by).values_list(by.lstrip("-"), "pk")[: size + 1])
    found = shown.in_bulk([key for _, key in keys[:size]])
    return Page(
        # A row may have been deleted between the two queries.
        rows=[found[key] for _, key in keys[:size] if key in found],
        next_cursor=encode(*keys[size - 1]) if len(keys) > size else None,
    )


def _after(cursor: str | None, rows: "QuerySet[_M]", by: str) -> "QuerySet[_M]":
    """The rows in order, starting after the cursor."""
    field, sign = by.lstrip("-"), "-" if by.startswith("-") else ""
    if cursor:
        value, key = _place(rows.model, field, cursor)
        step = "lt" if sign else "gt"
        # The bound is redundant, but the database can use an index for it. It cannot for the OR.
        bound = Q(**{f"{field}__{step}e": value})
        rows = rows.filter(bound, Q(**{f"{field}__{step}": value}) | Q(**{field: value, f"pk__{step}": key}))
    return rows.order_by(by, f"{sign}pk")


def encode(*place: Any) -> str:
    """A position in a list, as text for a URL."""
    stored = [one.isoformat() if isinstance(one, datetime) else one for one in place]
    return base64.urlsafe_b64encode(json.dumps(stored).encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """The values given to `encode`, with times as text. Raises FilterError."""
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
    """Sort value and key of the last row of the previous page."""
    columns: list[Any] = [model._meta.get_field(field), model._meta.pk]
    try:
        value, key = (column.to_python(one) for column, one in zip(columns, decode(cursor), strict=True))
    except (ValidationError, ValueError, TypeError):
        not_ours(cursor)
    if value is None or key is None:
        not_ours(cursor)
    return as_utc(value, cursor) if isinstance(value, datetime) else value, key


def as_utc(moment: datetime, cursor: str) -> datetime:
    """A time from a cursor, in UTC. It must have an offset and be valid in UTC too."""
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except OverflowError:
        pass
    not_ours(cursor)
