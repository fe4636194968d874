"""Policy versions, the draft of the next version, and the team's own announcements."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from onrecord.apps.accounts.models import Team


class PolicyVersion(models.Model):
    """A row is never changed, because calls refer to the version that decided them."""

    number = models.PositiveIntegerField(primary_key=True)
    #: None for the first version, which the installation creates.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    #: `onrecord.policy.document.Policy.to_json`.
    document = models.JSONField()
    #: What this version changed, as sentences, with the names of groups and users at that time.
    changes = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Policy {self.number}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("A published policy version cannot be changed. Publish a new one.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A published policy version cannot be deleted.")


def new_revision() -> str:
    """32 lower-case hexadecimal digits."""
    return uuid.uuid4().hex


class Draft(models.Model):
    """The next version while admins work on it. A team has at most one, and it is never in force."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="draft")
    #: The version that the draft is based on.
    base = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    #: The user who last changed it.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    #: Always a policy that could be published. Its number is that of the base version.
    document = models.JSONField()
    #: Changes with every edit, so that a form showing an older draft cannot overwrite a newer one.
    revision = models.CharField(max_length=32, default=new_revision)

    def __str__(self) -> str:
        return f"Draft from version {self.base_id}"


class Announcement(models.Model):
    """A team's own announcement. Never changed, because rules and past decisions refer to it."""

    #: The name that rules use. It must differ from the names of our own clips.
    name = models.CharField(max_length=60, primary_key=True)
    #: PCMU, 8000 bytes per second.
    pcmu = models.BinaryField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
