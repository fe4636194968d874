"""The words for the status of a call, on every page and in every export. Pure."""

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
    """Whether the disposition says the same as the status in other spelling: "Busy", "no-answer"."""
    return _plain(disposition) == _plain(STATUS_WORDS[status])


def _plain(words: str) -> str:
    """The words without differences of spelling: case, spaces, hyphens, a doubled l."""
    return re.sub(r"[^\w]|_", "", words.casefold()).replace("ll", "l")
