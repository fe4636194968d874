"""All changes to a call: atomic, audited if a user makes them, and sent to browsers as a CallEvent."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.call_events import emit
from onrecord.apps.calls.models import AppliedEvent, Call, CallLog, Collaborator, Recording
from onrecord.apps.calls.recording_actions import store_outcome, store_result
from onrecord.apps.calls.recording_status import Outcome, RecordingStatus, gone, outcome, overdue
from onrecord.apps.calls.reported_call import RenderState, ReportedCall, apply, ended_by_web
from onrecord.apps.core.moments import later
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.governance.decisions import CallDecision, decision_to_json
from onrecord.apps.people.models import Person
from onrecord.apps.people.numbers import Number
from onrecord.policy import facts_json
from onrecord.policy.decision import Decision
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status
from onrecord.protocol.events import (
    CallEnded,
    Event,
    EventData,
    PartyLeft,
    RecordingCompleted,
    RecordingHeld,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
)
from onrecord.protocol.recording_state import RecordingState


class CallInProgressError(Exception):
    """The user already has a live call."""


def begin(*, number: Number, person: Person | None, decided: CallDecision, acting_user: User) -> Call:
    """Store a call that is about to be placed. Raises CallInProgressError."""
    now = timezone.now()
    if Call.objects.live().with_(acting_user).exists():
        raise CallInProgressError
    try:
        with transaction.atomic():
            call = Call.objects.create(
                team_id=acting_user.team_id,
                user=acting_user,
                person=person,
                number=number.e164,
                extension=number.extension,
                caller_number=acting_user.caller_number,
                status=Status.INITIATED,
                created_at=now,
                **_decision_columns(decided),
            )
            Recording.objects.create(call=call)
            record(Action.CALL_DIALED, call, acting_user=acting_user, number=number.e164)
            emit(call, "call.initiated", at=now, data={"actor": str(acting_user.pk)})
    except IntegrityError as error:
        if Call.objects.live().filter(user=acting_user).exists():
            raise CallInProgressError from error
        raise
    return call


def _decision_columns(decided: CallDecision) -> dict[str, Any]:
    decision = decided.decision
    return {
        "decision": decision_to_json(decision),
        "mode": decision.mode,
        "record_at_start": decision.record_at_start,
        "may_change": decision.may_change,
        "policy_version_id": decision.policy_version,
        "inputs": facts_json.to_json(decided.facts),
    }


@transaction.atomic
def confirm_placed(*, acting_user: User) -> None:
    """The switch has accepted the call, so the rep's choice for the next call is used up.

    This must not happen earlier. If the switch refused the call, the rep would redial without their choice.
    """
    User.objects.filter(pk=acting_user.pk, record_next_call=acting_user.record_next_call).update(
        record_next_call=None
    )


@transaction.atomic
def choose_recording(*, wanted: bool, acting_user: User) -> None:
    """Store the rep's choice for the next call. The decision determines its effect."""
    User.objects.filter(pk=acting_user.pk).update(record_next_call=wanted)
    acting_user.record_next_call = wanted
    record(Action.RECORD_NEXT_CALL_CHOSEN, acting_user, acting_user=acting_user, wanted=wanted)


@transaction.atomic
def refuse_recording(call: Call, *, code: str, acting_user: User) -> None:
    """Note that the user tried to record although the decision forbids it. The switch is not asked."""
    refused = RecordingRefused(actor=str(acting_user.pk), wanted=RecordingState.RECORDING, code=code)
    _note_refusal(call, refused)
    emit(call, refused.type, at=timezone.now(), data=refused.document())


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """A stricter limit for a live call."""

    mode: Mode
    may_change: bool
    #: The stricter decision.
    decision: Decision


def stricter(call: Call, decision: Decision) -> Restriction | None:
    """Whatever is stricter in a later decision than in the call's own. Looser parts wait for the next call.

    A decision that does not record and cannot be changed allows nothing, whatever its mode.
    """
    can_record = decision.record_at_start or decision.may_change or decision.may_choose
    mode = Mode.strictest(Mode(call.effective_decision["mode"]), decision.mode if can_record else Mode.NONE)
    may_change = call.effective_decision["may_change"] and decision.may_change
    if (mode, may_change) == (call.effective_decision["mode"], call.effective_decision["may_change"]):
        return None
    return Restriction(mode=mode, may_change=may_change, decision=decision)


