"""Placing a call: number, owner, decision, row, switch, in this order."""

from contextlib import suppress

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls import actions
from onrecord.apps.calls.enforcement import restrict_placed
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.queries import call_owing_a_log, owes
from onrecord.apps.calls.switch_client import SYSTEM, SwitchRefusedError, SwitchUnreachableError
from onrecord.apps.calls.switch_errors import asking, switch
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.dispositions.lists import demand
from onrecord.apps.governance.decisions import CallDecision, decide_call
from onrecord.apps.people.dialing import to_dial
from onrecord.apps.people.numbers import NumberError, format_number
from onrecord.apps.people.queries import owner_of_number
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import EndReason
from onrecord.protocol.commands import AnnouncementAudio, PlaceCall, RecordingDecision


def place(*, to: str, sdp: str, person_id: int | None, acting_user: User) -> tuple[Call, str]:
    """Dial. Returns the call and the answer to the browser's SDP offer. Raises ApiError."""
    try:
        number = to_dial(to, acting_user.region)
    except NumberError as problem:
        raise ApiError(400, problem.code, problem.message) from problem
    if owing := call_owing_a_log(acting_user):
        with_whom = owing.person.name if owing.person else format_number(owing.number)
        raise ApiError(409, "log_required", f"First log your call with {with_whom}. {demand(owes(owing))}")
    person = owner_of_number(acting_user.team, number.e164, person_id=person_id)
    decided = decide_call(acting_user, number.e164, person, wants_recording=acting_user.record_next_call)
    try:
        # Store the row first: events of a call that the web does not know would be lost.
        call = actions.begin(number=number, person=person, decided=decided, acting_user=acting_user)
    except actions.CallInProgressError as error:
        raise ApiError(
            409, "call_in_progress", "You are already on a call. Hang up before you place another."
        ) from error
    answer = _ask_switch(call, decided, sdp, acting_user)
    try:
        actions.confirm_placed(acting_user=acting_user)
        restrict_placed(call)
    except Exception:
        # The rep sees an error, so nobody would be there to talk. A restriction may be missing, too.
        _hang_up(call)
        raise
    return call, answer


def _ask_switch(call: Call, decided: CallDecision, sdp: str, user: User) -> str:
    placed = PlaceCall(
        call_id=call.pk,
        to=call.number,
        caller=call.caller_number or None,
        sdp=sdp,
        user_id=str(user.pk),
        controls=user.may(Permission.RECORDING_CONTROL),
        decision=RecordingDecision(
            mode=Mode(call.mode),
            record_at_start=call.record_at_start,
            may_change=call.may_change,
            policy_version=call.policy_version_id,
        ),
        announcement=AnnouncementAudio(pcmu=decided.announcement) if decided.announcement else None,
        beep_every_s=decided.beep_every_s,
    )
    try:
        with asking():
            return switch().place(placed)
    except ApiError as error:
        if error.code == "switch_unreachable":
            # The switch may have accepted the call but answered too late: nobody would be there to talk.
            _hang_up(call)
            actions.give_up(call.pk, reason=EndReason.SWITCH_UNREACHABLE, captured=False)
        else:
            actions.give_up(call.pk, reason=EndReason.SWITCH_REFUSED, captured=False)
        raise


def _hang_up(call: Call) -> None:
    with suppress(SwitchUnreachableError, SwitchRefusedError):
        switch().hang_up(call.pk, actor=SYSTEM)
