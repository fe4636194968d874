"""What every page's template knows."""

from typing import Any

from django.http import HttpRequest


def base(request: HttpRequest) -> dict[str, Any]:
    return {"user": request.user}
