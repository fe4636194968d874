"""Lists page by keyset: a cursor names the last row seen, so that no page shifts when rows are added."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import BadRequest
from django.db.models import Model, Q, QuerySet

_M = TypeVar("_M", bound=Model)

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[_M]):
    rows: list[_M]
    #: For the page that follows; None on the last.
    next_cursor: str | None


def page(rows: "QuerySet[_M]", *, by: str, cursor: str | None, size: int = PAGE_SIZE) -> Page[_M]:
    """One page in the order of `by` (a field, `-` before it for descending), then of the key likewise.

    Raises BadRequest for a cursor that is not one of ours.
    """
    field, sign = by.lstrip("-"), "-" if by.startswith("-") else ""
    if cursor:
        value, key = _decode(cursor)
        step = "lt" if sign else "gt"
        # The bound says nothing new, but an index can be entered by it: by an alternative it cannot.
        bound = Q(**{f"{field}__{step}e": value})
        rows = rows.filter(bound, Q(**{f"{field}__{step}": value}) | Q(**{field: value, f"pk__{step}": key}))
    found = list(rows.order_by(by, f"{sign}pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    next_cursor = encode(getattr(last, field), last.pk) if last is not None else None
    return Page(rows=found[:size], next_cursor=next_cursor)


def encode(value: Any, key: Any) -> str:
    stored = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([stored, key]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, Any]:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadRequest("The cursor is not one of ours.") from error
    if not isinstance(value, str) or not isinstance(key, str | int):
        raise BadRequest("The cursor is not one of ours.")
    return value, key
