"""Finding the chunks of a journal in its bytes, past whatever is none.

What is found has been opened: neither chance nor malice makes a chunk. The work grows with the file alone,
also where it is full of markers: a head that is not authentic costs one hash, and one that was copied to many
places has its data opened only a few times.
"""

import struct
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from onrecord.capture.sealing import (
    HEAD_SIZE,
    MARKER,
    MAX_SEALED,
    NO_CHUNK,
    ChunkHead,
    ChunkSeal,
    ChunkSeal1,
    SealError,
)

_WINDOW = 1 << 20
#: How often the data behind heads that say the same is opened in vain.
_MOST_TRIES = 8
_HEAD_1 = struct.Struct("<III")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A chunk in the file."""

    head: ChunkHead
    #: Where it begins.
    offset: int
    #: The chunk as it stands in the file.
    raw: bytes
    plaintext: bytes


class MarkedScan:
    """Chunks of version 2, each found by its marker."""

    def __init__(self, seal: ChunkSeal, position: int) -> None:
        #: All before it was dealt with.
        self.position = position
        #: Bytes passed since the last chunk, which belong to none.
        self.skipped = 0
        #: Greatest number that a head has named, whether or not its data is there; -1 for none.
        self.greatest = -1
        self._seal = seal
        self._tries: Counter[tuple[int, int]] = Counter()

    def next(self, file: BinaryIO, size: int) -> Found | None:
        """The next chunk of the file's first `size` bytes; None when no further one stands there whole."""
        while True:
            start = _read(file, self.position, HEAD_SIZE, size)
            head = self._seal.head(start)
            if head is None:
                # The beginning of a head may be one that is on its way, or was torn.
                if len(start) < HEAD_SIZE and start.startswith(MARKER[: len(start)]):
                    return None
                self._skip_to(_marker(file, self.position + 1, size))
                continue
            self.greatest = max(self.greatest, head.number)
            if self.position + HEAD_SIZE + head.length > size:
                following = self._head_after(file, self.position, size)
                if following is None:
                    return None
                self._skip_to(following)
            elif (found := self._open(file, self.position, head)) is not None:
                self.position += len(found.raw)
                return found
            else:
                self._skip_to(_marker(file, self.position + 1, size))

    def at(self, file: BinaryIO, offset: int) -> Found | None:
        """The chunk that was found at `offset` before; None when it is not there any more."""
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
        except SealError:
            self._tries[name] += 1
            return None
        return Found(head=head, offset=offset, raw=raw, plaintext=plaintext)

    def _head_after(self, file: BinaryIO, offset: int, size: int) -> int | None:
        """Where the next authentic head after `offset` begins."""
        while (offset := _marker(file, offset + 1, size)) < size:
            if self._seal.head(_read(file, offset, HEAD_SIZE, size)) is not None:
                return offset
        return None

    def _skip_to(self, offset: int) -> None:
        self.skipped += offset - self.position
        self.position = offset


class PlainScan:
    """Chunks of version 1, which stand one behind the other: after damage none of them can be found."""

    def __init__(self, seal: ChunkSeal1, position: int) -> None:
        #: Where the last chunk ends.
        self.position = position
        self._seal = seal
        self._number = 0
        self._epoch = 0

    def next(self, file: BinaryIO, size: int) -> Found | None:
        """The next chunk of the file's first `size` bytes; None when what stands there is none."""
        start = _read(file, self.position, _HEAD_1.size, size)
        if len(start) < _HEAD_1.size:
            return None
        length, epoch, number = _HEAD_1.unpack(start)
        if length > MAX_SEALED or number != self._number or epoch < self._epoch:
            return None
        raw = start + _read(file, self.position + _HEAD_1.size, length, size)
        try:
            plaintext = self._seal.open(epoch, number, raw[_HEAD_1.size :])
        except SealError:
            return None
        previous = number - 1 if number else NO_CHUNK
        head = ChunkHead(epoch=epoch, number=number, previous=previous, length=length)
        found = Found(head=head, offset=self.position, raw=raw, plaintext=plaintext)
        self.position += len(raw)
        self._number, self._epoch = number + 1, epoch
        return found


def _read(file: BinaryIO, offset: int, length: int, size: int) -> bytes:
    """Up to `length` bytes, none of them past `size`."""
    file.seek(offset)
    return file.read(max(0, min(length, size - offset)))


def _marker(file: BinaryIO, offset: int, size: int) -> int:
    """Where the next marker begins, or what may become one at the file's end; `size` when there is none."""
    while offset < size:
        window = _read(file, offset, _WINDOW, size)
        at = window.find(MARKER)
        if at >= 0:
            return offset + at
        begun = next((n for n in range(len(MARKER) - 1, 0, -1) if window.endswith(MARKER[:n])), 0)
        offset += len(window)
        if offset >= size or len(window) < len(MARKER):
            return size - begun
        # A marker may lie across the windows.
        offset -= begun
    return size
