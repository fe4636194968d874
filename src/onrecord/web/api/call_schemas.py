"""A call as the API and the live events send it: docs/reference/web.md."""

from datetime import datetime
from typing import Literal, Self, cast

from django.urls import reverse
from ninja import Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, CallLog
from onrecord.apps.calls.presence import STALLS, MoveOut, ParticipantOut, RecordingNow
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.people.models import Person
from onrecord.apps.people.numbers import Number, format_number
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import read_by
from onrecord.protocol.call_status import EndReason, Status
from onrecord.protocol.recording_state import LossCause, RecordingState

#: Why a call ended; `imported` if another dialer made it.
Ending = EndReason | Literal["imported"]


class PersonLink(Schema):
    id: int
    name: str
    url: str

    @classmethod
    def of(cls, person: Person | None) -> Self | None:
        if person is None:
            return None
        return cls(id=person.pk, name=person.name, url=reverse("person", args=[person.pk]))


class RecordingOut(Schema):
    state: RecordingState
    #: How many times the recording became stricter. A request to record names the value it saw.
    generation: int
    status: RecordingStatus
    may_change: bool
    mode: Mode
    reason_code: str | None
    reason: str | None
    #: Whether recording starts as soon as the call is answered.
    at_start: bool
    moved: MoveOut | None
    announcing: bool
    #: Why audio is not being kept right now, and what to do; None while it is.
    stalled: str | None
    id: str

    @classmethod
    def of(cls, call: Call) -> Self:
        """The version for the rep."""
        recording = call.recording
        now = RecordingNow.of(call)
        # Until there is a result, the sentence is the decision's: why the call will or will not be recorded.
        is_open = recording.status == RecordingStatus.PENDING
        sentence = call.effective_decision["sentence"] if is_open else recording.reason
        return cls(
            state=RecordingState(call.recording_state),
            generation=call.generation,
            status=RecordingStatus(recording.status),
            may_change=call.may_change and call.mode != Mode.NONE and call.ended_at is None,
            mode=Mode(call.mode),
            reason_code=recording.reason_code or None,
            reason=sentence or None,
            at_start=call.record_at_start,
            moved=now.moved,
            announcing=now.announcing,
            stalled=STALLS[LossCause(call.stall_cause)] if call.stall_cause else None,
            id=recording.pk,
        )


class LogOut(Schema):
    disposition: str
    sentiment: str
    notes: str
    notes_revision: int
    #: Whether the call was logged; False while there are only notes.
    logged: bool
    person: PersonLink | None

    @classmethod
    def of(cls, log: CallLog | None) -> Self | None:
        if log is None:
            return None
        return cls(
            disposition=log.disposition,
            sentiment=log.sentiment,
            notes=log.notes,
            notes_revision=log.notes_revision,
            logged=log.logged_at is not None,
            person=PersonLink.of(log.person),
        )


class CallOut(Schema):
    id: str
    #: Path of its page.
    url: str
    status: Status
    direction: Call.Direction
    to: str
    to_formatted: str
    #: Digits to send after the call is answered.
    extension: str | None
    from_formatted: str | None
    person: PersonLink | None
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    end_reason: Ending | None
    recording: RecordingOut
    #: The users in the live call.
    people: list[ParticipantOut]
    log: LogOut | None

    @classmethod
    def of(cls, call: Call, reader: User) -> Self:
        """Reads the call's `user`, `person`, `recording`, and `log__person`: select them with the call."""
        for_rep = cls(
            id=call.pk,
            url=reverse("call", args=[call.pk]),
            status=Status(call.status),
            direction=Call.Direction(call.direction),
            to=call.number,
            to_formatted=Number(e164=call.number, extension=call.extension).formatted,
            extension=call.extension or None,
            from_formatted=format_number(call.caller_number) if call.caller_number else None,
            person=PersonLink.of(call.person),
            created_at=call.created_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            duration_ms=call.duration_ms,
            end_reason=cast(Ending | None, call.end_reason or None),
            recording=RecordingOut.of(call),
            people=ParticipantOut.all_in(call),
            log=LogOut.of(call.log),
        )
        return for_rep if reader == call.user else for_rep.for_others(call.user)

    def for_others(self, rep: User) -> Self:
        """The version for everyone but the rep: the reason names the rep."""
        reason = self.recording.reason and read_by(self.recording.reason, is_rep=False, rep=rep.name)
        return self.model_copy(update={"recording": self.recording.model_copy(update={"reason": reason})})


class CallEventOut(Schema):
    """Data of `event: call` in the live events."""

    type: str
    #: The call at the time of sending. Only the rep gets its `log`.
    call: CallOut


class HangUpReply(Schema):
    #: None if the switch does not know the call, because it ended long ago.
    status: Status | None
