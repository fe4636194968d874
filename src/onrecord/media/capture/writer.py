"""Writes journals to disk: one thread seals and writes, another syncs once a second.

The media loop only hands over plaintext. Nothing here can make it wait.
"""

import ctypes
import fcntl
import logging
import os
import queue
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from onrecord.media.capture.header import OpenedHeader, copy_of, new_header
from onrecord.media.capture.loss import Loss, Losses, cause_of, lost_with
from onrecord.media.capture.sealing import NO_CHUNK, ChunkSeal
from onrecord.protocol.recording_state import LossCause

log = logging.getLogger(__name__)

_libc = ctypes.CDLL(None, use_errno=True)

SYNC_SECONDS = 1.0


class JournalFile:
    """One journal, open for appending and locked, so that no other process takes it for abandoned.

    Once created, it belongs to the writer thread, except `losses`, which any thread may read.
    """

    def __init__(
        self, path: Path, descriptor: int, opened: OpenedHeader, *, number: int, previous: int
    ) -> None:
        """Write chunks from `number` on, which must not be in the file; `previous` is the chunk before."""
        self.path = path
        self.losses = Losses()
        self._descriptor = descriptor
        self._seal = ChunkSeal(opened.data_key, opened.header.digest)
        # Makes nonces unique across processes. Within this one, numbers are unique, because even a failed
        # write uses one up.
        self._epoch = secrets.randbits(64)
        self._number = number
        self._previous = previous
        # Control frames of a failed write, kept for the next chunk.
        self._owed = b""

    @classmethod
    def create(cls, path: Path, call_id: str, master_key: bytes) -> "JournalFile":
        """Create a journal: the file appears complete, then the header's copy. FileExistsError, OSError."""
        opened = new_header(call_id, datetime.now(UTC), master_key)
        descriptor = _create(path, opened.header.raw)
        try:
            copy = copy_of(path)
            copy.unlink(missing_ok=True)
            os.close(_create(copy, opened.header.raw))
        except OSError:
            # The copy is only needed if the header is damaged, so a call does not fail without it.
            log.exception("%s: the header has no copy", path)
        return cls(path, descriptor, opened, number=0, previous=NO_CHUNK)

    def append(self, plaintext: bytes, *, controls: bytes = b"", lost: tuple[Loss, ...] = ()) -> None:
        """Seal and write one chunk. If that fails, its control frames wait for the next chunk.

        `controls`: the control frames in `plaintext`. `lost`: what was lost before it came here. Raises
        OSError.
        """
        self.losses = self.losses.owing(lost)
        owed = b"".join(loss.control_frame() for loss in self.losses.owed) + self._owed
        if not owed and not plaintext:
            return
        number, self._number = self._number, self._number + 1
        chunk = self._seal.seal(owed + plaintext, epoch=self._epoch, number=number, previous=self._previous)
        try:
            _write_whole(self._descriptor, chunk)
        except OSError as error:
            cause = cause_of(error)
            self._owed += controls
            self.losses = self.losses.owing(lost_with(plaintext, cause)).failed(cause)
            raise
        self._previous = number
        self._owed, self.losses = b"", self.losses.written()

    def close(self) -> None:
        os.close(self._descriptor)


def lock(path: Path) -> int:
    """Open a journal for appending and lock it. Returns the file descriptor.

    Raises BlockingIOError when another process is writing it, OSError.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _create(path: Path, content: bytes) -> int:
    """Create a file that appears complete, locked and open for appending. Raises FileExistsError, OSError."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _write_whole(descriptor, content)
        os.link(draft, path)
    except OSError:
        os.close(descriptor)
        raise
    finally:
        draft.unlink()
    return descriptor