@transaction.atomic
def restrict(call: Call, restriction: Restriction) -> None:
    """Store what the call allows from now on."""
    call.refresh_from_db(fields=["mode", "may_change", "restriction", "ended_at"])
    if call.ended_at is not None:
        return
    call.mode = Mode.strictest(Mode(call.mode), restriction.mode)
    call.may_change = call.may_change and restriction.may_change
    call.restriction = decision_to_json(restriction.decision) | {
        "mode": call.mode.value,
        "may_change": call.may_change,
    }
    call.save(update_fields=["mode", "may_change", "restriction"])
    data = {name: call.restriction[name] for name in ("mode", "may_change", "policy_version", "sentence")}
    emit(call, "call.restricted", at=timezone.now(), data=data)


@transaction.atomic
def join(call: Call, *, acting_user: User) -> bool:
    """Add the user to a call. False if they are already in it. Raises CallInProgressError."""
    if call.user_id == acting_user.pk:
        return False
    if Call.objects.live().with_(acting_user).exclude(pk=call.pk).exists():
        raise CallInProgressError
    _, is_new = Collaborator.objects.get_or_create(
        call=call, user=acting_user, left_at=None, defaults={"joined_at": timezone.now()}
    )
    if is_new:
        record(Action.CALL_JOINED, call, acting_user=acting_user)
    return is_new


@transaction.atomic
def leave(call: Call, *, acting_user: User) -> None:
    """Store that the user left the call, or that joining it failed."""
    if _let_go(call, user_id=acting_user.pk, at=timezone.now()):
        record(Action.CALL_LEFT, call, acting_user=acting_user)


@transaction.atomic
def give_up(call_id: str, *, reason: str, captured: bool | None) -> Call:
    """End a call that the switch did not end. `captured`: False if no media can have flowed, else None."""
    call = Call.objects.select_related("recording").get(pk=call_id)
    before = state_of(call)
    after = ended_by_web(before, at=timezone.now(), reason=reason, captured=captured)
    if after != before and after.ended_at is not None:
        _store(call, after)
        data = {"status": after.status, "reason": reason, "duration_ms": after.duration_ms}
        emit(call, "call.ended", at=after.ended_at, data=data)
    return call


@transaction.atomic
def set_missing(call: Call, *, since: datetime | None) -> None:
    """Store since when the switch has not known the call, or None."""
    Call.objects.filter(pk=call.pk).update(missing_since=since)


@transaction.atomic
def mark_overdue(call: Call) -> None:
    """Mark the call's recording as overdue."""
    store_outcome(call.recording, overdue())
    data = {"message": call.recording.reason}
    emit(call, "recording.overdue", at=timezone.now(), data=data)


@transaction.atomic
def mark_gone(call: Call) -> None:
    """Mark the call's recording as lost: it can never arrive."""
    store_outcome(call.recording, gone())
    emit(call, "recording.gone", at=timezone.now(), data={"message": call.recording.reason})


@transaction.atomic
def apply_event(event: Event) -> bool:
    """Apply an event from switch or renderer. False if it was applied before. Raises Call.DoesNotExist."""
    call = Call.objects.select_related("recording").get(pk=event.call_id)
    _, is_new = AppliedEvent.objects.get_or_create(call=call, source=event.source, seq=event.seq)
    if not is_new:
        return False
    # The media host's clock can be wrong. Nothing happens to a call before it exists.
    event = replace(event, at=max(event.at, call.created_at))
    state = apply(state_of(call), event)
    if isinstance(event.data, RecordingCompleted):
        store_result(call.recording, event.data, at=event.at)
    _store(call, state)
    emit(call, event.type, at=event.at, clock_ms=event.clock_ms, data=event.data.document())
    if isinstance(event.data, RecordingRefused):
        _note_refusal(call, event.data)
    if isinstance(event.data, PartyLeft):
        _let_go(call, user_id=int(event.data.user), at=event.at)
    _audit_user_action(call, event)
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class CallMadeElsewhere:
    """A call that another dialer made."""

    user: User
    person: Person | None
    #: Both E.164; empty for a withheld number.
    number: str
    caller_number: str
    direction: str
    status: Status
    started_at: datetime
    answered_at: datetime | None
    duration: timedelta
    disposition: str
    notes: str
    #: The dialer's name, as lists show it.
    source: str


@transaction.atomic
def import_call(made: CallMadeElsewhere, *, decided: CallDecision, **details: Any) -> Call:
    """Store a call that another dialer made. `details` of the delivery go into the audit trail."""
    call = Call.objects.create(
        team_id=made.user.team_id,
        user=made.user,
        person=made.person,
        number=made.number,
        caller_number=made.caller_number,
        direction=made.direction,
        status=made.status,
        created_at=made.started_at,
        answered_at=made.answered_at,
        ended_at=later(made.started_at, made.duration),
        duration_ms=made.duration // timedelta(milliseconds=1),
        end_reason="imported",
        log=_imported_log(made),
        **_decision_columns(decided) | {"may_change": False},
    )
    Recording.objects.create(call=call, source=made.source)
    record(Action.CALL_IMPORTED, call, acting_user=None, source=made.source, **details)
    emit(call, "call.imported", at=timezone.now(), data={"source": made.source})
    return call


