"""Create, open, and revoke public links, and change the team's rules for them."""

import hashlib
import secrets
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import Action, AuditEntry, record
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.origins import origin_of
from onrecord.apps.governance import decisions
from onrecord.apps.sharing.models import ShareLink, SharingSettings, is_not_to_be_recorded
from onrecord.apps.sharing.queries import opens, rules_of, with_details
from onrecord.apps.sharing.rules import DEFAULT_RULES, LONGEST_PASSCODE, SHORTEST_PASSCODE, Rules

#: Wrong passcodes within this time are counted. Too many lock the link, for one address or for everyone.
LOCK_TIME = timedelta(minutes=15)
TRIES_OF_AN_ADDRESS = 5
TRIES_OF_ALL = 50

#: Requests for later parts of the audio belong to a play that began within this time.
ONE_PLAY = timedelta(hours=1)


class ShareError(ValueError):
    """The link cannot be created this way. The text says why and what to do."""


class GoneError(Exception):
    """The link does not exist, or it no longer works."""


class PasscodeError(Exception):
    """The link needs its passcode. `given`: a passcode was given, but it is wrong."""

    def __init__(self, *, given: bool) -> None:
        self.given = given
        super().__init__()


class LockedError(Exception):
    """Too many wrong passcodes. For a while, passcodes are refused without being checked."""


def create_default_settings(instance: Team, *, created: bool, raw: bool, **_: Any) -> None:
    """Give a new team its sharing rules. A receiver of `post_save`, so that every team has them."""
    if created and not raw:
        SharingSettings.objects.create(team=instance, **asdict(DEFAULT_RULES))


@transaction.atomic
def share(
    recording: Recording, *, days: int, passcode: str, shows_contact: bool, acting_user: User
) -> tuple[ShareLink, str]:
    """Create a link. Returns the link and its token, which is not stored. Raises ShareError."""
    rules = rules_of(acting_user.team_id)
    passcode = passcode.strip()
    if not rules.allowed:
        raise ShareError("Your admins do not allow public links.")
    if days not in rules.days:
        raise ShareError(f"Choose how long the link works: at most {rules.longest_days} days.")
    if rules.passcode_required and not passcode:
        raise ShareError("Your team requires a passcode. Choose one, and send it separately from the link.")
    if passcode and not SHORTEST_PASSCODE <= len(passcode) <= LONGEST_PASSCODE:
        raise ShareError(f"Choose a passcode of {SHORTEST_PASSCODE} to {LONGEST_PASSCODE} characters.")
    token = secrets.token_urlsafe(32)
    link = ShareLink(
        team_id=acting_user.team_id,
        recording=recording,
        created_by=acting_user,
        expires_at=timezone.now() + timedelta(days=days),
        token_hash=hash_of(token),
        passcode=make_password(passcode) if passcode else "",
        shows_contact=shows_contact,
    )
    if is_not_to_be_recorded(recording, decisions.current_policy().do_not_record):
        raise ShareError("This recording cannot be shared: the person or number is marked Do Not Record.")
    link.save()
    record(Action.SHARE_CREATED, recording, acting_user=acting_user, link=link.pk, days=days)
    return link, token


@transaction.atomic
def revoke(link: ShareLink, *, acting_user: User) -> None:
    """The link stops working now. A listener loses the sound at the next piece that is sent."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(Action.SHARE_REVOKED, link.recording, acting_user=acting_user, link=link.pk)


@transaction.atomic
def revoke_all(*, acting_user: User) -> int:
    """Revoke all links of the team. Returns how many were not revoked before."""
    links = ShareLink.objects.filter(team=acting_user.team_id, revoked_at=None)
    revoked = links.update(revoked_at=timezone.now())
    record(Action.SHARES_REVOKED, acting_user.team, acting_user=acting_user, links=revoked)
    return revoked


@transaction.atomic
def change_rules(rules: Rules, *, acting_user: User) -> None:
    stored = SharingSettings.objects.select_for_update().filter(team=acting_user.team_id)
    if stored.get().rules == rules:
        return
    stored.update(**asdict(rules))
    record(Action.SHARING_RULES_CHANGED, acting_user.team, acting_user=acting_user, **asdict(rules))


def open_link(token: str, passcode: str, *, address: str) -> ShareLink:
    """Open a link for a guest. Raises GoneError, PasscodeError, LockedError.

    Every passcode that is checked adds two audit rows: one before the check, one with its result.
    """
    link = with_details().filter(token_hash=hash_of(token)).first()
    if link is None or not opens(link):
        raise GoneError
    if link.passcode:
        if not passcode:
            raise PasscodeError(given=False)
        _try(link, address)
        # Slow on purpose, so this must not run inside a transaction.
        if not check_password(passcode.strip(), link.passcode):
            _note(Action.SHARE_REFUSED, link, address)
            raise PasscodeError(given=True)
    _note(Action.SHARE_OPENED, link, address)
    ShareLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=timezone.now())
    return link


@transaction.atomic
def _try(link: ShareLink, address: str) -> None:
    """Count a passcode before checking it, so that parallel guesses cannot get around the limit."""
    ShareLink.objects.select_for_update().get(pk=link.pk)
    recent = _of(link).filter(at__gt=timezone.now() - LOCK_TIME)
    of_address = recent.filter(details__origin=origin_of(address))
    if _fruitless(recent) >= TRIES_OF_ALL or _fruitless(of_address) >= TRIES_OF_AN_ADDRESS:
        raise LockedError
    _note(Action.SHARE_TRIED, link, address)


def _fruitless(rows: "QuerySet[AuditEntry]") -> int:
    """How many passcodes were tried without opening the link, or without a result so far."""
    return rows.filter(action=Action.SHARE_TRIED).count() - rows.filter(action=Action.SHARE_OPENED).count()


def note_play(link: ShareLink, *, address: str, from_start: bool) -> None:
    """Add one audit row per play, however many range requests it takes.

    A play normally starts with the first byte. A guest who never requests that byte has still listened.
    """
    plays = _of(link).filter(action=Action.SHARE_PLAYED, at__gt=timezone.now() - ONE_PLAY)
    if from_start or not plays.filter(details__address=address).exists():
        _note(Action.SHARE_PLAYED, link, address)


def _of(link: ShareLink) -> "QuerySet[AuditEntry]":
    rows = AuditEntry.objects.filter(object_kind="recording", object_id=link.recording_id)
    return rows.filter(details__link=link.pk)


def _note(action: Action, link: ShareLink, address: str) -> None:
    record(action, link.recording, acting_user=None, link=link.pk, address=address, origin=origin_of(address))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
