"""Every page needs a session unless it says otherwise, and ends with it; times are in the reader's zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.web.errors import session_expired, wants_json


class SignInRequired(LoginRequiredMiddleware):
    """Pages send a stranger to sign-in; what scripts ask for answers 401.

    The API is left to its own check, which holds for every operation of it.
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
    """No browser keeps a page that needed a session: Back must not show it to whoever signs in next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response