def _imported_log(made: CallMadeElsewhere) -> CallLog | None:
    if not made.disposition and not made.notes:
        return None
    return CallLog.objects.create(
        user=made.user,
        person=made.person,
        disposition=made.disposition,
        notes=made.notes,
        logged_at=timezone.now(),
    )


@transaction.atomic
def set_imported_outcome(
    call: Call, result: Outcome, *, event: str = "", data: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Store the outcome of an imported call's recording. If `event` is given, browsers receive it."""
    store_outcome(call.recording, result)
    if event:
        emit(call, event, at=timezone.now(), data=dict(data))


@transaction.atomic
def complete_import(call: Call, result: RecordingCompleted) -> None:
    """Store an imported recording, which has been converted."""
    call.recording.rendering = RenderState.COMPLETED
    call.recording.save(update_fields=["rendering"])
    store_result(call.recording, result, at=timezone.now())
    completed = Outcome(status=RecordingStatus.COMPLETED)
    set_imported_outcome(call, completed, event=result.type, data=result.document())


def state_of(call: Call) -> ReportedCall:
    """The row as a value that events can be applied to."""
    stored = {name: getattr(call, name) for name in _COLUMNS}
    return ReportedCall(
        **stored
        | {
            "status": Status(call.status),
            "mode": Mode(call.mode),
            "recording_state": RecordingState(call.recording_state),
            "rendering": RenderState(call.recording.rendering),
        }
    )


#: Each field of the state is a column of the call, except `rendering`, which belongs to the recording.
_COLUMNS = [field.name for field in fields(ReportedCall) if field.name != "rendering"]


def _store(call: Call, state: ReportedCall) -> None:
    for name in _COLUMNS:
        setattr(call, name, getattr(state, name))
    call.save(update_fields=_COLUMNS)
    if state.ended_at is not None:
        call.collaborators.filter(left_at=None).update(left_at=state.ended_at)
    if call.recording.rendering != state.rendering:
        call.recording.rendering = state.rendering
        call.recording.save(update_fields=["rendering"])
    store_outcome(call.recording, outcome(state, call.effective_decision))


def _let_go(call: Call, *, user_id: int, at: datetime) -> int:
    """Returns the number of changed rows. An event older than the user's last joining changes none."""
    rows = call.collaborators.filter(user_id=user_id, left_at=None, joined_at__lte=at)
    return rows.update(left_at=at)


#: What a user did through the switch: the action for the audit trail, and its details.
_USER_ACTIONS: Mapping[type[EventData], tuple[Action, dict[str, str]]] = MappingProxyType(
    {
        RecordingStarted: (Action.RECORDING_CHANGE_REQUESTED, {"wanted": "recording"}),
        RecordingResumed: (Action.RECORDING_CHANGE_REQUESTED, {"wanted": "recording"}),
        RecordingPaused: (Action.RECORDING_CHANGE_REQUESTED, {"wanted": "paused"}),
        RecordingHeld: (Action.RECORDING_CHANGE_REQUESTED, {"wanted": "paused"}),
        PartyLeft: (Action.CALL_LEFT, {}),
        CallEnded: (Action.CALL_HUNG_UP, {}),
    }
)


def _audit_user_action(call: Call, event: Event) -> None:
    """Audit what a user did. The request may have reached the switch without going through the database."""
    data = event.data.document()
    user = _user_of(data.get("actor"))
    if type(event.data) in _USER_ACTIONS and user is not None:
        action, details = _USER_ACTIONS[type(event.data)]
        several = {"times": data["times"]} if "times" in data else {}
        record(action, call, acting_user=user, at=event.at.isoformat(), **details, **several)


def _note_refusal(call: Call, refused: RecordingRefused) -> None:
    """Audit an attempt to record more than the decision allows, whoever made it and whatever stopped it."""
    user = _user_of(refused.actor)
    record(Action.RECORDING_CHANGE_REFUSED, call, acting_user=user, **refused.document())


def _user_of(actor: str | None) -> User | None:
    """The user who acted; None if it was the system, or if nobody acted."""
    return User.objects.filter(pk=whole_number(str(actor)) or 0).first()
