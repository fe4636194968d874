"""Sessions and time zones: pages need a session unless marked otherwise; times are in the reader's zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.web.errors import session_expired, wants_json


class SignInRequired(LoginRequiredMiddleware):
    """Without a session, pages redirect to sign-in, and requests from scripts get a 401.

    The API has its own check, which covers all of its operations.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        if request.resolver_match is not None and request.resolver_match.app_name == "ninja":
            return None
        to_sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        return session_expired() if to_sign_in is not None and wants_json(request) else to_sign_in


def time_zone_of_user(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            with timezone.override(ZoneInfo(request.user.time_zone)):
                return get_response(request)
        return get_response(request)

    return middleware


class NoStoreMiddleware:
    """Browsers do not store pages that need a session: Back must not show them to the next user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response
