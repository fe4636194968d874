"""Public links, and the team's rules for them."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.sharing import rules


def new_link_id() -> str:
    """32 lowercase hexadecimal digits."""
    return uuid.uuid4().hex


class SharingSettings(models.Model):
    """The team's rules for public links (`rules.Rules`). Every team has one row."""

    team = models.OneToOneField(
        Team, primary_key=True, on_delete=models.CASCADE, related_name="sharing_settings"
    )
    allowed = models.BooleanField()
    longest_days = models.PositiveSmallIntegerField()
    passcode_required = models.BooleanField()

    def __str__(self) -> str:
        return f"Sharing settings of team {self.team_id}"

    @property
    def rules(self) -> rules.Rules:
        return rules.Rules(
            allowed=self.allowed, longest_days=self.longest_days, passcode_required=self.passcode_required
        )


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def visible_to(self, user: User) -> Self:
        """The links that the user created; all of the team's for a user who manages sharing."""
        if user.may(Permission.SHARING_MANAGE):
            return self.filter(team=user.team_id)
        return self.filter(created_by=user)


class ShareLink(models.Model):
    """A public link. Opens one recording for anyone who has the token, and the passcode if there is one."""

    #: Names the link in the URLs of pages. It does not open the link.
    id = models.CharField(primary_key=True, max_length=32, default=new_link_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="links")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    #: SHA-256 of the token, in hexadecimal. The token itself is not stored.
    token_hash = models.CharField(max_length=64, unique=True)
    #: Hashed by Django's password hasher; empty if the link has no passcode.
    passcode = models.CharField(max_length=200, blank=True)
    #: Whether the page shows who the contact is.
    shows_contact = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recording", "-created_at"], name="links_of_recording"),
            models.Index(fields=["team", "-created_at", "-id"], name="links_of_team"),
        ]

    def __str__(self) -> str:
        return f"Public link {self.id}"

    def status(self, now: datetime, do_not_record: Collection[str]) -> rules.LinkStatus:
        """Whether the link works now. `do_not_record`: the policy's numbers, see `queries.with_status`."""
        facts = rules.Link(
            created_at=self.created_at,
            expires_at=self.expires_at,
            has_passcode=bool(self.passcode),
            revoked=self.revoked_at is not None,
            author_may_share=self.created_by.is_active and may_share(self.created_by, self.recording),
            may_be_heard=self.recording.status == RecordingStatus.COMPLETED
            and not is_not_to_be_recorded(self.recording, do_not_record),
        )
        return rules.link_status(facts, self.team.sharing_settings.rules, now)

    @property
    def ends_at(self) -> datetime:
        return rules.end_of(self.created_at, self.expires_at, self.team.sharing_settings.rules)


def may_share(user: User, recording: Recording) -> bool:
    """Whether the user may share the recording. They must be allowed to hear it."""
    permitted = user.may(Permission.RECORDING_SHARE) and user.may(Permission.RECORDING_LISTEN)
    return permitted and Scope.of(user).covers(recording.call.user)


def is_not_to_be_recorded(recording: Recording, do_not_record: Collection[str]) -> bool:
    """Whether a person on the call is now marked Do Not Record, or its number is in `do_not_record`."""
    call = recording.call
    people = (call.person, call.log.person if call.log else None)
    marked = any(person.do_not_record for person in people if person)
    return marked or call.number in do_not_record
