"""A recording's missing sound, in words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.apps.core.durations import duration
from onrecord.apps.core.listing import listed

#: Text for the `cause` of a hole (docs/reference/storage.md).
_CAUSES = {
    "damaged": "part of the call's file was damaged",
    "torn": "the phone system stopped without warning",
    "unreadable": "part of the imported file could not be read",
    "cut": "the imported file was cut off",
    "disk_full": "the recording disk was full",
    "disk_failed": "the recording disk failed",
    "disk_slow": "the recording disk was too slow",
}
#: For these causes, the length is known to the packet. For others, it is known to about a second.
_EXACT = frozenset({"unreadable", "cut", "disk_full", "disk_failed", "disk_slow"})
_UNKNOWN = "something went wrong while it was recorded"
#: A list of more holes than this would be too long to read.
_MOST_PLACES = 3


def missing_sound(
    spans: Sequence[Mapping[str, Any]], holes: Sequence[Mapping[str, Any]], *, damaged: bool = False
) -> str:
    """How much sound is missing, where in the audio, and why. Empty if none is and `damaged` is false.

    `spans` and `holes` are those of the recording, in milliseconds of the call.
    """
    if not holes:
        return "The call's file was damaged, but no sound is missing." if damaged else ""
    begin = min(stretch["start_ms"] for stretch in (*spans, *holes))
    causes = dict.fromkeys(hole["cause"] for hole in holes)
    told = [_of(cause, [hole for hole in holes if hole["cause"] == cause], begin) for cause in causes]
    return " ".join([*told, "Everything else is complete."])


def _of(cause: str, holes: Sequence[Mapping[str, Any]], begin: int) -> str:
    missing = sum(hole["end_ms"] - hole["start_ms"] for hole in holes)
    length = _length(cause, missing)
    places = [duration(hole["start_ms"] - begin) for hole in holes[:_MOST_PLACES]]
    if more := len(holes) - len(places):
        places.append(f"{more} more place{'' if more == 1 else 's'}")
    return f"{length} of sound is missing at {listed(places)}, because {_CAUSES.get(cause, _UNKNOWN)}."


def _length(cause: str, milliseconds: int) -> str:
    if cause in _EXACT and milliseconds < 10_000:
        return f"{max(milliseconds, 100) / 1000:.1f} seconds"
    return "Up to 1 second" if milliseconds <= 1000 else duration(milliseconds)
