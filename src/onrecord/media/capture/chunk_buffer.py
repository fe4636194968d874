"""Collects frames of one call until they become a chunk of its journal."""

from collections.abc import Callable

from onrecord.media.capture.loss import Loss, count, joined, lost_with
from onrecord.media.capture.writer import Handover, JournalFile, Writer
from onrecord.protocol.recording_state import LossCause

#: Age at which a chunk is handed over. With an intake's buffering, a tick every 100 ms and the write itself,
#: everything is in the file within a second.
CHUNK_NS = 700_000_000
#: No chunk covers more than a second, even if ticks come late.
MAX_CHUNK_NS = 1_000_000_000
#: Size at which a chunk is handed over early.
MAX_CHUNK_BYTES = 256 << 10


class ChunkBuffer:
    """Hands frames over to the writer. While the disk is too slow, media is dropped and counted."""

    def __init__(self, file: JournalFile, writer: Writer, state_frame: Callable[[], bytes]) -> None:
        """`state_frame` returns the first frame of every chunk, for readers that lack earlier chunks."""
        #: Whether any media frame was added.
        self.has_media = False
        self._file = file
        self._writer = writer
        self._state_frame = state_frame
        self._parts: list[bytes | memoryview] = []
        self._size = 0
        self._controls = b""
        self._media_frames = 0
        self._oldest_ns = 0
        self._queue_drops = 0
        self._lost: tuple[Loss, ...] = ()

    @property
    def untold_drops(self) -> int:
        """Media frames dropped here that are not yet in the journal's losses."""
        if not self._queue_drops:
            return 0
        return self._queue_drops - count(self._file.losses.all, LossCause.DISK_SLOW)

    def add_media(self, frames: bytes | memoryview, count: int, now_ns: int) -> None:
        """Add media frames, at most MAX_CHUNK_BYTES at once."""
        self._add(frames, now_ns)
        self._media_frames += count
        self.has_media = True

    def add_control(self, frame: bytes, now_ns: int) -> None:
        self._add(frame, now_ns)
        self._controls += frame

    def take_due(self, now_ns: int) -> Handover | None:
        """The chunk that is due, if any."""
        return self.take() if self._parts and now_ns - self._oldest_ns >= CHUNK_NS else None

    def take(self) -> Handover | None:
        """All waiting frames, if any."""
        self._drop_when_full()
        return self._hand_over(last=False) if self._parts else None

    def finish(self) -> Handover:
        """Like `take`, for the last time: the file is closed afterward."""
        self._drop_when_full()
        return self._hand_over(last=True)

    def _add(self, frames: bytes | memoryview, now_ns: int) -> None:
        """Keep frames for the next chunk, after handing over one that covers a second or MAX_CHUNK_BYTES."""
        full = now_ns - self._oldest_ns >= MAX_CHUNK_NS or self._size >= MAX_CHUNK_BYTES
        if self._parts and full and (handover := self.take()):
            self._writer.put([handover])
        if not self._parts:
            self._oldest_ns = now_ns
            state = self._state_frame()
            self._parts.append(state)
            self._size += len(state)
        self._parts.append(frames)
        self._size += len(frames)

    def _drop_when_full(self) -> None:
        if self._media_frames and self._writer.full:
            self._lost = joined((*self._lost, *lost_with(b"".join(self._parts), LossCause.DISK_SLOW)))
            self._queue_drops += self._media_frames
            self._writer.queue_drops += self._media_frames
            self._parts = [self._controls] if self._controls else []
            self._size, self._media_frames = len(self._controls), 0

    def _hand_over(self, *, last: bool) -> Handover:
        handover = Handover(
            file=self._file,
            plaintext=b"".join(self._parts),
            controls=self._controls,
            frames=self._media_frames,
            lost=self._lost,
            last=last,
        )
        self._parts, self._controls = [], b""
        self._size = self._media_frames = 0
        self._lost = ()
        return handover
