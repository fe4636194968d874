"""What every page's template knows."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest


def base(request: HttpRequest) -> dict[str, Any]:
    # A request that is refused for its host is refused before anybody looks who asks.
    return {"user": getattr(request, "user", AnonymousUser())}
