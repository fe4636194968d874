"""Limits on guessing passwords beyond those of axes, which counts wrong passwords per name and address.

Here an address's names are counted (one password tried on many names is spraying), and a name's wrong
passwords from everywhere (many addresses may guess together). A user who signs in clears their own wrong
passwords, so the typing errors of an office that shares an address do not add up.
"""

import logging
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from onrecord.audit.models import Action, AuditEntry

log = logging.getLogger(__name__)

#: Names for which one address may have sent wrong passwords within `AXES_COOLOFF_TIME`.
MOST_NAMES = 20
#: Wrong passwords for one name, wherever they come from, within that time.
MOST_TRIES = 50


def is_refused(username: str, address: str | None) -> bool:
    """Whether a password for `username` from `address` is not even looked at.

    All whose address is not known (None) are taken for one.
    """
    return _sprays(address) or _is_besieged(username, address)


def _sprays(address: str | None) -> bool:
    names = _recent().filter(ip_address=address).values("username").distinct().count()
    if names < MOST_NAMES:
        return False
    _note(address, names)
    return True


def _is_besieged(username: str, address: str | None) -> bool:
    """Too many wrong passwords for the name. From where its owner has signed in before, they still can."""
    tries = _recent().filter(username=username).aggregate(sum=Sum("failures_since_start"))["sum"] or 0
    if tries < MOST_TRIES:
        return False
    return not AccessLog.objects.filter(username=username, ip_address=address).exists()


def _recent() -> QuerySet[Any]:
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__gte=since)
    return attempts


def _note(address: str | None, names: int) -> None:
    """Leave an audit row, one for as long as the address goes on."""
    ours = {"action": Action.PASSWORDS_SPRAYED, "object_kind": "address", "object_id": address or "unknown"}
    if AuditEntry.objects.filter(**ours, at__gte=timezone.now() - settings.AXES_COOLOFF_TIME).exists():
        return
    AuditEntry.objects.create(**ours, details={"names": names})
    log.warning("Wrong passwords for %d names came from %s; it is refused for now.", names, address)
