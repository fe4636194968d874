"""Versions of the policy, the draft of the next one, and the team's own announcements."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from onrecord.apps.accounts.models import Team


class PolicyVersion(models.Model):
    """A row is never changed: calls name the version that judged them."""

    number = models.PositiveIntegerField(primary_key=True)
    #: None for the first, which the installation makes.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    #: `onrecord.policy.document.Policy.to_json`.
    document = models.JSONField()
    #: What it changed, in sentences, with the names of groups and users as they were then.
    changes = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Policy {self.number}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("A published policy version cannot be changed: publish a new one.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A published policy version cannot be deleted.")


def new_revision() -> str:
    """32 lower-case hexadecimal digits."""
    return uuid.uuid4().hex


class Draft(models.Model):
    """The next version while it is being written: one a team, and never in force."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="draft")
    #: The version that it changes.
    base = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    #: Who changed it last.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    #: Always a policy that could be published, of the base's number.
    document = models.JSONField()
    #: New with each change: a form that shows an older one cannot change this one unseen.
    revision = models.CharField(max_length=32, default=new_revision)

    def __str__(self) -> str:
        return f"Draft from version {self.base_id}"


class Announcement(models.Model):
    """The team's own announcement, as it is played. Never changed: rules and past decisions name it."""

    #: What rules name. Differs from the names of our own clips.
    name = models.CharField(max_length=60, primary_key=True)
    #: PCMU, 8000 bytes a second.
    pcmu = models.BinaryField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
