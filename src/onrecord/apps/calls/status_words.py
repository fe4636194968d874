"""How the status of a call is said, on every page and in every export: pure."""

import re

from onrecord.protocol.call_status import Status

STATUS_WORDS = {
    Status.QUEUED: "Queued",
    Status.INITIATED: "Calling",
    Status.RINGING: "Ringing",
    Status.IN_PROGRESS: "On call",
    Status.COMPLETED: "Completed",
    Status.BUSY: "Busy",
    Status.NO_ANSWER: "No answer",
    Status.CANCELED: "Canceled",
    Status.FAILED: "Failed",
}


def repeats(status: Status, disposition: str) -> bool:
    """Whether a disposition says in the same words what the status says: "Busy", "no-answer"."""
    return _plain(disposition) == _plain(STATUS_WORDS[status])


def _plain(words: str) -> str:
    """Without what may differ between two spellings of the same: case, spaces, hyphens, a doubled l."""
    return re.sub(r"[^\w]|_", "", words.casefold()).replace("ll", "l")