def _write_whole(descriptor: int, data: bytes) -> None:
    """Append all of `data`, or raise OSError."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        # The partial chunk is useless, and a full disk needs the space. Readers would skip it anyway.
        with suppress(OSError):
            os.ftruncate(descriptor, os.fstat(descriptor).st_size - (len(data) - len(view)))
        raise


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """Frames of one call on their way to its journal."""

    file: JournalFile
    plaintext: bytes
    #: The control frames in `plaintext`, kept if the write fails.
    controls: bytes
    #: Number of media frames in `plaintext`.
    frames: int
    #: What was dropped before these because the queue was full.
    lost: tuple[Loss, ...]
    #: Nothing follows: close the file.
    last: bool


class Writer:
    """Writes what one media loop hands over. Only that loop's thread may call `put`, which never waits."""

    def __init__(self, folder: Path, capacity: int) -> None:
        """`capacity`: how many bytes of plaintext may wait for the disk."""
        self._folder = folder
        self._capacity = capacity
        self._queue: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        # Each counter is written by one thread, so their difference needs no lock.
        self._offered = 0
        self._written = 0
        #: Media frames lost because a write failed, over all calls.
        self.drops = 0
        #: Media frames dropped before they were handed over, because of `full`, over all calls.
        self.queue_drops = 0
        #: Why the last sync failed; None if it succeeded.
        self.sync_fault: LossCause | None = None
        # Journals whose last frames are not yet written.
        self._unended: list[JournalFile] = []
        self._unsynced = threading.Event()
        self._stopped = threading.Event()
        self._running = True
        self._threads = [
            threading.Thread(target=self._write_loop, name="journal-writer", daemon=True),
            threading.Thread(target=self._sync_loop, name="journal-sync", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def full(self) -> bool:
        """Whether media must be dropped until the disk has caught up."""
        return self._offered - self._written >= self._capacity

    def put(self, handovers: list[Handover]) -> None:
        """Hand over frames. Control frames are always accepted; check `full` before adding media."""
        self._offered += sum(len(each.plaintext) for each in handovers)
        self._queue.put(lambda: self._write_all(handovers))

    def call(self, work: Callable[[], object]) -> None:
        """Run `work` on the writer thread, after everything handed over earlier."""
        self._queue.put(work)

    def drain(self) -> None:
        """Wait until everything handed over is in the files. Do not call it from the media loop."""
        done = threading.Event()
        self.call(done.set)
        done.wait()

    def close(self) -> None:
        """Write and sync everything, then stop both threads."""
        self.call(self._stop)
        self._threads[0].join()
        self._stopped.set()
        self._threads[1].join()

    def _stop(self) -> None:
        self._end_files()
        for file in self._unended:
            log.error("%s: the disk did not accept its last frames; the next start will end it", file.path)
            file.close()
        self._running = False

    def _write_loop(self) -> None:
        while self._running:
            self._queue.get()()

    def _write_all(self, handovers: list[Handover]) -> None:
        for each in handovers:
            try:
                each.file.append(each.plaintext, controls=each.controls, lost=each.lost)
            except OSError:
                self.drops += each.frames
                log.exception("%s: %d media frames lost", each.file.path, each.frames)
            if each.last:
                self._unended.append(each.file)
            self._written += len(each.plaintext)
        self._end_files()
        self._unsynced.set()

    def _end_files(self) -> None:
        """Close files whose end is written. On a full disk that may be later; they stay locked until then."""
        for file in self._unended[:]:
            with suppress(OSError):
                file.append(b"")
                file.close()
                self._unended.remove(file)

    def _sync_loop(self) -> None:
        while not self._stopped.wait(SYNC_SECONDS):
            if self._unended:
                self.call(self._end_files)
            self._sync()
        self._sync()

    def _sync(self) -> None:
        if not self._unsynced.is_set():
            return
        self._unsynced.clear()
        try:
            sync_filesystem(self._folder)
        except OSError as error:
            self.sync_fault = cause_of(error)
            log.exception("%s: sync failed", self._folder)
        else:
            self.sync_fault = None


def sync_filesystem(folder: Path) -> None:
    """Flush all journals and their directory entries to disk: syncfs(2) on their folder. Raises OSError.

    Measured with 1,000 open journals, an fdatasync(2) for each cost a fifth of all CPU time of capture.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if _libc.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)
