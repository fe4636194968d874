"""What can be wrong with a stored recording, and the messages about it. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Self

from onrecord.storage.recording import NotWitnessedError
from onrecord.storage.sealed import SealError
from onrecord.storage.store import KEY, NoSuchObjectError, OtherMasterKeyError


class Fault(StrEnum):
    """The fault that was found when a recording was opened."""

    MISSING = "missing"
    NO_KEY = "no_key"
    OTHER_KEY = "other_key"
    REPLACED = "replaced"
    #: Found later, while reading. The parts that can be opened are authentic, so it can be played.
    DAMAGED = "damaged"

    @property
    def is_playable(self) -> bool:
        return self is Fault.DAMAGED

    @property
    def heading(self) -> str:
        return _WORDS[self][0]

    @property
    def sentence(self) -> str:
        """What is wrong and what to do."""
        return _WORDS[self][1]

    @property
    def status(self) -> HTTPStatus:
        """HTTP status of a request for the audio."""
        return _STATUSES[self]


_WORDS = {
    Fault.MISSING: (
        "Recording missing",
        "The recording was made, but its file is no longer in the recording store. "
        "Ask an admin to restore it from a backup.",
    ),
    Fault.NO_KEY: (
        "Recording key missing",
        "The key of this recording is gone, so no one can play it. If it was not erased on purpose, "
        "ask an admin to restore the key from a backup.",
    ),
    Fault.OTHER_KEY: (
        "Recording locked",
        "The recording is encrypted with a key that this installation does not have. "
        "Ask an admin to restore the secrets.json that it was made with.",
    ),
    Fault.REPLACED: (
        "Recording does not match",
        "The stored file is not the recording that OnRecord made of this call. It was changed or replaced, "
        "so it cannot be played. Ask an admin to verify it and restore it from a backup.",
    ),
    Fault.DAMAGED: (
        "Recording damaged",
        "Part of this recording was damaged or changed after it was made. "
        "Ask an admin to verify it and restore it from a backup.",
    ),
}

#: For people with only a public link, who can do no more than ask.
FOR_GUESTS = "This recording cannot be played right now. Ask the person who shared it with you."
_DAMAGED_FOR_GUESTS = (
    "Part of this recording is damaged, so playback may stop early. Ask the person who shared it with you."
)

#: The state of the recording is unknown.
STORE_UNREACHABLE = (
    "The recording store is not responding. Try again in a minute. If it continues, tell an admin."
)

_STATUSES = {
    Fault.MISSING: HTTPStatus.GONE,
    Fault.NO_KEY: HTTPStatus.GONE,
    Fault.OTHER_KEY: HTTPStatus.SERVICE_UNAVAILABLE,
    Fault.REPLACED: HTTPStatus.CONFLICT,
    Fault.DAMAGED: HTTPStatus.CONFLICT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayerMessage:
    """The message on a page in place of the player, or above it."""

    heading: str
    sentence: str
    #: Whether the page also has a player.
    is_playable: bool = False

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(heading=fault.heading, sentence=fault.sentence, is_playable=fault.is_playable)

    def for_guests(self) -> Self:
        """The message for people with only a public link."""
        return replace(self, sentence=_DAMAGED_FOR_GUESTS if self.is_playable else FOR_GUESTS)


UNREACHABLE = PlayerMessage(heading="Recording store unavailable", sentence=STORE_UNREACHABLE)


def fault_of(error: Exception) -> Fault:
    """The fault that an error means. `blobs` raised the error while it opened the recording."""
    match error:
        case NoSuchObjectError(name=name):
            return Fault.NO_KEY if name == KEY else Fault.MISSING
        case OtherMasterKeyError():
            return Fault.OTHER_KEY
        case NotWitnessedError() | SealError():
            return Fault.REPLACED
    raise TypeError(f"{error!r} does not mention a recording.") from error
