"""Whether a recording from another dialer may be imported. Pure.

The dialer has already recorded, by its own rules. Whatever our policy forbids is not imported.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from onrecord.apps.calls.recording_status import NoRecordingReason, Outcome, RecordingStatus, why_not
from onrecord.apps.calls.reported_call import ReportedCall
from onrecord.apps.governance.decisions import decision_to_json
from onrecord.policy.decision import Decision
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportDecision:
    #: None if the recording may be imported.
    refusal: Outcome | None
    #: How much of it may be kept.
    mode: Mode


_ANSWERED = ReportedCall(status=Status.COMPLETED, answered_at=datetime.min.replace(tzinfo=UTC))
_NOT_ANNOUNCED = (
    "Off: a consent announcement is required here, and the dialer did not report that one was played."
)


def decide_import(decision: Decision, *, announced: bool) -> ImportDecision:
    """Whether a recording from another dialer may be imported.

    If recording is off by default but the rep may turn it on, having recorded counts as the rep's choice.
    """
    can_record = decision.record_at_start or decision.may_change or decision.may_choose
    if decision.mode is Mode.NONE or not can_record:
        return ImportDecision(refusal=_forbidden(decision), mode=Mode.NONE)
    if decision.announcements and not announced:
        return ImportDecision(
            refusal=_without(NoRecordingReason.NOT_ANNOUNCED, _NOT_ANNOUNCED), mode=Mode.NONE
        )
    return ImportDecision(refusal=None, mode=decision.mode)


def not_supplied() -> Outcome:
    return _without(NoRecordingReason.NOT_SUPPLIED, "The dialer did not send a recording of this call.")


def sides_mixed(message: str) -> Outcome:
    return _without(NoRecordingReason.SIDES_MIXED, message)


def import_failed(message: str) -> Outcome:
    return Outcome(
        status=RecordingStatus.FAILED,
        reason_code=NoRecordingReason.IMPORT_FAILED,
        reason=f"The recording could not be imported. {message}",
    )


def never_answered() -> Outcome:
    return _without(NoRecordingReason.NEVER_ANSWERED, "The call was never answered.")


def _forbidden(decision: Decision) -> Outcome:
    # The call was answered, so that is not the reason.
    return why_not(_ANSWERED, decision_to_json(decision))


def _without(code: NoRecordingReason, sentence: str) -> Outcome:
    return Outcome(status=RecordingStatus.NOT_RECORDED, reason_code=code, reason=sentence)
