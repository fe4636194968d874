"""Tickets: what a user can still do to a call when neither session nor database is available.

A ticket is signed and is for one user and one call. It can only end the call, leave it, or pause its
recording, so it stays valid when the user signs out or loses a permission.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call
from onrecord.protocol.fields import Role

#: Longer than any call.
_LASTS = timedelta(hours=24)
#: Not a module name: tickets must stay valid through an upgrade that moves this module.
_SALT = "onrecord.calls.tickets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    call_id: str
    #: The user's id in the switch.
    user_id: str
    role: Role


class BadTicketError(Exception):
    """The ticket is not one of ours, or it is too old."""


def role_in(call: Call, user: User) -> Role:
    """The user who placed the call is its rep; everyone else is a collaborator."""
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
    ) as error:  # a ticket of an earlier release may have different fields
        raise BadTicketError from error
    return Ticket(call_id=call_id, user_id=user_id, role=role)
