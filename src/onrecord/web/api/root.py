"""The API and its error responses."""

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import SessionAuth

from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.json_input import JsonError, read_json
from onrecord.web.api.calls import router as calls
from onrecord.web.api.coaching import router as coaching
from onrecord.web.api.dialer import router as dialer
from onrecord.web.api.dispositions import router as dispositions
from onrecord.web.api.document import Document
from onrecord.web.api.notifications import router as notifications
from onrecord.web.api.people import router as people
from onrecord.web.api.recordings import router as recordings
from onrecord.web.api.requests import router as requests
from onrecord.web.errors import session_expired
from onrecord.web.integrations import INTEGRATIONS


class SignedIn(SessionAuth):
    """Checks the session first: a user whose session has ended gets that message, not a CSRF error."""

    def __call__(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated:
            raise AuthenticationError
        return super().__call__(request)


class BodyParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)


class Api(NinjaAPI):
    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Document:
        return Document(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


api = Api(title="OnRecord", version="2", auth=SignedIn(), docs_url=None, parser=BodyParser())
api.add_router("/dialer", dialer)
api.add_router("/people", people)
api.add_router("/calls", calls)
api.add_router("/dispositions", dispositions)
api.add_router("/coaching", coaching)
api.add_router("/requests", requests)
api.add_router("/recordings", recordings)
api.add_router("/notifications", notifications)
for integration in INTEGRATIONS:
    for path, router in integration.routers.items():
        api.add_router(path, router)


@api.exception_handler(ApiError)
def _api_error(request: HttpRequest, error: ApiError) -> HttpResponse:
    return error.response()


@api.exception_handler(AuthenticationError)
def _signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return session_expired()


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return ApiError(403, "not_allowed", str(error)).response()


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return ApiError(404, "not_found", "It does not exist, or you do not have access to it.").response()


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors)
    return ApiError(400, "bad_request", f"The request is not valid: {problems}.").response()


@api.exception_handler(BadRequest)
def _bad_request(request: HttpRequest, error: BadRequest) -> HttpResponse:
    return ApiError(400, "bad_request", str(error)).response()


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Errors raised by ninja: a body that is not valid JSON, or a missing CSRF token."""
    if error.status_code == 403:
        return ApiError(403, "csrf_failed", "This page is out of date. Reload it and try again.").response()
    unreadable = error.__cause__
    message = str(unreadable) if isinstance(unreadable, JsonError) else error.message
    return ApiError(error.status_code, "bad_request", message).response()
