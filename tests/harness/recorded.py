"""Finished recordings, as in the web after the renderer's event."""

from datetime import UTC, datetime, timedelta
from typing import Any

from factories import CallFactory, PersonFactory
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, CallLog
from onrecord.apps.calls.recording_actions import copy_facts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def recorded(user: User, minutes: int = 0, **fields: Any) -> Call:
    """An ended call with a finished recording. `fields`: of the log, the call, and `recording__...`."""
    log = {name: fields.pop(name) for name in ("disposition", "sentiment", "notes") if name in fields}
    fields = {"recording__duration_ms": 65_000, "number": "+13125550123"} | fields
    at = NOON + timedelta(minutes=minutes)
    if "person" not in fields:
        fields["person"] = PersonFactory(team=user.team, number=fields["number"])
    call = CallFactory(
        user=user,
        log=CallLog.objects.create(user=user, person=fields["person"], **log) if log else None,
        created_at=at,
        ended_at=at,
        status="completed",
        recording={},
        recording__status="completed",
        recording__completed_at=at,
        **fields,
    )
    copy_facts(call)
    return call
