"""Whether a call is being recorded, and why sound is missing."""

from enum import StrEnum


class RecordingState(StrEnum):
    """The state of a call's recording."""

    OFF = "off"
    RECORDING = "recording"
    PAUSED = "paused"


class LossCause(StrEnum):
    """Why sound cannot be written to disk."""

    DISK_FULL = "disk_full"
    #: A write or a sync failed for another reason.
    DISK_FAILED = "disk_failed"
    #: It writes too slowly: the queue is full.
    DISK_SLOW = "disk_slow"


class HoleCause(StrEnum):
    """Why sound is missing in a recording."""

    #: What was written was altered or removed afterward.
    DAMAGED = "damaged"
    #: The switch crashed before writing it; at most a second. `end_ms` is the latest possible end.
    TORN = "torn"
    #: Part of an imported file that cannot be decoded.
    UNREADABLE = "unreadable"
    #: An imported file is shorter than its header says. The hole begins where the audio ends.
    CUT = "cut"
    #: It could not be written during the call. Start and end are exact to the frame.
    DISK_FULL = LossCause.DISK_FULL.value
    DISK_FAILED = LossCause.DISK_FAILED.value
    DISK_SLOW = LossCause.DISK_SLOW.value
