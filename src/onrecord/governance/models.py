"""Versions of the policy. A row is never changed: calls name the version that judged them."""

from django.conf import settings
from django.db import models


class PolicyVersion(models.Model):
    number = models.PositiveIntegerField(primary_key=True)
    #: None for the first, which the installation makes.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    #: `onrecord.policy.document.Policy.to_json`.
    document = models.JSONField()

    def __str__(self) -> str:
        return f"Policy {self.number}"
