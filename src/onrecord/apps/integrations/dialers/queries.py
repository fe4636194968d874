"""Find deliveries, connections, tokens, and the users that deliveries belong to."""

from django.db.models import QuerySet

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.core.paging import Page, page
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.integrations.dialers.canonical import Party
from onrecord.apps.integrations.dialers.models import (
    ApiToken,
    Connection,
    DialerUser,
    ImportedCall,
    KeptDelivery,
)
from onrecord.apps.people.numbers import NumberError, parse_number


def find_user(team: Team, connection: Connection | None, named: Party) -> User | None:
    """Our user for a dialer's user: linked by an admin, else by email, else by caller number."""
    users = User.objects.filter(team=team, is_active=True)
    if connection is not None and named.provider_user_id:
        link = DialerUser.objects.filter(connection=connection, provider_user_id=named.provider_user_id)
        if linked := users.filter(pk__in=link.values("user_id")).first():
            return linked
    if named.email and (found := users.filter(email=named.email.strip().lower()).first()):
        return found
    try:
        number = parse_number(named.number, "US").e164 if named.number else ""
    except NumberError:
        return None
    # A number that several users share does not identify one.
    holders = list(users.filter(caller_number=number)[:2]) if number else []
    return holders[0] if len(holders) == 1 else None


def user_by_guid(team: Team, guid: str) -> User | None:
    """An active user, by id or email address."""
    users = User.objects.filter(team=team, is_active=True)
    if guid.isascii() and guid.isdecimal():
        return users.filter(pk=whole_number(guid) or 0).first()
    return users.filter(email=guid.strip().lower()).first()


def deliveries(user: User, *, cursor: str | None) -> Page[ImportedCall]:
    """Newest first."""
    rows = ImportedCall.objects.of_team(user).select_related("call__recording", "call__user", "connection")
    return page(rows, by="-received_at", cursor=cursor, size=25)


def kept_deliveries(user: User) -> QuerySet[KeptDelivery]:
    """Unusable deliveries, newest first."""
    kept = KeptDelivery.objects.filter(connection__team_id=user.team_id).select_related("connection")
    return kept.order_by("-received_at", "-pk")


def connections(user: User) -> list[Connection]:
    return list(Connection.objects.filter(team_id=user.team_id, removed_at=None).order_by("created_at"))


def tokens(user: User) -> list[ApiToken]:
    """Tokens that have not been revoked."""
    found = ApiToken.objects.filter(team_id=user.team_id, revoked_at=None)
    return list(found.select_related("author").order_by("created_at"))
