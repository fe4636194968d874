"""Decisions about calls from other dialers, by the policy in force now."""

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call
from onrecord.apps.governance.decisions import CallDecision, decide_call
from onrecord.apps.integrations.dialers.canonical import RecordedCall
from onrecord.apps.integrations.dialers.import_decision import ImportDecision, decide_import
from onrecord.apps.integrations.dialers.models import ImportedCall
from onrecord.apps.people.models import Person


def decide_made_elsewhere(user: User, number: str, person: Person | None) -> CallDecision:
    """The decision for such a call. It ignores the rep's choice for the next call in our own dialer."""
    return decide_call(user, number, person, wants_recording=None)


def decide_now(row: ImportedCall) -> ImportDecision:
    """Whether the recording of a delivery may be imported now. The delivery must have a call."""
    call = Call.objects.select_related("user", "person").get(pk=row.call_id)
    decision = decide_made_elsewhere(call.user, call.number, call.person).decision
    dialer_announces = row.connection is not None and row.connection.announces
    return decide_import(decision, announced=dialer_announces or RecordedCall.stored(row.record).announced)
