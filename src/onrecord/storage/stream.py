"""A sealed object as a file, for libraries that read files."""

import io

from onrecord.storage.sealed import SEGMENT, SealedReader


class _Stream(io.RawIOBase):
    def __init__(self, sealed: SealedReader) -> None:
        self._sealed = sealed
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._sealed.size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "memoryview[int]", /) -> int:  # type: ignore[override]
        data = self._sealed.read(self._at, self._at + len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def as_file(sealed: SealedReader) -> io.BufferedReader:
    """The plaintext, fetched piece by piece: libav reads 32 KiB at a time and a segment holds 64."""
    return io.BufferedReader(_Stream(sealed), 4 * SEGMENT)
