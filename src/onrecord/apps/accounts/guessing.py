"""Limits on guessing passwords beyond those of axes, which counts wrong passwords per name and address.

Here an address's names are counted (one password tried on many names is spraying), and a name's wrong
passwords from everywhere (many addresses may guess together). A user who signs in clears their own wrong
passwords, so the typing errors of an office that shares an address do not add up. Nor does a guesser shut
out those who work there: neither limit counts for a user where they have signed in before, which is known
by the address or by a cookie of their browser.
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

#: Names for which one address may have sent wrong passwords within `AXES_COOLOFF_TIME`.
MOST_NAMES = 20
#: Wrong passwords for one name, wherever they come from, within that time.
MOST_TRIES = 50

#: Names the user who signed in with a browser, to nobody but us. It lets nobody in.
_COOKIE = "known"
_COOKIE_SECONDS = 180 * 24 * 3600


def origin(request: HttpRequest) -> str | None:
    """Where a request counts as coming from. All whose address is not known (None) are taken for one."""
    return origin_of(request.META.get("REMOTE_ADDR"))


def is_refused(request: HttpRequest, username: str) -> bool:
    """Whether a password for `username` is not even looked at."""
    sprays = _sprays(origin(request))
    return (sprays or _is_besieged(username)) and not _is_known(request, username)


def remember(response: HttpResponse, username: str) -> None:
    """The browser's user has signed in."""
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
    """Leave an audit row, one for as long as the address goes on."""
    named = f"{address}/64" if ":" in (address or "") else address or "unknown"
    ours = {"action": Action.PASSWORDS_SPRAYED, "object_kind": "address", "object_id": named}
    if AuditEntry.objects.filter(**ours, at__gte=timezone.now() - settings.AXES_COOLOFF_TIME).exists():
        return
    AuditEntry.objects.create(**ours, details={"names": names})
    log.warning("Wrong passwords for %d names came from %s; it is refused for now.", names, named)
