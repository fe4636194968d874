"""The recording of a call. Every call has exactly one row from the start."""

from collections.abc import Sequence
from typing import Self

from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.models.call import Call
from onrecord.apps.calls.recording_faults import Fault
from onrecord.apps.calls.recording_status import NoRecordingReason, RecordingStatus
from onrecord.apps.calls.reported_call import RenderState
from onrecord.apps.core.database.fields import BytewiseCharField
from onrecord.apps.dispositions.lists import LONGEST_NAME
from onrecord.apps.people.models import Person
from onrecord.storage.recording import Witness

#: The `source` of calls made with our own dialer.
DIALER = "Dialer"


def _newest_first(*fields: str, name: str, also: Sequence[str] = ()) -> models.Index:
    """An index of the team's finished recordings by `fields`, newest first.

    Other columns that can be filtered by follow the order, so that only the shown recordings are read.
    """
    order, asked = ["-called_at", "-call"], ["rep", "person", "duration_ms", *also]
    columns = [*fields, *order, *(field for field in asked if field not in fields)]
    return models.Index(fields=["call_team", "status", *columns], name=name)


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
        max_length=20, blank=True, choices=[(one.value, one.value) for one in NoRecordingReason]
    )
    reason = models.TextField(blank=True)
    #: "Dialer", or the name of another dialer.
    source = models.CharField(max_length=40, default=DIALER)
    rendering = models.CharField(
        max_length=10, blank=True, choices=[(one.value, one.value) for one in RenderState if one]
    )

    #: When this row was last changed. For a pending recording: since when nothing was heard of it.
    changed_at = models.DateTimeField(auto_now=True)

    # Set on completion.
    completed_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    #: Somebody who controls only the blob store cannot change these (docs/reference/storage.md, "Witnesses").
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    key_commitment = models.CharField(max_length=64, blank=True)
    #: The fault found when the stored recording was last examined; empty if there was none.
    fault = models.CharField(max_length=12, blank=True, choices=[(one.value, one.value) for one in Fault])
    #: When the reconciler last examined it.
    examined_at = models.DateTimeField(null=True)
    #: [{`start_ms`, `end_ms`, `parties`}]
    spans = models.JSONField(default=list)
    #: [{`start_ms`, `end_ms`, `cause`, `parties`}]: sound that should be there and is not.
    holes = models.JSONField(default=list)
    #: Total length of the holes.
    lost_ms = models.PositiveIntegerField(default=0)
    #: Something was wrong with the source material, whether or not sound is missing.
    damaged = models.BooleanField(default=False)
    #: {`left`: [0..100], `right`: [...]} of 120 bins each
    thumbnail = models.JSONField(default=dict)
    #: Our share of all talk, 0 to 1; None if one side was never captured or nobody talks.
    talk_ratio = models.FloatField(null=True)
    #: See docs/reference/storage.md; None if it was not analyzed.
    talk = models.JSONField(null=True)

    # Copies of fields of the call and its log (`recording_actions.copy_facts`), also set on completion. With
    # them, each way to search for recordings uses one index, in the order of the list.
    call_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, db_index=False, related_name="recordings"
    )
    rep = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, db_index=False, related_name="recordings"
    )
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="recordings")
    called_at = models.DateTimeField(null=True)
    number = BytewiseCharField(max_length=16, blank=True)
    #: The number's digits in reverse.
    reversed_digits = BytewiseCharField(max_length=15, blank=True)
    disposition = models.CharField(max_length=LONGEST_NAME, blank=True)
    sentiment = models.CharField(max_length=LONGEST_NAME, blank=True)
    has_notes = models.BooleanField(default=False)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status"], name="recordings_by_status"),
            models.Index(fields=["reason_code"], name="recordings_by_reason"),
            # A few rows out of very many, for the recording report.
            models.Index(
                fields=["call_team", "called_at", "rep", "lost_ms"],
                name="recordings_incomplete",
                condition=models.Q(lost_ms__gt=0),
            ),
            models.Index(fields=["examined_at"], name="recordings_at_fault", condition=~models.Q(fault="")),
            models.Index(fields=["status", "fault", "examined_at"], name="recordings_to_examine"),
            _newest_first(name="recordings_newest", also=["number", "reversed_digits"]),
            *(
                _newest_first(field, name=f"recordings_by_{field}")
                for field in ("rep", "person", "source", "disposition", "sentiment", "has_notes")
            ),
            _newest_first("number", name="recordings_forwards"),
            _newest_first("reversed_digits", name="recordings_backwards"),
        ]

    def __str__(self) -> str:
        return f"Recording of {self.call_id}"

    @property
    def witness(self) -> Witness:
        return Witness(manifest_sha256=self.manifest_sha256, key_commitment=self.key_commitment)

    @property
    def found_fault(self) -> Fault | None:
        return Fault(self.fault) if self.fault else None
