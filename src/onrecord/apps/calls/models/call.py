"""Call, what the rep logged about it, and its events."""

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
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.people.models import Person
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status
from onrecord.protocol.recording_state import RecordingState


def new_call_id() -> str:
    """32 lower-case hexadecimal digits."""
    return uuid.uuid4().hex


class CallLog(models.Model):
    """What the rep logged; it owns one or more calls."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="call_logs")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="call_logs")
    disposition = models.CharField(max_length=50, blank=True)
    sentiment = models.CharField(max_length=50, blank=True)
    notes = models.TextField(blank=True)
    #: Counts the changes of the notes, so that two writers notice one another.
    notes_revision = models.PositiveIntegerField(default=0)
    #: None while there are only notes, taken during the call.
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
        """Those that the user placed, or is in as a collaborator."""
        joined = Collaborator.objects.filter(user=user, left_at=None).values("call")
        return self.filter(models.Q(user=user) | models.Q(pk__in=joined))


class Call(models.Model):
    """One dial attempt and its telephony facts."""

    class Direction(models.TextChoices):
        OUTBOUND = "outbound", "Outbound"
        INBOUND = "inbound", "Inbound"

    id = models.CharField(primary_key=True, max_length=32, default=new_call_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="calls")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calls")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="calls")
    log = models.ForeignKey(CallLog, on_delete=models.SET_NULL, null=True, related_name="calls")
    #: The contact's number and the one that the contact sees, both E.164.
    number = BytewiseCharField(max_length=16)
    #: Digits that whoever answers there has to be sent to reach the contact.
    extension = models.CharField(max_length=11, blank=True, default="")
    #: The digits backwards, so that a search for the last digits is a search in an index.
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
    #: The web gave the call up; the switch's word, should it come, replaces this.
    end_is_guess = models.BooleanField(default=False)
    #: Whether any audio reached the journal; None while not known.
    captured = models.BooleanField(null=True)
    drops = models.PositiveIntegerField(default=0)

    #: The Decision as judged before dialling (`governance.decisions.to_json`), and its fields one by one.
    decision = models.JSONField()
    mode = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Mode])
    record_at_start = models.BooleanField()
    may_change = models.BooleanField()
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    #: What the decision rested on (`policy.facts_json.to_json`).
    inputs = models.JSONField(null=True)
    #: The stricter decision that came into force during the call; None while the first one stands.
    restriction = models.JSONField(null=True)

    #: Sentence of the reason that decided, of the decision in force. Computed by the database, for reports.
    deciding_reason = models.GeneratedField(
        expression=Coalesce(KT("restriction__reasons__0__sentence"), KT("decision__reasons__0__sentence")),
        output_field=models.CharField(max_length=500),
        db_persist=True,
    )

    recording_state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in RecordingState], default=RecordingState.OFF
    )
    recording_seq = models.PositiveIntegerField(default=0)
    #: Counts what has made the call stricter, as far as the switch has told.
    generation = models.PositiveIntegerField(default=0)

    #: Why nothing that is said is being kept now (a `StallCause`); empty while all is kept.
    stall_cause = models.CharField(max_length=20, blank=True, default="")
    stall_seq = models.PositiveIntegerField(default=0)

    #: Since when the switch has not known this live call; None while it does.
    missing_since = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two requests at the same moment: the second finds this, whatever it read before.
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None), name="one_live_call_a_user"
            )
        ]
        indexes = [
            # Each way to list calls (`queries`) is a search in one of these, in the order of the list. The
            # columns behind the order are looked at on the way, so that no call is read but those shown.
            models.Index(
                fields=["team", "-created_at", "-id", "user", "person", "number", "reversed_digits"],
                name="calls_of_team",
            ),
            models.Index(
                fields=["team", "status", "-created_at", "-id", "user", "person"], name="calls_by_status"
            ),
            # Few of very many: none of them would be found by walking.
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
            # All that the recording report counts, in the order in which it groups: no call itself is read,
            # nothing is sorted (15 ms for 100,000 calls; 71 ms where the time comes first).
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
        """The restriction that came during the call, if one did, else the decision it was placed under."""
        decision: dict[str, Any] = self.restriction or self.decision
        return decision

    @property
    def status_words(self) -> str:
        return STATUS_WORDS[Status(self.status)]

    @property
    def disposition_beside_status(self) -> str:
        """The log's disposition; empty where the status, which stands beside it, says the same."""
        logged = self.log.disposition if self.log else ""
        return "" if repeats(Status(self.status), logged) else logged


class Collaborator(models.Model):
    """A colleague in a call that somebody else placed; one row for each time from joining to leaving."""

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
    """Append-only. Written in the transaction that changes the call; browsers learn from here."""

    seq = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=40)
    #: When it happened, which may be well before it was written here.
    at = models.DateTimeField()
    #: {`clock_ms`, `data`}
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["call", "at", "seq"], name="events_of_call")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class AppliedEvent(models.Model):
    """A report from switch or renderer that has had its effect; a repetition finds it here."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=10)
    seq = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "source", "seq"], name="each_event_once")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.source} {self.seq}"
