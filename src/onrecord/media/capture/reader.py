"""Reads journals, including growing and damaged ones."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, BinaryIO

from onrecord.media.capture.header import JournalHeader, OpenedHeader, open_header
from onrecord.media.capture.journal import Chunk
from onrecord.media.capture.scan import Found, MarkedScan, PlainScan
from onrecord.media.capture.sealing import NO_CHUNK, ChunkHead, ChunkSeal, ChunkSeal1


@dataclass(kw_only=True, slots=True)
class Damage:
    """What is wrong with a journal. An interrupted writer or a full disk does not count as damage."""

    #: Whether the copy was used because the journal's own header cannot be.
    header: bool = False
    #: Places where at least one chunk is missing.
    gaps: int = 0
    #: Bytes that belong to no chunk, and those removed while the journal was being read.
    skipped_bytes: int = 0
    #: Chunks that appear in the file more than once.
    repeated_chunks: int = 0
    #: Chunks that come after a later one in the file. They are read in the order of their numbers.
    moved_chunks: int = 0

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def document(self) -> dict[str, Any] | None:
        """As stored in manifests; None if nothing is wrong."""
        return asdict(self) if self else None


class JournalReader:
    """Reads a journal that may still be growing. Keeps no file open between polls.

    Chunks come in the order of their numbers, whatever their order in the file. Chunks after a gap wait until
    the end of the journal is found, because until then the missing ones may still come.
    """

    def __init__(self, path: Path, master_key: bytes) -> None:
        self._path = path
        self._master_key = master_key
        #: Chunks read so far.
        self.chunks = 0
        #: Number of the last chunk read; NO_CHUNK if none was.
        self.last = NO_CHUNK
        #: Whether the call's `end` frame was read, and everything available before it.
        self.ended = False
        self.damage = Damage()
        #: Leftover bytes of a chunk whose writer was interrupted.
        self.torn_bytes = 0
        self._size = -1
        self._end_found = False
        #: The last chunk found in the file.
        self._before: ChunkHead | None = None
        self._greatest = -1
        self._epochs: set[int] = set()
        #: Chunks after a gap: their offsets by number, and a heap of their numbers.
        self._waiting: dict[int, int] = {}
        self._numbers: list[tuple[int, int]] = []

    @cached_property
    def _opened(self) -> OpenedHeader:
        opened = open_header(self._path, self._master_key)
        self.damage.header = opened.is_copy
        return opened

    @property
    def header(self) -> JournalHeader:
        """Raises JournalError, HeaderLostError."""
        return self._opened.header

    @property
    def data_key(self) -> bytes:
        """The key that seals the chunks. Raises JournalError, HeaderLostError."""
        return self._opened.data_key

    @cached_property
    def chain(self) -> bytes:
        """The chain's value after the last chunk read (32 bytes)."""
        return self.header.digest

    @cached_property
    def _scan(self) -> MarkedScan:
        # If the header is damaged, its end is unknown: find the chunks by their markers.
        start = 0 if self._opened.is_copy else len(self.header.raw)
        return MarkedScan(ChunkSeal(self.data_key, self.header.digest), start)

    @cached_property
    def _plain(self) -> PlainScan | None:
        """Scan for the version 1 chunks at the start of a version 1 journal."""
        if self.header.version > 1:
            return None
        return PlainScan(ChunkSeal1(self.data_key, self.header.digest), len(self.header.raw))

    @property
    def next_number(self) -> int:
        """A number that no chunk in the file has."""
        return max(self._greatest, self._scan.greatest) + 1

    @property
    def has_altered_end(self) -> bool:
        """Whether anything but the start of a next chunk follows the last chunk."""
        return self._scan.skipped > 0

    def has_news(self) -> bool:
        """Whether a poll might return something. Raises OSError."""
        return self._path.stat().st_size != self._size

    def poll(self) -> Iterator[Chunk]:
        """Chunks completed since the last poll. Raises JournalError for a header that cannot be used."""
        return self._read(until_end=False)

    def read_all(self) -> Iterator[Chunk]:
        """Like `poll`, but includes the chunks after a gap: for a journal that will not change."""
        return self._read(until_end=True)

    def _read(self, *, until_end: bool) -> Iterator[Chunk]:
        with self._path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._notice_cut(size)
            while True:
                yield from self._ready(file)
                found = self._next(file, size)
                if found is None:
                    break
                chunk = self._accept(found)
                if chunk is not None:
                    yield chunk
            if self._end_found or until_end:
                yield from self._ready(file, past_gaps=True)
            self._size = size
            if self._end_found:
                self.ended = True
                # Nothing may follow the end.
                self.damage.skipped_bytes += self._scan.skipped + size - self._scan.position
                self._scan.position, self._scan.skipped = size, 0

    def _notice_cut(self, size: int) -> None:
        if size < self._scan.position:
            self.damage.skipped_bytes += self._scan.position - size
            self._scan.position, self._scan.skipped = size, 0

    def _next(self, file: BinaryIO, size: int) -> Found | None:
        if self._plain is not None:
            found = self._plain.next(file, size)
            if found is not None:
                return found
            at = self._scan.position = self._plain.position
            if self._plain.is_cut(file, size) and not self._scan.sees_head(file, at - 1, size):
                return None
            # Anything after this was written by a recovery, or is damaged.
            self._plain = None
        return self._scan.next(file, size)

    def _accept(self, found: Found) -> Chunk | None:
        """The chunk if it is the next one; a chunk after a gap is put on the waiting list."""
        head = found.head
        self._judge_place(head)
        is_known_writer = head.epoch in self._epochs
        self._epochs.add(head.epoch)
        self._before = head
        if (is_known_writer and head.number <= _number(self.last)) or head.number in self._waiting:
            self.damage.repeated_chunks += 1
            return None
        self.damage.moved_chunks += head.number < self._greatest
        self._greatest = max(self._greatest, head.number)
        chunk = Chunk(number=head.number, epoch=head.epoch, plaintext=found.plaintext)
        self._end_found |= chunk.ends
        if _number(head.previous) <= _number(self.last):
            return self._passed(chunk, found)
        self._waiting[head.number] = found.offset
        heappush(self._numbers, (head.number, _number(head.previous)))
        return None

    def _judge_place(self, head: ChunkHead) -> None:
        """Decide whether the extra bytes before a chunk are damage or were left by an interrupted writer."""
        skipped, self._scan.skipped = self._scan.skipped, 0
        if not skipped:
            return
        before = self._before
        if before is None:
            is_left = head.previous == NO_CHUNK and head.number > 0
        else:
            # A failed write has used up a number. A writer that continues after a crash has its own epoch.
            is_next = head.epoch == before.epoch and head.number == before.number + 1
            is_left = head.previous == before.number and not is_next
        if is_left:
            self.torn_bytes += skipped
        else:
            self.damage.skipped_bytes += skipped

    def _ready(self, file: BinaryIO, *, past_gaps: bool = False) -> Iterator[Chunk]:
        """The waiting chunks with nothing missing before them; all of them when gaps are final."""
        while self._numbers:
            number, previous = self._numbers[0]
            is_gap = previous > _number(self.last)
            if is_gap and not past_gaps:
                return
            heappop(self._numbers)
            found = self._scan.at(file, self._waiting.pop(number))
            if found is None:
                continue
            self.damage.gaps += is_gap
            chunk = Chunk(
                number=number, epoch=found.head.epoch, plaintext=found.plaintext, follows_gap=is_gap
            )
            yield self._passed(chunk, found)

    def _passed(self, chunk: Chunk, found: Found) -> Chunk:
        self.chunks += 1
        self.last = max(chunk.number, _number(self.last))
        self.chain = hashlib.sha256(self.chain + found.raw).digest()
        return chunk


def _number(named: int) -> int:
    """The number for sorting: NO_CHUNK sorts before the first chunk."""
    return -1 if named == NO_CHUNK else named
