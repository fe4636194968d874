"""Whether a call shows a recording, "processing", or "No Recording", and why. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from onrecord.apps.calls.reported_call import RenderState, ReportedCall
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import ReasonCode


class RecordingStatus(StrEnum):
    """Status of a call's recording."""

    NOT_RECORDED = "not_recorded"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


#: The words in an export.
STATUS_WORDS = {
    RecordingStatus.NOT_RECORDED: "No Recording",
    RecordingStatus.PENDING: "Not ready yet",
    RecordingStatus.PROCESSING: "Processing",
    RecordingStatus.COMPLETED: "Recorded",
    RecordingStatus.FAILED: "Recording failed",
}


class NoRecordingReason(StrEnum):
    """Why there is no recording."""

    DO_NOT_RECORD = "do_not_record"
    FAILED = "failed"
    GONE = "gone"
    GROUP_OFF = "group_off"
    IMPORT_FAILED = "import_failed"
    LOST = "lost"
    NEVER_ANSWERED = "never_answered"
    NOTHING_CAPTURED = "nothing_captured"
    NOT_ANNOUNCED = "not_announced"
    NOT_A_PERSON = "not_a_person"
    NOT_SUPPLIED = "not_supplied"
    OVERDUE = "overdue"
    REP_OFF = "rep_off"
    RULE = "rule"
    SIDES_MIXED = "sides_mixed"
    TEAM_OFF = "team_off"
    UNKNOWN_AREA = "unknown_area"
    USER_OFF = "user_off"


#: What decided, to the code of a missing recording.
_OF_DECISION = {
    ReasonCode.DO_NOT_RECORD_NUMBER: NoRecordingReason.DO_NOT_RECORD,
    ReasonCode.DO_NOT_RECORD_PERSON: NoRecordingReason.DO_NOT_RECORD,
    ReasonCode.GROUP: NoRecordingReason.GROUP_OFF,
    ReasonCode.NOT_A_PERSON: NoRecordingReason.NOT_A_PERSON,
    ReasonCode.REP: NoRecordingReason.REP_OFF,
    ReasonCode.RULE: NoRecordingReason.RULE,
    ReasonCode.TEAM: NoRecordingReason.TEAM_OFF,
    ReasonCode.UNKNOWN_AREA: NoRecordingReason.UNKNOWN_AREA,
    ReasonCode.USER: NoRecordingReason.USER_OFF,
}
#: These reasons only say why the rep has no choice.
_ABOUT_CHANGING = frozenset({ReasonCode.LOCKED, ReasonCode.NOT_PERMITTED})
#: Another version of OnRecord can have stored a reason that this one does not know.
_UNKNOWN_REASON = NoRecordingReason.RULE

_SENTENCES = {
    NoRecordingReason.FAILED: "The recording could not be made. Ask an admin to look into it. "
    "What was captured has been kept.",
    NoRecordingReason.GONE: "The recording is lost. Its file is gone from the server that records calls.",
    NoRecordingReason.LOST: (
        "The recording is lost. Its file is too damaged to read. Ask an admin. What is left of it has "
        "been kept."
    ),
    NoRecordingReason.NEVER_ANSWERED: "The call was never answered.",
    NoRecordingReason.OVERDUE: "The recording is late. Ask an admin to run `onrecord doctor`.",
    NoRecordingReason.NOTHING_CAPTURED: "Nothing was captured. No sound arrived while recording was on.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    status: RecordingStatus
    #: None if there is a recording or there may still be one.
    reason_code: NoRecordingReason | None = None
    #: A sentence; empty if `reason_code` is None.
    reason: str = ""


def outcome(state: ReportedCall, decision: dict[str, Any]) -> Outcome:
    """The outcome by the facts so far. `decision` is the stored Decision."""
    if state.rendering is RenderState.COMPLETED:
        return Outcome(status=RecordingStatus.COMPLETED)
    if state.rendering is RenderState.FAILED:
        return _without(RecordingStatus.FAILED, NoRecordingReason.FAILED)
    if state.rendering is RenderState.LOST:
        return _without(RecordingStatus.FAILED, NoRecordingReason.LOST)
    if not state.status.is_final:
        return Outcome(status=RecordingStatus.PENDING)
    if state.captured is False or state.answered_at is None:
        return why_not(state, decision)
    return _RENDERED[state.rendering]


def overdue() -> Outcome:
    """The outcome of a recording that is overdue. If an event arrives after all, it replaces this."""
    return _without(RecordingStatus.FAILED, NoRecordingReason.OVERDUE)


def gone() -> Outcome:
    """The outcome of a recording whose journal is lost. If an event arrives after all, it replaces this."""
    return _without(RecordingStatus.FAILED, NoRecordingReason.GONE)


def why_not(state: ReportedCall, decision: dict[str, Any]) -> Outcome:
    """Why nothing was captured: a rule of governance, else what happened in the call, else the default."""
    forbidden = decision["mode"] == Mode.NONE
    if not forbidden and state.answered_at is None:
        return _without(RecordingStatus.NOT_RECORDED, NoRecordingReason.NEVER_ANSWERED)
    if not forbidden and decision["record_at_start"]:
        return _without(RecordingStatus.NOT_RECORDED, NoRecordingReason.NOTHING_CAPTURED)
    # The reasons for the mode come first, the reason for on or off follows.
    reasons = decision["reasons"]
    deciding = [reason for reason in reasons if reason["code"] not in _ABOUT_CHANGING] or reasons
    reason = deciding[0 if forbidden else -1]
    return Outcome(
        status=RecordingStatus.NOT_RECORDED,
        reason_code=_OF_DECISION.get(reason["code"], _UNKNOWN_REASON),
        reason=reason["sentence"],
    )


def _without(status: RecordingStatus, code: NoRecordingReason) -> Outcome:
    return Outcome(status=status, reason_code=code, reason=_SENTENCES[code])


#: The outcome of a call that was captured, by the state of its rendering.
_RENDERED = {
    RenderState.NONE: Outcome(status=RecordingStatus.PENDING),
    RenderState.PROCESSING: Outcome(status=RecordingStatus.PROCESSING),
    RenderState.EMPTY: _without(RecordingStatus.NOT_RECORDED, NoRecordingReason.NOTHING_CAPTURED),
}
