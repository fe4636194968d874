"""The call, the rep's log of it, and its events."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.status_words import STATUS_WORDS, repeats
from onrecord.apps.core.database.fields import BytewiseCharField, DerivedCharField
from onrecord.apps.core.written import Word, keep_words
from onrecord.apps.dispositions.lists import LONGEST_NAME
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.people.models import Person
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status
from onrecord.protocol.recording_state import RecordingState


def new_call_id() -> str:
    """32 lowercase hexadecimal digits."""
    return uuid.uuid4().hex


class CallLog(models.Model):
    """What the rep logged. A log belongs to one or more calls."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="call_logs")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="call_logs")
    disposition = models.CharField(max_length=LONGEST_NAME, blank=True)
    sentiment = models.CharField(max_length=LONGEST_NAME, blank=True)
    notes = models.TextField(blank=True)
    #: Counts changes to the notes, so that two writers notice each other.
    notes_revision = models.PositiveIntegerField(default=0)
    #: None while there are only notes that were taken during the call.
    logged_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.disposition or "Call log"

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        keep_words(self, self.notes)


class NotesWord(Word):
    written = models.ForeignKey(CallLog, on_delete=models.CASCADE, related_name="words", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["written", "word"], name="notes_word_once")]
        indexes = [models.Index(fields=["word", "written"], name="notes_by_word")]


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(Scope.of(user).within("user"))

    def live(self) -> Self:
        return self.filter(ended_at=None)

    def with_(self, user: User) -> Self:
        """Calls that the user placed or has joined."""
        joined = Collaborator.objects.filter(user=user, left_at=None).values("call")
        return self.filter(models.Q(user=user) | models.Q(pk__in=joined))


class Call(models.Model):
    """One dial attempt and what happened to it."""

    class Direction(models.TextChoices):
        OUTBOUND = "outbound", "Outbound"
        INBOUND = "inbound", "Inbound"

    id = models.CharField(primary_key=True, max_length=32, default=new_call_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="calls")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calls")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="calls")
    log = models.ForeignKey(CallLog, on_delete=models.SET_NULL, null=True, related_name="calls")
    #: The contact's number, and the number that the contact sees (`caller_number`). Both E.164.
    number = BytewiseCharField(max_length=16)
    #: Digits to send after somebody has answered, in order to reach the contact.
    extension = models.CharField(max_length=11, blank=True, default="")
    #: The digits in reverse, so that an index can find a number by its last digits.
    reversed_digits = DerivedCharField(max_length=15, source="_reversed_digits")
    caller_number = models.CharField(max_length=16, blank=True)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.OUTBOUND)

    status = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in Status], default=Status.INITIATED
    )
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    end_reason = models.CharField(max_length=30, blank=True)
    #: The web gave up on the call. If the switch reports its end, that replaces this one.
    end_is_guess = models.BooleanField(default=False)
    #: Whether any audio reached the journal; None while unknown.
    captured = models.BooleanField(null=True)
    drops = models.PositiveIntegerField(default=0)

    #: The Decision made before dialing (`governance.decisions.decision_to_json`), and its fields one by one.
    decision = models.JSONField()
    mode = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Mode])
    record_at_start = models.BooleanField()
    may_change = models.BooleanField()
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    #: The facts that the decision was based on (`policy.facts_json.to_json`).
    inputs = models.JSONField(null=True)
    #: A stricter decision made during the call; None while the first one applies.
    restriction = models.JSONField(null=True)

    #: Sentence of the reason for the decision in force. Computed by the database, for reports.
    deciding_reason = models.GeneratedField(
        expression=Coalesce(KT("restriction__reasons__0__sentence"), KT("decision__reasons__0__sentence")),
        output_field=models.CharField(max_length=500),
        db_persist=True,
    )

    recording_state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in RecordingState], default=RecordingState.OFF
    )
    recording_seq = models.PositiveIntegerField(default=0)
    #: How many times the call has become stricter, as reported by the switch.
    generation = models.PositiveIntegerField(default=0)

    #: Why audio is not being kept right now (a `LossCause`); empty while it is.
    stall_cause = models.CharField(max_length=20, blank=True, default="")
    stall_seq = models.PositiveIntegerField(default=0)

    #: Since when the switch has not known this live call; None while it knows it.
    missing_since = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of two simultaneous requests, the second violates this, whatever it read before.
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None), name="one_live_call_a_user"
            )
        ]
        indexes = [
            # Each way to list calls (`queries`) is a search in one of these indexes, in the order of the
            # list. Columns after the order are filtered in the index, so that only the shown calls are read.
            models.Index(
                fields=["team", "-created_at", "-id", "user", "person", "number", "reversed_digits"],
                name="calls_of_team",
            ),
            models.Index(
                fields=["team", "status", "-created_at", "-id", "user", "person"], name="calls_by_status"
            ),
            # A few rows out of very many: a scan would take too long to find them.
            models.Index(
                fields=["team", "ended_at", "-created_at", "-id", "user", "status"],
                condition=models.Q(ended_at=None),
                name="calls_live",
            ),
            models.Index(fields=["team", "user", "-created_at", "-id", "person"], name="calls_of_user"),
            models.Index(
                fields=["team", "user", "status", "-created_at", "-id", "person"],
                name="calls_of_user_by_status",
            ),
            models.Index(fields=["team", "number", "-created_at", "-id", "user"], name="calls_forwards"),
            models.Index(
                fields=["team", "reversed_digits", "-created_at", "-id", "user"], name="calls_backwards"
            ),
            models.Index(fields=["team", "person", "-created_at", "-id", "user"], name="calls_of_person"),
            # Everything that the recording report counts, in the order in which it groups: it reads no rows
            # and sorts nothing (15 ms for 100,000 calls; 71 ms with the time as first column).
            models.Index(
                fields=["team", "mode", "deciding_reason", "created_at", "user", "captured"],
                name="calls_for_report",
            ),
        ]

    def __str__(self) -> str:
        return f"Call {self.id}"

    def _reversed_digits(self) -> str:
        return self.number[:0:-1]

    @property
    def effective_decision(self) -> dict[str, Any]:
        """The decision in force: the restriction if there is one, else the decision made before the call."""
        decision: dict[str, Any] = self.restriction or self.decision
        return decision

    @property
    def status_words(self) -> str:
        return STATUS_WORDS[Status(self.status)]

    @property
    def disposition_beside_status(self) -> str:
        """The log's disposition; empty if the status, which is shown next to it, says the same."""
        logged = self.log.disposition if self.log else ""
        return "" if repeats(Status(self.status), logged) else logged


class Collaborator(models.Model):
    """A colleague in somebody else's call. One row each time, from joining to leaving."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="collaborators")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(left_at=None), name="one_joined_call_a_user"
            )
        ]

    def __str__(self) -> str:
        return f"User {self.user_id} in call {self.call_id}"


class CallEvent(models.Model):
    """Append-only, written in the transaction that changes the call. Browsers get their updates from here."""

    seq = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=40)
    #: When it happened, which may be well before this row was written.
    at = models.DateTimeField()
    #: {`clock_ms`, `data`}
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["call", "at", "seq"], name="events_of_call")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class AppliedEvent(models.Model):
    """An event from switch or renderer that was applied. A repeated event is recognized by this row."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=10)
    seq = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "source", "seq"], name="each_event_once")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.source} {self.seq}"
