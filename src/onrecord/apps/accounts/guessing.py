"""Limits on password guessing, in addition to those of axes.

axes counts wrong passwords per name and address. This module counts the names that one address tries (one
password tried on many names is spraying) and the wrong passwords for one name from all addresses (several
addresses may guess together).

A successful sign-in clears that user's wrong passwords, so typing errors from an office that shares an
address do not add up. A guesser cannot lock out the people who work there either: neither limit applies to a
user at a place where they have signed in before, which is recognized by the address or by a browser cookie.
"""

import hmac
import logging
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from onrecord.apps.audit.models import Action, AuditEntry
from onrecord.apps.core.origins import origin_of

log = logging.getLogger(__name__)

#: How many names one address may send wrong passwords for within `AXES_COOLOFF_TIME`.
MOST_NAMES = 20
#: How many wrong passwords one name may get within that time, from all addresses together.
MOST_TRIES = 50

#: Remembers which user signed in with this browser. Only we can read it, and it grants no access.
_COOKIE = "known"
_COOKIE_SECONDS = 180 * 24 * 3600


def origin(request: HttpRequest) -> str | None:
    """The address that a request is counted under. Requests without a known address (None) count as one."""
    return origin_of(request.META.get("REMOTE_ADDR"))


def is_refused(request: HttpRequest, username: str) -> bool:
    """Whether to refuse a sign-in as `username` without checking the password."""
    sprays = _sprays(origin(request))
    return (sprays or _is_besieged(username)) and not _is_known(request, username)


def remember(response: HttpResponse, username: str) -> None:
    """Set the cookie that marks this browser as one where `username` has signed in."""
    response.set_cookie(
        _COOKIE,
        _mark(username),
        max_age=_COOKIE_SECONDS,
        path=reverse("sign-in"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _is_known(request: HttpRequest, username: str) -> bool:
    shown = request.COOKIES.get(_COOKIE, "").encode()
    if hmac.compare_digest(shown, _mark(username).encode()):
        return True
    return bool(AccessLog.objects.filter(username=username, ip_address=origin(request)).exists())


def _mark(username: str) -> str:
    return salted_hmac("onrecord.accounts.guessing", username, algorithm="sha256").hexdigest()


def _sprays(address: str | None) -> bool:
    names = _recent().filter(ip_address=address).values("username").distinct().count()
    if names < MOST_NAMES:
        return False
    _note(address, names)
    return True


def _is_besieged(username: str) -> bool:
    tries = _recent().filter(username=username).aggregate(sum=Sum("failures_since_start"))["sum"] or 0
    return bool(tries >= MOST_TRIES)


def _recent() -> QuerySet[Any]:
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__gte=since)
    return attempts


def _note(address: str | None, names: int) -> None:
    """Add one audit row per address and attack, however long it lasts."""
    named = f"{address}/64" if ":" in (address or "") else address or "unknown"
    ours = {"action": Action.PASSWORDS_SPRAYED, "object_kind": "address", "object_id": named}
    if AuditEntry.objects.filter(**ours, at__gte=timezone.now() - settings.AXES_COOLOFF_TIME).exists():
        return
    AuditEntry.objects.create(**ours, details={"names": names})
    log.warning("Refusing %s for now: it sent wrong passwords for %d names.", named, names)
