"""The telephony status of a call, and why it ended."""

from enum import StrEnum


class Status(StrEnum):
    """The telephony status of a call."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.CANCELED, Status.FAILED})


class EndReason(StrEnum):
    """Why a call ended."""

    REP_HUNG_UP = "rep_hung_up"
    CONTACT_HUNG_UP = "contact_hung_up"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    BROWSER_LOST = "browser_lost"
    SWITCH_STOPPED = "switch_stopped"
    #: The switch crashed. It reports this when it starts again.
    SWITCH_RESTARTED = "switch_restarted"
    #: The web uses these three when it ends a call without an event from the switch.
    SWITCH_UNREACHABLE = "switch_unreachable"
    SWITCH_REFUSED = "switch_refused"
    LOST = "lost"
