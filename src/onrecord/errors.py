"""Errors as people and scripts see them: a plain sentence that says what to do."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from onrecord.accounts.permissions import DEEDS, Permission

_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
}


class ApiError(Exception):
    """Becomes `{"code": ..., "message": ...}`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)

    def response(self) -> JsonResponse:
        return JsonResponse({"code": self.code, "message": self.message}, status=self.status)


def require(user: Any, permission: Permission) -> None:
    """Raise PermissionDenied, with its sentence, unless the user holds the permission."""
    if not user.may(permission):
        raise PermissionDenied(f"You may not {DEEDS[permission]}. Ask an admin if you need to.")


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks rather than a person who follows a link."""
    return request.path.startswith(("/api/", "/events", "/internal/", "/webhooks/"))


def session_expired() -> HttpResponse:
    return ApiError(
        HTTPStatus.UNAUTHORIZED, "session_expired", "Your session has expired. Sign in again to go on."
    ).response()


def error(request: HttpRequest, status: HTTPStatus, code: str, message: str) -> HttpResponse:
    """The error as a page or as JSON."""
    if wants_json(request):
        return ApiError(status, code, message).response()
    context = {"status": status.value, "title": _TITLES[status], "message": message}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(
        request,
        HTTPStatus.BAD_REQUEST,
        "bad_request",
        "The request cannot be understood. Go back and try again.",
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, HTTPStatus.FORBIDDEN, "not_allowed", str(exception) or "You may not see this page.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(
        request, HTTPStatus.NOT_FOUND, "not_found", "It does not exist, or it is not among what you may see."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    # Who asks is a question to the database, which may be the very cause.
    request.user = AnonymousUser()
    return error(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "server_error",
        "OnRecord made a mistake. Try again; if it happens again, tell an admin the time of day.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error(
        request,
        HTTPStatus.FORBIDDEN,
        "csrf_failed",
        "This page is too old, or cookies are switched off. Reload it and try again.",
    )
