"""Attempts to guess passwords."""

from datetime import timedelta

from onrecord.config import Config
from onrecord.ops.doctor.finding import Finding, ok, warn
from onrecord.ops.doctor.stores import set_up_django

_DAYS = 7


def guessed_passwords(_: Config) -> Finding:
    """Addresses that tried passwords for many names (`accounts.guessing`)."""
    set_up_django()
    from django.db import DatabaseError
    from django.utils import timezone

    from onrecord.apps.audit.models import Action, AuditEntry

    since = timezone.now() - timedelta(days=_DAYS)
    rows = AuditEntry.objects.filter(action=Action.PASSWORDS_SPRAYED, at__gte=since)
    try:
        addresses = sorted(set(rows.values_list("object_id", flat=True)))
    except DatabaseError:
        return warn("Without the database, password guessing cannot be detected.", "See above.")
    if addresses:
        return warn(
            f"In the last {_DAYS} days, passwords were tried on many names from {', '.join(addresses[:5])}"
            f"{' and other addresses' if len(addresses) > 5 else ''}.",
            "Block the address in your firewall. If it belongs to your office, find out who tried.",
        )
    return ok(f"In the last {_DAYS} days, no one tried passwords on many names.")
