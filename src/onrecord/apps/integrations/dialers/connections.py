"""Who may deliver calls: programs with API tokens, and dialers with signed webhooks."""

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.integrations.dialers.models import ApiToken, Connection
from onrecord.apps.integrations.dialers.sealed_secrets import seal
from onrecord.config import host_config


@transaction.atomic
def create_token(name: str, *, acting_user: User) -> tuple[ApiToken, str]:
    """Create a token. Returns it and its text, which is not stored and cannot be shown again."""
    text = f"onr_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        team_id=acting_user.team_id, name=name, author=acting_user, digest=digest(text), beginning=text[:12]
    )
    record(Action.API_TOKEN_CREATED, token, acting_user=acting_user, name=name)
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, acting_user: User) -> None:
    """The token stops working now."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(Action.API_TOKEN_REVOKED, token, acting_user=acting_user, name=token.name)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def connect(
    provider: str, *, secret: str, api_key: str, announces: bool, channels: str, acting_user: User
) -> Connection:
    """Accept webhooks from a dialer."""
    connection = Connection.objects.create(
        key=secrets.token_hex(16),
        team_id=acting_user.team_id,
        provider=provider,
        secret=seal(secret, host_config().secrets.master_key),
        api_key=seal(api_key, host_config().secrets.master_key),
        announces=announces,
        channels=channels,
    )
    record(Action.DIALER_CONNECTED, connection, acting_user=acting_user, provider=provider)
    return connection


@transaction.atomic
def disconnect(connection: Connection, *, acting_user: User) -> None:
    """Stop accepting the dialer's webhooks, and delete its secrets."""
    if connection.removed_at is None:
        connection.removed_at = timezone.now()
        connection.secret = connection.api_key = ""
        connection.save(update_fields=["removed_at", "secret", "api_key"])
        record(Action.DIALER_DISCONNECTED, connection, acting_user=acting_user, provider=connection.provider)
