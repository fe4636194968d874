"""Events for browsers. Every change to a call adds one, in the same transaction."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, CallEvent


def emit(call: Call, kind: str, *, at: datetime, clock_ms: int | None = None, data: dict[str, Any]) -> None:
    """`at`: when it happened. `clock_ms`: the same on the call clock, if known."""
    CallEvent.objects.create(call=call, type=kind, at=at, payload={"clock_ms": clock_ms, "data": data})


def emit_now(call: Call, kind: str, *, acting_user: User | None, **data: Any) -> None:
    """Add an event that happens now. `acting_user` is None if no user caused it."""
    actor = str(acting_user.pk) if acting_user else None
    emit(call, kind, at=timezone.now(), data={"actor": actor, **data})
