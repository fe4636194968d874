"""Responses for recordings with a fault: the right message and status wherever one is opened."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from onrecord.apps.calls.recording_faults import FOR_GUESTS, STORE_UNREACHABLE
from onrecord.apps.recordings.opening import FaultyRecordingError
from onrecord.storage.store import StoreUnreachableError
from onrecord.web.errors import error

log = logging.getLogger(__name__)


class TellFaults:
    """Middleware: responds to requests for a recording that cannot be opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case FaultyRecordingError(fault=fault):
                return _told(request, fault.status, f"recording_{fault}", fault.sentence)
            case StoreUnreachableError():
                log.error("%s", exception)
                return _told(request, HTTPStatus.SERVICE_UNAVAILABLE, "store_unreachable", STORE_UNREACHABLE)
        return None


def _told(request: HttpRequest, status: HTTPStatus, code: str, sentence: str) -> HttpResponse:
    message = sentence if request.user.is_authenticated else FOR_GUESTS
    if "text/html" in request.headers.get("Accept", ""):
        answer = error(request, status, code, message)
    else:
        # The request comes from an audio element or a script.
        answer = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
