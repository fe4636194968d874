"""Events to the web, made and signed like those of switch and renderer."""

import json
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client

from onrecord.protocol.signature import HEADER, sign
from onrecord.web.settings import config


def report(
    call_id: str,
    kind: str,
    *,
    seq: int,
    source: str = "switch",
    clock_ms: int | None = None,
    at: str = "2026-03-02T15:00:05.000Z",
    **data: Any,
) -> HttpResponse:
    """Post one event. Returns the web's response."""
    event = {
        "call_id": call_id,
        "source": source,
        "seq": seq,
        "type": kind,
        "at": at,
        "clock_ms": clock_ms,
        "data": data,
    }
    return post(json.dumps(event).encode())


def report_end(call_id: str, *, seq: int = 2, **changes: Any) -> HttpResponse:
    """Post that the call has ended, after 5 s of captured sound unless `changes` say otherwise."""
    end = {"status": "completed", "reason": "rep_hung_up", "duration_ms": 5000, "captured": True, "drops": 0}
    return report(call_id, "call.ended", seq=seq, **(end | changes))


def post(body: bytes, *, now: float | None = None, signature: str | None = None) -> HttpResponse:
    """Post a body, by default with a valid signature."""
    value = signature or sign(config.secrets.event_secret, body, time.time() if now is None else now)
    return Client().post(
        "/internal/events", data=body, content_type="application/json", headers={HEADER: value}
    )
