"""Whether a call is being recorded, and why sound is missing."""

from enum import StrEnum


class RecordingState(StrEnum):
    """Where the commands have brought the recording of a call."""

    OFF = "off"
    RECORDING = "recording"
    PAUSED = "paused"


class LossCause(StrEnum):
    """Why the disk does not take what is said."""

    DISK_FULL = "disk_full"
    #: A write or a sync failed for another reason.
    DISK_FAILED = "disk_failed"
    #: It writes too slowly: more waits for it than may wait.
    DISK_SLOW = "disk_slow"


class HoleCause(StrEnum):
    """Why sound is missing in a recording."""

    #: What was written was altered or removed afterwards.
    DAMAGED = "damaged"
    #: The switch died before it had written it; at most a second. `end_ms` is the latest it can have been.
    TORN = "torn"
    #: Of a file from elsewhere: it is in the file, and cannot be decoded.
    UNREADABLE = "unreadable"
    #: Of a file from elsewhere: it ends before the length that its header says. The hole begins where the
    #: audio ends.
    CUT = "cut"
    #: The disk did not take it during the call; from when to when is known to the frame.
    DISK_FULL = LossCause.DISK_FULL.value
    DISK_FAILED = LossCause.DISK_FAILED.value
    DISK_SLOW = LossCause.DISK_SLOW.value
