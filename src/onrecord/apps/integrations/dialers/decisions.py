"""Asks governance about a call that another dialer made: by the policy in force now."""

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call
from onrecord.apps.governance.decisions import CallDecision, decide_call
from onrecord.apps.integrations.dialers.canonical import RecordedCall
from onrecord.apps.integrations.dialers.import_decision import ImportDecision, decide_import
from onrecord.apps.integrations.dialers.models import ImportedCall
from onrecord.apps.people.models import Person


def decide_made_elsewhere(user: User, number: str, person: Person | None) -> CallDecision:
    """What the rep chose for their next call in our dialer says nothing about this one."""
    return decide_call(user, number, person, wants_recording=None)


def decide_now(row: ImportedCall) -> ImportDecision:
    """Whether the recording of a delivery that has its call may be imported at this moment."""
    call = Call.objects.select_related("user", "person").get(pk=row.call_id)
    decision = decide_made_elsewhere(call.user, call.number, call.person).decision
    dialer_announces = row.connection is not None and row.connection.announces
    return decide_import(decision, announced=dialer_announces or RecordedCall.stored(row.record).announced)
