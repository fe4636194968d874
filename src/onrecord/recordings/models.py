"""The recording of a call: every call has exactly one row from the start."""

from typing import Self

from django.db import models

from onrecord.accounts.models import User
from onrecord.accounts.scope import Scope
from onrecord.calls.models import Call
from onrecord.calls.state import Rendering
from onrecord.recordings.outcome import ReasonCode, RecordingStatus


class RecordingQuerySet(models.QuerySet["Recording"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(Scope.of(user).within("call__user"))


class Recording(models.Model):
    call = models.OneToOneField(Call, on_delete=models.PROTECT, primary_key=True, related_name="recording")
    status = models.CharField(
        max_length=12,
        choices=[(one.value, one.value) for one in RecordingStatus],
        default=RecordingStatus.PENDING,
    )
    reason_code = models.CharField(
        max_length=20, blank=True, choices=[(one.value, one.value) for one in ReasonCode]
    )
    reason = models.TextField(blank=True)
    #: "Dialer", or a third-party dialer's name.
    source = models.CharField(max_length=40, default="Dialer")
    rendering = models.CharField(
        max_length=10, blank=True, choices=[(one.value, one.value) for one in Rendering if one]
    )

    #: Of this row; while the recording is awaited, the time since when nothing was heard of it.
    changed_at = models.DateTimeField(auto_now=True)

    # Set when completed
    completed_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    #: [{`start_ms`, `end_ms`, `parties`}]
    spans = models.JSONField(default=list)
    #: {`left`: [0..100], `right`: [...]} of 120 bins each
    thumbnail = models.JSONField(default=dict)
    #: Our share of all talk, 0 to 1; None where one side was never captured or nobody talks.
    talk_ratio = models.FloatField(null=True)
    #: As in docs/reference/storage.md; None where nobody analysed it.
    talk = models.JSONField(null=True)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status"], name="recordings_by_status"),
            models.Index(fields=["reason_code"], name="recordings_by_reason"),
        ]

    def __str__(self) -> str:
        return f"Recording of {self.call_id}"
