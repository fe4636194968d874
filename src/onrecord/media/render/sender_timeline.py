"""Places one sender's frames in time: follows its clock, keeps its gaps, and never overlaps earlier frames.

A stream is cut into runs. A run has an anchor, the position of timestamp 0, which the least delayed packet
determines. Within a run the anchor follows the sender's clock, one packet at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE

#: A frame placed in time.
PLACED = np.dtype(
    [
        ("position", "<i8"),  # of its first sample
        ("order", "<i8"),  # its number among the journal's media frames
        ("at", "<i8"),  # offset of its payload on the caller's tape
        ("size", "<u2"),  # samples = bytes of payload
        ("party", "u1"),
        ("payload_type", "u1"),
    ]
)
#: Returns which frames are silence: PLACED[n] -> bool[n].
Quiet = Callable[[NDArray[np.void]], NDArray[np.bool_]]

PER_MS = RATE // 1000
#: No frame is placed further than this from its clock, in samples.
JUMP = RATE
#: How long after its first frame a run's anchor is decided, in ms.
ANCHOR_WINDOW_MS = 1000
#: A frame this long after the one before begins a new run, in ms; longer than any packet of speech.
_GAP_MS = 150
#: How long the sender's clock is watched before its anchor is moved again, in ms.
_DRIFT_WINDOW_MS = 5000
#: Drift at which the anchor follows the clock, in samples; during speech, twice as much.
_DRIFT = 160
#: A run keeps the previous run's anchor if its own is within this many samples of it.
NEAR = 2 * _DRIFT

_NEVER = -1 << 62


@dataclass(kw_only=True, slots=True)
class Taken:
    """What a stream did with some frames."""

    #: How many frames belong to the stream; the next one begins another.
    count: int = 0
    #: Of these, how many were duplicates, and how many were left out because the sender's clock is fast.
    repeated: int = 0
    surplus: int = 0
    #: PLACED arrays.
    settled: list[NDArray[np.void]] = field(default_factory=list)


class SenderTimeline:
    """Frames of one party and SSRC between two jumps of the sender's clock."""

    def __init__(self, header: np.void, clock: int, after: "SenderTimeline | None" = None) -> None:
        """`header` and `clock` (ms) are the first frame's; `after` is the timeline that jumped there."""
        #: PLACED arrays of a run without an anchor; their `position` is still an unwrapped timestamp.
        self.waiting: list[NDArray[np.void]] = []
        #: Position of stamp 0, in samples, and whether the run has yet to decide it.
        self._anchor = 0
        self._deciding = False
        #: Frames with earlier stamps arrived late and use `_before`, the previous anchor.
        self._since, self._before = _NEVER, 0
        #: Of the previous frame.
        self._stamp, self._clock = int(header["timestamp"]), clock
        self._sequence: int | None = None if after is None else after._sequence
        #: The greatest stamp of any frame, and the end of the last placed sample.
        self._greatest = _NEVER
        self._end: int = _NEVER if after is None else after._end
        self._begin_run(self._stamp, int(header["sequence"]), clock, kept=None)

    def take(
        self, frames: NDArray[np.void], headers: NDArray[np.void], clocks: NDArray[np.int64], quiet: Quiet
    ) -> Taken:
        """Take frames from the front as long as they belong to this stream."""
        previous = np.uint32(self._stamp & 0xFFFFFFFF)
        steps = np.diff(headers["timestamp"], prepend=previous).view(np.int32)
        batch = _Batch(
            frames=frames,
            sequences=headers["sequence"],
            stamps=self._stamp + np.cumsum(steps, dtype=np.int64),
            clocks=clocks,
        )
        begins = np.diff(clocks, prepend=self._clock) > _GAP_MS
        taken = Taken()
        for piece in batch.split(np.flatnonzero(begins)):
            if begins[taken.count]:
                taken.settled += self.settle()
                first = int(piece.stamps[0]), int(piece.sequences[0]), int(piece.clocks[0])
                self._begin_run(*first, kept=self._anchor)
            count = self._gather(piece, taken) if self._deciding else 0
            if not self._deciding:
                count += self._follow(piece.after(count), quiet, taken)
            if count:
                self._stamp, self._clock = int(piece.stamps[count - 1]), int(piece.clocks[count - 1])
                self._sequence = int(piece.sequences[count - 1])
            taken.count += count
            if count < len(piece):
                break
        return taken

    def settle(self, newest: int | None = None) -> list[NDArray[np.void]]:
        """Place the waiting frames: all of them, or with `newest` (clock, ms) only if their anchor is due."""
        if self._deciding:
            if newest is not None and newest <= self._opened + ANCHOR_WINDOW_MS:
                return []
            self._decide()
        settled, self.waiting = self.waiting, []
        for frames in settled:
            self._position(frames)
        return settled

    def _begin_run(self, stamp: int, sequence: int, clock: int, *, kept: int | None) -> None:
        """Begin a run with its first frame: unwrapped timestamp, sequence number, clock (ms), old anchor."""
        self._deciding, self._kept = True, kept
        if kept is not None:
            overtakes = stamp > self._greatest
            self._since, self._before = (self._greatest + 1 if overtakes else _NEVER), kept
        self._opened, self._first = clock, stamp
        self._least, self._most = -_NEVER, _NEVER
        self._recent = np.empty(0, np.int64)
        self._follows = self._sequence is not None and sequence == (self._sequence + 1) % 65536

    def _decide(self) -> None:
        """Set the run's anchor: that of its least delayed packet, or the previous one if close enough."""
        level = self._least
        near = self._kept is not None and abs(level - self._kept) <= NEAR
        self._anchor = self._before if near else level
        if self._follows:
            # Do not overlap the packet before, but do not let a flood push frames ahead without limit.
            self._anchor = max(self._anchor, min(self._end - self._first, level + JUMP))
        self._watched, self._due, self._deciding = self._opened, 0, False

    def _gather(self, piece: "_Batch", taken: Taken) -> int:
        """Collect the frames that determine the run's anchor, and set it once all have arrived."""
        early = piece.before(
            int(np.searchsorted(piece.clocks, self._opened + ANCHOR_WINDOW_MS, side="right"))
        )
        offsets, overtaken = early.offsets, early.stamps < self._since
        least = np.minimum.accumulate(np.where(overtaken, -_NEVER, offsets)).clip(max=self._least)
        most = np.maximum.accumulate(np.where(overtaken, _NEVER, offsets)).clip(min=self._most)
        fits = np.where(overtaken, np.abs(offsets - self._before) <= JUMP, most - least <= JUMP)
        count = _leading(fits)
        if count:
            self._least, self._most = int(least[count - 1]), int(most[count - 1])
            self._greatest = max(self._greatest, int(early.stamps[:count].max()))
            self.waiting.append(self._fresh(early.before(count), taken))
        if count == len(early) < len(piece):
            taken.settled += self.settle()
        return count

    def _follow(self, piece: "_Batch", quiet: Quiet, taken: Taken) -> int:
        """Place frames of a run that has an anchor, moving the anchor as the sender's clock drifts."""
        done = 0
        while done < len(piece):
            rest = piece.after(done)
            if rest.clocks[0] > self._watched + _DRIFT_WINDOW_MS:
                self._end_watch(int(rest.clocks[0]))
            watched = int(np.searchsorted(rest.clocks, self._watched + _DRIFT_WINDOW_MS, side="right"))
            part = rest.before(watched)
            move = self._movable(part, quiet) if self._due else None
            before = part if move is None else part.before(move)
            count = self._place(before, taken)
            done += count
            if count < len(before):
                break
            if move is not None:
                done += self._move(part.after(move).before(1), taken)
        return done

    def _end_watch(self, clock: int) -> None:
        """The watch period is over: measure how far the anchor is from the sender's clock."""
        drift = self._least - self._anchor
        self._due = drift if abs(drift) >= _DRIFT else 0
        self._watched, self._least = clock, -_NEVER

    def _movable(self, part: "_Batch", quiet: Quiet) -> int | None:
        """The first frame at which the anchor may move: a silent one, unless the drift is large."""
        sizes, due = part.frames["size"].astype(np.int64), abs(self._due)
        earlier = np.maximum.accumulate(np.concatenate(([self._greatest], part.stamps)))[:-1]
        fits = (sizes <= due) & (part.stamps > earlier) & self._fits(part)
        urgent = due >= 2 * np.maximum(sizes, _DRIFT)
        chosen = np.flatnonzero(fits)
        chosen = chosen[urgent[chosen] | quiet(part.frames[chosen])]
        return int(chosen[0]) if len(chosen) else None

    def _move(self, frame: "_Batch", taken: Taken) -> int:
        """Move the anchor by the size of `frame`: drop the frame, or insert as much silence before it.

        Returns how many frames that used up.
        """
        size, stamp = int(frame.frames["size"][0]), int(frame.stamps[0])
        self._before = self._anchor
        if self._due > 0:
            self._since, self._anchor, self._due = stamp, self._before + size, 0
            return 0
        self._since, self._anchor, self._due = stamp + 1, self._before - size, 0
        self._greatest = stamp
        self._least = min(self._least, int(frame.offsets[0]))
        taken.surplus += len(self._fresh(frame, taken))
        return 1

    def _place(self, part: "_Batch", taken: Taken) -> int:
        count = _leading(self._fits(part))
        if count:
            part = part.before(count)
            self._least = min(self._least, int(part.offsets.min()))
            self._greatest = max(self._greatest, int(part.stamps.max()))
            placed = self._fresh(part, taken)
            self._position(placed)
            taken.settled.append(placed)
        return count

    def _fits(self, part: "_Batch") -> NDArray[np.bool_]:
        """Which frames are close enough to their clocks."""
        fits: NDArray[np.bool_] = np.abs(part.offsets - self._anchors(part.stamps)) <= JUMP
        return fits

    def _anchors(self, stamps: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(stamps < self._since, self._before, self._anchor)

    def _position(self, frames: NDArray[np.void]) -> None:
        """Turn unwrapped timestamps into positions."""
        frames["position"] += self._anchors(frames["position"])
        if len(frames):
            self._end = max(self._end, int((frames["position"] + frames["size"]).max()))

    def _fresh(self, part: "_Batch", taken: Taken) -> NDArray[np.void]:
        """The frames that are not duplicates in the run (same sequence number, same timestamp)."""
        stamps, keys = part.stamps, part.stamps << 16 | part.sequences
        if keys[0] > self._recent.max(initial=_NEVER) and (np.diff(keys) > 0).all():
            fresh = np.ones(len(keys), np.bool_)
        else:
            known = np.concatenate((self._recent, keys))
            fresh = np.zeros(len(known), np.bool_)
            fresh[np.unique(known, return_index=True)[1]] = True
            fresh = fresh[len(self._recent) :]
        # A duplicate older than this is too far from its clock to belong to the run.
        newest = max(int(stamps.max()), int(self._recent.max(initial=_NEVER)) >> 16)
        known = np.concatenate((self._recent, keys[fresh]))
        self._recent = known[known >> 16 >= newest - 3 * JUMP]
        taken.repeated += len(fresh) - int(np.count_nonzero(fresh))
        chosen = part.frames[fresh]
        chosen["position"] = stamps[fresh]
        return chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """Consecutive frames of one stream, as arrays of equal length."""

    frames: NDArray[np.void]
    sequences: NDArray[np.uint16]
    #: Unwrapped timestamps.
    stamps: NDArray[np.int64]
    #: ms.
    clocks: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def offsets(self) -> NDArray[np.int64]:
        """For each frame, the position of stamp 0 if the frame had no delay."""
        return self.clocks * PER_MS - self.stamps

    def before(self, end: int) -> "_Batch":
        return self._sliced(slice(end))

    def after(self, start: int) -> "_Batch":
        return self._sliced(slice(start, None))

    def split(self, at: NDArray[np.intp]) -> Iterator["_Batch"]:
        """The pieces that begin at the first frame and at each of `at`."""
        starts = [0, *(each for each in at.tolist() if each)]
        for start, end in zip(starts, [*starts[1:], len(self)], strict=True):
            yield self._sliced(slice(start, end))

    def _sliced(self, part: slice) -> "_Batch":
        return _Batch(
            frames=self.frames[part],
            sequences=self.sequences[part],
            stamps=self.stamps[part],
            clocks=self.clocks[part],
        )


def _leading(fits: NDArray[np.bool_]) -> int:
    """How many elements at the front are true."""
    return len(fits) if fits.all() else int(np.argmin(fits))
