"""Range requests (RFC 9110, section 14). Pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*([0-9]*)-([0-9]*)\s*", re.IGNORECASE)
#: No file has a size with more digits.
_MOST_DIGITS = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class ByteRange:
    """Bytes [start, stop) of a representation."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class UnsatisfiableError(ValueError):
    """The range has no byte of the representation: 416."""


def requested_part(header: str | None, size: int) -> ByteRange | None:
    """The part that a Range header requests; None if the whole is to be sent.

    An absent or malformed header gets the whole (14.2: ignore it). So does a header with several ranges,
    which a server may ignore: no player sends one. Raises UnsatisfiableError.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        length = min(_position(match[2]), size)
        part = ByteRange(start=size - length, stop=size)
    else:
        start, last = _position(match[1]), _position(match[2]) if match[2] else size
        if match[2] and last < start:
            return None
        part = ByteRange(start=start, stop=min(last + 1, size))
    if part.start >= part.stop:
        raise UnsatisfiableError
    return part


def _position(digits: str) -> int:
    """The number, or one larger than any file: Python refuses to parse more than 4,300 digits."""
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _MOST_DIGITS else 10**_MOST_DIGITS
