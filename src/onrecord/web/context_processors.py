"""Variables for every page's template."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.queries import live_call_of, may_call
from onrecord.web.pages.settings.sections import sections_for


def base(request: HttpRequest) -> dict[str, Any]:
    # A request that is rejected because of its Host header has no `user` yet.
    user = getattr(request, "user", AnonymousUser())
    if not isinstance(user, User):
        return {"user": user}
    return {"user": user, "sections": sections_for(user), "has_dialer": _has_dialer(user)}


def _has_dialer(user: User) -> bool:
    # A user who loses the permission during a call must still be able to end it.
    return may_call(user) or live_call_of(user) is not None
