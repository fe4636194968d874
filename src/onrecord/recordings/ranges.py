"""Range requests (RFC 9110, section 14): pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Bytes [start, stop) of a representation."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class UnsatisfiableError(ValueError):
    """No byte of the representation is asked for: 416."""


def requested_part(header: str | None, size: int) -> Part | None:
    """What a Range header asks for; None when the whole is to be sent.

    The whole answers a header that is absent or malformed (14.2: ignore it), and one with several ranges: no
    player sends it, and a server may ignore it. Raises UnsatisfiableError.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        part = Part(start=size - length, stop=size)
    else:
        if match[2] and int(match[2]) < int(match[1]):
            return None
        part = Part(start=int(match[1]), stop=min(int(match[2]) + 1, size) if match[2] else size)
    if part.start >= part.stop:
        raise UnsatisfiableError
    return part
