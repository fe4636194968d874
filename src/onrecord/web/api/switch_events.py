"""Intake of events from switch and renderer: each is checked, applied once, and acknowledged."""

import logging
import time
from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from onrecord.apps.calls.actions import apply_event
from onrecord.apps.calls.models import Call
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.json_input import JsonError, read_json
from onrecord.protocol.events import Event
from onrecord.protocol.message import BadMessageError
from onrecord.protocol.signature import HEADER, ahead, by_our_clock, sent_at
from onrecord.web.settings import config

log = logging.getLogger(__name__)


@login_not_required
@csrf_exempt  # events are signed; browsers do not come here
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    try:
        _take(request)
    except ApiError as error:
        return error.response()
    return HttpResponse(status=204)


def _take(request: HttpRequest) -> None:
    now = time.time()
    sent = sent_at(config.secrets.event_secret, request.body, request.headers.get(HEADER, ""))
    if sent is None:
        raise ApiError(401, "bad_signature", "The signature is wrong. Give every host the same secrets.json.")
    if difference := ahead(sent, now):
        log.warning("The clock of %s is %d s ahead of ours.", request.META.get("REMOTE_ADDR"), difference)
    try:
        event = Event.read(read_json(request.body))
        is_new = apply_event(replace(event, at=by_our_clock(event.at, sent, now)))
    except (JsonError, BadMessageError) as error:
        raise ApiError(400, "bad_event", str(error)) from error
    except (KeyError, TypeError, ValueError, OverflowError, DataError) as error:
        # It would fail every time, and block the events behind it.
        log.exception("An event could not be applied.")
        raise ApiError(400, "bad_event", f"The event cannot be applied: {error!r}") from error
    except Call.DoesNotExist as error:
        raise ApiError(404, "no_such_call", "The web does not have this call.") from error
    except (OperationalError, InterfaceError) as error:
        # The database is full, stopped, restarting, or locked for too long. The sender will retry.
        log.warning("The event could not be stored now: %s", error)
        raise ApiError(503, "busy", "The database is busy. Send the event again.") from error
    log.info(
        "event %s %s/%d of call %s%s",
        event.type, event.source, event.seq, event.call_id, "" if is_new else " (repeated)",
    )  # fmt: skip


urlpatterns = [
    path("internal/events", events, name="switch-events"),
]
