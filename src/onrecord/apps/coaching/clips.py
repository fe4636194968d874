"""Start and end of a clip, and the order of clips. Pure."""

import re
from collections.abc import Sequence

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})|(\d{1,5})")


class ClipError(ValueError):
    """A clip cannot be cut this way. The text says why and what to do."""


def read_clock(text: str) -> int | None:
    """Milliseconds of a time as people write it: "1:05", "1:01:05", or whole seconds. None for other text."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, alone = found.groups()
    if alone:
        return int(alone) * 1000
    if int(seconds) >= 60:
        return None
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000


def moment(text: str, duration_ms: int) -> int | None:
    """The moment that the text names, in ms; None if the text is empty. Raises ClipError."""
    if not text.strip():
        return None
    at_ms = read_clock(text)
    if at_ms is None:
        raise ClipError("Enter the time as minutes and seconds, such as 1:05.")
    if at_ms > duration_ms:
        raise ClipError("The recording is shorter than that. Choose an earlier time.")
    return at_ms


def cut(start: str, end: str, duration_ms: int) -> tuple[int, int]:
    """Start and end of a clip, in ms. An empty text means the recording's own. Raises ClipError."""
    from_ms = read_clock(start) if start.strip() else 0
    to_ms = read_clock(end) if end.strip() else duration_ms
    if from_ms is None or to_ms is None:
        raise ClipError("Enter times as minutes and seconds, such as 1:05.")
    # The last second is usually incomplete, so the end that people see can be later than the recording's.
    if to_ms // 1000 <= -(-duration_ms // 1000):
        to_ms = min(to_ms, duration_ms)
    if to_ms > duration_ms:
        raise ClipError("The recording is shorter than that. Choose an earlier end.")
    if from_ms >= to_ms:
        raise ClipError("A clip must end after it begins. Choose a later end.")
    return from_ms, to_ms


def moved(order: Sequence[int], key: int, by: int) -> list[int]:
    """The keys with `key` moved `by` places later (earlier if negative), but not past either end."""
    rest = [one for one in order if one != key]
    rest.insert(max(0, list(order).index(key) + by), key)
    return rest
