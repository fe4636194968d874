"""Presents a sealed object as a file, for libraries that read files."""

import io
from typing import Any

from onrecord.storage.sealed import SEGMENT, SealedReader

#: Plaintext opened at once, because libraries read many small pieces in sequence.
_BLOCK = 16 * SEGMENT


class SealedStream(io.RawIOBase):
    """The plaintext as a seekable stream: never completely in memory, never on disk."""

    def __init__(self, sealed: SealedReader) -> None:
        self._sealed = sealed
        self._at = 0
        self._block = (-1, b"")

    @property
    def size(self) -> int:
        return self._sealed.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Raises SealError if the object was altered."""
        number, offset = divmod(self._at, _BLOCK)
        if self._block[0] != number:
            self._block = (number, self._sealed.read(number * _BLOCK, (number + 1) * _BLOCK))
        piece = self._block[1][offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def as_file(sealed: SealedReader) -> io.BufferedReader:
    """The plaintext for libraries that expect `read` to return as many bytes as requested."""
    return io.BufferedReader(SealedStream(sealed))
