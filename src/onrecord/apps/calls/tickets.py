"""Tickets of a call: what a user may still do to it when neither session nor database can be asked.

A ticket is signed and names one user in one call. It can only end the call, leave it or stop its recording,
so it stays good when the user signs out or loses a permission.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call
from onrecord.protocol.fields import Role

#: Longer than any call.
_LASTS = timedelta(hours=24)
#: Names the purpose, not a module: tickets hold through an upgrade that moves this one.
_SALT = "onrecord.calls.tickets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    call_id: str
    #: As the switch knows the user.
    user_id: str
    role: Role


class BadTicketError(Exception):
    """Not a ticket of ours, or too old."""


def role_in(call: Call, user: User) -> Role:
    """Who placed a call is its rep."""
    return "rep" if call.user_id == user.pk else "collaborator"


def issue(call: Call, user: User) -> str:
    """A ticket for a user who is in the call, as text for a header."""
    return signing.dumps([call.pk, str(user.pk), role_in(call, user)], salt=_SALT)


def read(text: str) -> Ticket:
    """Raises BadTicketError."""
    try:
        call_id, user_id, role = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except (
        signing.BadSignature,
        ValueError,
        TypeError,
    ) as error:  # an earlier release may have another shape
        raise BadTicketError from error
    return Ticket(call_id=call_id, user_id=user_id, role=role)
