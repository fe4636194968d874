"""Finds the chunks of a journal in its bytes, skipping everything else.

A chunk counts as found only once it has been decrypted, so neither chance nor an attacker can produce one.
The work stays linear in the file's size even if the file is full of markers: a head that is not authentic
costs one hash, and the data after copies of one head is decrypted only a few times.
"""

import struct
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from onrecord.media.capture.sealing import (
    HEAD_SIZE,
    MARKER,
    MAX_SEALED,
    NO_CHUNK,
    ChunkHead,
    ChunkSeal,
    ChunkSeal1,
    JournalSealError,
)

_LEAST_WINDOW, _MOST_WINDOW = 1 << 12, 1 << 20
#: How many failed attempts to decrypt are made after identical heads.
_MOST_TRIES = 8
_HEAD_1 = struct.Struct("<III")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A chunk in the file."""

    head: ChunkHead
    #: Its offset in the file.
    offset: int
    #: The chunk's bytes in the file.
    raw: bytes
    plaintext: bytes


class MarkedScan:
    """Finds version 2 chunks by their markers."""

    def __init__(self, seal: ChunkSeal, position: int) -> None:
        #: Everything before this offset has been handled.
        self.position = position
        #: Bytes since the last chunk that belong to no chunk.
        self.skipped = 0
        #: Greatest chunk number in any head, whether or not its data is present; -1 if none.
        self.greatest = -1
        self._seal = seal
        self._tries: Counter[tuple[int, int]] = Counter()

    def next(self, file: BinaryIO, size: int) -> Found | None:
        """The next chunk in the file's first `size` bytes; None when there is no further complete one."""
        markers = _Markers(file, size)
        while True:
            start = _read(file, self.position, HEAD_SIZE, size)
            head = self._seal.head(start)
            if head is None:
                # A partial head may still be being written, or was torn.
                if len(start) < HEAD_SIZE and start.startswith(MARKER[: len(start)]):
                    return None
                overlapping = self._overlapping(markers)
                if overlapping is None:
                    self._skip_to(markers.after(self.position))
                else:
                    self.position = overlapping
                continue
            self.greatest = max(self.greatest, head.number)
            if self.position + HEAD_SIZE + head.length > size:
                following = self._head_after(markers, self.position)
                if following is None:
                    return None
                self._skip_to(following)
            elif (found := self._open(file, self.position, head)) is not None:
                self.position += len(found.raw)
                return found
            else:
                self._skip_to(markers.after(self.position))

    def sees_head(self, file: BinaryIO, offset: int, size: int) -> bool:
        """Whether there is an authentic head after `offset`."""
        return self._head_after(_Markers(file, size), offset) is not None

    def at(self, file: BinaryIO, offset: int) -> Found | None:
        """The chunk found earlier at `offset`; None if it is no longer there."""
        file.seek(offset)
        head = self._seal.head(file.read(HEAD_SIZE))
        return self._open(file, offset, head) if head else None

    def _open(self, file: BinaryIO, offset: int, head: ChunkHead) -> Found | None:
        name = head.epoch, head.number
        if self._tries[name] >= _MOST_TRIES:
            return None
        file.seek(offset)
        raw = file.read(HEAD_SIZE + head.length)
        try:
            plaintext = self._seal.open(head, raw[HEAD_SIZE:])
        except JournalSealError:
            self._tries[name] += 1
            return None
        return Found(head=head, offset=offset, raw=raw, plaintext=plaintext)

    def _overlapping(self, markers: "_Markers") -> int | None:
        """The offset of a head whose first bytes were taken for the end of the chunk before it.

        A chunk torn one byte before its end is completed by the next marker once in 256 times. An incomplete
        head counts as a head, because the rest may still come.
        """
        offset = markers.after(max(self.position - len(MARKER), 0))
        if self.skipped or offset >= self.position:
            return None
        start = _read(markers.file, offset, HEAD_SIZE, markers.size)
        return offset if len(start) < HEAD_SIZE or self._seal.head(start) is not None else None

    def _head_after(self, markers: "_Markers", offset: int) -> int | None:
        """The offset of the next authentic head after `offset`."""
        while (offset := markers.after(offset)) < markers.size:
            if self._seal.head(_read(markers.file, offset, HEAD_SIZE, markers.size)) is not None:
                return offset
        return None

    def _skip_to(self, offset: int) -> None:
        self.skipped += offset - self.position
        self.position = offset


class PlainScan:
    """Finds version 1 chunks, which have no markers: after damage no further chunk can be found."""

    def __init__(self, seal: ChunkSeal1, position: int) -> None:
        #: The end of the last chunk.
        self.position = position
        self._seal = seal
        self._number = 0
        self._epoch = 0

    def next(self, file: BinaryIO, size: int) -> Found | None:
        """The next chunk in the file's first `size` bytes; None when the bytes there are not a chunk."""
        start = _read(file, self.position, _HEAD_1.size, size)
        if len(start) < _HEAD_1.size:
            return None
        length, epoch, number = _HEAD_1.unpack(start)
        if length > MAX_SEALED or number != self._number or epoch < self._epoch:
            return None
        raw = start + _read(file, self.position + _HEAD_1.size, length, size)
        try:
            plaintext = self._seal.open(epoch, number, raw[_HEAD_1.size :])
        except JournalSealError:
            return None
        previous = number - 1 if number else NO_CHUNK
        head = ChunkHead(epoch=epoch, number=number, previous=previous, length=length)
        found = Found(head=head, offset=self.position, raw=raw, plaintext=plaintext)
        self.position += len(raw)
        self._number, self._epoch = number + 1, epoch
        return found

    def is_cut(self, file: BinaryIO, size: int) -> bool:
        """Whether the rest of the file can be the beginning of a next, last chunk."""
        start = _read(file, self.position, _HEAD_1.size, size)
        if len(start) < _HEAD_1.size:
            return True
        length, epoch, number = _HEAD_1.unpack(start)
        is_next: bool = length <= MAX_SEALED and number == self._number and epoch >= self._epoch
        return is_next and self.position + _HEAD_1.size + length > size


def _read(file: BinaryIO, offset: int, length: int, size: int) -> bytes:
    """Up to `length` bytes, none past `size`."""
    file.seek(offset)
    return file.read(max(0, min(length, size - offset)))


class _Markers:
    """Looks for markers in the first `size` bytes of a file, reading almost every byte only once."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size
        self._begin = 0
        self._window = b""
        self._length = _LEAST_WINDOW

    def after(self, offset: int) -> int:
        """The offset of the next marker after `offset`, or of a partial one at the end; `size` if none."""
        offset += 1
        while offset < self.size:
            if not self._begin <= offset < self._begin + len(self._window):
                self._read_on(offset)
            at = self._window.find(MARKER, offset - self._begin)
            if at >= 0:
                return self._begin + at
            end = self._begin + len(self._window)
            begun = next((n for n in range(len(MARKER) - 1, 0, -1) if self._window.endswith(MARKER[:n])), 0)
            if end >= self.size:
                return max(offset, self.size - begun)
            # A marker may span two windows.
            self._read_on(max(offset, end - begun))
            offset = self._begin
        return self.size

    def _read_on(self, offset: int) -> None:
        self._begin, self._window = offset, _read(self.file, offset, self._length, self.size)
        # The next marker is usually near. If it is not, larger windows are cheaper than many small ones.
        self._length = min(2 * self._length, _MOST_WINDOW)
