"""Error responses for people and for scripts: a plain sentence that says what to do."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse

from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.query_params import FilterError

_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "This page cannot be opened that way",
    HTTPStatus.CONFLICT: "This recording cannot be played",
    HTTPStatus.GONE: "This recording cannot be played",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available right now",
}

#: Paths that are not opened by people.
FOR_SCRIPTS = ("/api/", "/events", "/internal/", "/webhooks/")


def wants_json(request: HttpRequest) -> bool:
    """Whether the request comes from a script and not from a person following a link."""
    return request.path.startswith(FOR_SCRIPTS)


def session_expired() -> HttpResponse:
    return ApiError(
        HTTPStatus.UNAUTHORIZED, "session_expired", "Your session has expired. Sign in again to continue."
    ).response()


def error(
    request: HttpRequest,
    status: HTTPStatus,
    code: str,
    message: str,
    *,
    onward: tuple[str, str] | None = None,
) -> HttpResponse:
    """The error as a page or as JSON. `onward`: URL and text of the link on the page."""
    if wants_json(request):
        return ApiError(status, code, message).response()
    context = {
        "title": _TITLES[status],
        "message": message,
        "onward": onward or (reverse("home"), "Go to People"),
    }
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, FilterError):
        is_export = request.path == reverse("calls-export")
        unfiltered = (reverse("calls") if is_export else request.path, "Show it without filters")
        return error(request, HTTPStatus.BAD_REQUEST, "bad_request", str(exception), onward=unfiltered)
    # Django's own messages are not written for users.
    message = str(exception) if isinstance(exception, BadRequest) else ""
    return error(
        request,
        HTTPStatus.BAD_REQUEST,
        "bad_request",
        message or "The request is not valid. Go back and try again.",
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(
        request,
        HTTPStatus.FORBIDDEN,
        "not_allowed",
        str(exception) or "You do not have permission to see this page.",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(
        request,
        HTTPStatus.NOT_FOUND,
        "not_found",
        "It does not exist, or you do not have permission to see it.",
    )


def explain_method(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: adds a message to 405 responses, which Django and ninja leave empty."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        refusal = get_response(request)
        if not isinstance(refusal, HttpResponseNotAllowed):
            return refusal
        message = (
            "This address accepts only a submitted form. Go back to the page with the form and submit "
            "it there."
            if request.method in ("GET", "HEAD") and not wants_json(request)
            else f"This address does not accept {request.method}, only {refusal['Allow']}."
        )
        explained = error(request, HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message)
        refusal.content = explained.content
        refusal["Content-Type"] = explained["Content-Type"]
        return refusal

    return middleware


def server_error(request: HttpRequest) -> HttpResponse:
    # Looking up the user needs the database, and that may be what failed.
    request.user = AnonymousUser()
    return error(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "server_error",
        "OnRecord made a mistake. Try again. If it happens again, tell an admin when it happened.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error(
        request,
        HTTPStatus.FORBIDDEN,
        "csrf_failed",
        "This page is out of date, or cookies are turned off. Reload it and try again.",
    )
