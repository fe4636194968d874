"""Where each media frame belongs in time: docs/reference/journal.md, "Placing frames in time".

Positions are samples at 8 kHz since answer. Pure, and independent of how the journal was cut into batches:
what `place` gives for one journal is the same whether it is called once or once per chunk.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from onrecord.g711 import RATE

#: A frame placed in time.
PLACED = np.dtype(
    [
        ("position", "<i8"),  # of its first sample
        ("order", "<i8"),  # its number among the journal's media frames
        ("at", "<i8"),  # where its payload begins on the caller's tape
        ("size", "<u2"),  # samples = bytes of payload
        ("party", "u1"),
        ("payload_type", "u1"),
    ]
)

_PER_MS = RATE // 1000
#: Frames of a new stream that decide its anchor.
_ANCHOR_FRAMES = 10
#: How long after its first frame a new stream's anchor is decided in any case, in ms.
_ANCHOR_WINDOW_MS = 1000
#: No frame stands further than this from its clock, in samples.
_JUMP = RATE

#: A frame not yet placed stands at most so many samples before the newest clock: a stream waits up to
#: `_ANCHOR_WINDOW_MS` for its anchor, and stands up to `_JUMP` before its clock.
HORIZON = _ANCHOR_WINDOW_MS * _PER_MS + _JUMP


class Placement:
    """Places the media frames of one journal, batch after batch."""

    def __init__(self) -> None:
        #: Greatest clock of any media frame so far, in ms.
        self.newest = 0
        #: Media frames per party, and those among them that repeated another.
        self.captured: Counter[int] = Counter()
        self.duplicates: Counter[int] = Counter()
        self._frames = 0
        #: By party << 32 | SSRC.
        self._streams: dict[int, _Stream] = {}

    def place(self, headers: NDArray[np.void], at: NDArray[np.int64]) -> NDArray[np.void]:
        """The frames whose place is now known, PLACED[m].

        `headers` is FRAME[n] in journal order, `at` int64[n] says where the payloads are. A frame of a stream
        whose anchor is not decided yet comes with a later call or with `finish`.
        """
        if not len(headers):
            return np.empty(0, PLACED)
        # The journal's order is the truth: should a clock step back, the frame came no earlier than the last.
        clocks = np.maximum.accumulate(headers["clock"].astype(np.int64)).clip(self.newest)
        frames = np.empty(len(headers), PLACED)
        frames["order"] = np.arange(self._frames, self._frames + len(headers))
        frames["at"] = at
        for field in ("size", "party", "payload_type"):
            frames[field] = headers[field]
        self._frames += len(headers)
        self.newest = int(clocks[-1])

        settled: list[NDArray[np.void]] = []
        names = headers["party"].astype(np.int64) << 32 | headers["ssrc"]
        for name in np.unique(names).tolist():
            chosen = np.flatnonzero(names == name)
            settled += self._advance(name, frames[chosen], headers[chosen], clocks[chosen])
        for stream in self._streams.values():
            if stream.anchor is None and self.newest > stream.opened + _ANCHOR_WINDOW_MS:
                settled += stream.settle()
        return np.concatenate(settled) if settled else np.empty(0, PLACED)

    def finish(self) -> NDArray[np.void]:
        """The frames still waiting for an anchor, PLACED[m]; the journal has ended."""
        settled = [frames for stream in self._streams.values() for frames in stream.settle()]
        return np.concatenate(settled) if settled else np.empty(0, PLACED)

    @property
    def oldest_waiting(self) -> int | None:
        """Least `at` of the frames that wait for an anchor."""
        return min(
            (int(frames["at"][0]) for stream in self._streams.values() for frames in stream.waiting),
            default=None,
        )

    def _advance(
        self, name: int, frames: NDArray[np.void], headers: NDArray[np.void], clocks: NDArray[np.int64]
    ) -> list[NDArray[np.void]]:
        """Hand the frames of one party and SSRC to its stream, or to its next ones after jumps."""
        party = name >> 32
        self.captured[party] += len(frames)
        settled: list[NDArray[np.void]] = []
        while len(frames):
            stream = self._streams.get(name)
            if stream is None:
                stream = self._streams[name] = _Stream(int(headers["timestamp"][0]), int(clocks[0]))
            taken, repeated = stream.take(frames, headers, clocks)
            self.duplicates[party] += repeated
            if taken < len(frames):
                del self._streams[name]  # the sender's clock jumped: what follows is another stream
                settled += stream.settle()
            elif stream.anchor is not None:
                settled += stream.settle()
            frames, headers, clocks = frames[taken:], headers[taken:], clocks[taken:]
        return settled


class _Stream:
    """Frames of one party and SSRC between two jumps of the sender's clock."""

    def __init__(self, timestamp: int, clock: int) -> None:
        #: Clock of the first frame, in ms.
        self.opened = clock
        #: Position of timestamp 0, in samples; None until decided.
        self.anchor: int | None = None
        #: PLACED arrays whose `position` is still an unwrapped timestamp.
        self.waiting: list[NDArray[np.void]] = []
        self._timestamp = timestamp
        self._gathered = 0
        self._least, self._greatest = 1 << 62, -1 << 62
        self._recent = np.empty(0, np.int64)

    def take(
        self, frames: NDArray[np.void], headers: NDArray[np.void], clocks: NDArray[np.int64]
    ) -> tuple[int, int]:
        """Take frames from the front; (how many belong to this stream, how many of them were repeated)."""
        previous = np.uint32(self._timestamp & 0xFFFFFFFF)
        steps = np.diff(headers["timestamp"], prepend=previous).view(np.int32)
        stamps = self._timestamp + np.cumsum(steps, dtype=np.int64)
        taken = self._fitting(clocks * _PER_MS - stamps, clocks)
        if not taken:
            return 0, 0
        self._timestamp = int(stamps[taken - 1])
        fresh = self._fresh(stamps[:taken], headers["sequence"][:taken])
        chosen = frames[:taken][fresh]
        chosen["position"] = stamps[:taken][fresh]
        self.waiting.append(chosen)
        return taken, taken - len(chosen)

    def settle(self) -> list[NDArray[np.void]]:
        """The waiting frames, placed. Decides the anchor by the frames there are if that is still open."""
        if self.anchor is None:
            self.anchor = self._least
        settled, self.waiting = self.waiting, []
        for frames in settled:
            frames["position"] += self.anchor
        return settled

    def _fitting(self, offsets: NDArray[np.int64], clocks: NDArray[np.int64]) -> int:
        """How many frames, from the front, leave all frames of the stream within `_JUMP` of their clocks."""
        early = 0
        if self.anchor is None:
            early = int(
                np.searchsorted(
                    clocks[: _ANCHOR_FRAMES - self._gathered], self.opened + _ANCHOR_WINDOW_MS, side="right"
                )
            )
            least = np.minimum.accumulate(offsets[:early]).clip(max=self._least)
            greatest = np.maximum.accumulate(offsets[:early]).clip(min=self._greatest)
            fitting = _leading(greatest - least <= _JUMP)
            if fitting:
                self._least, self._greatest = int(least[fitting - 1]), int(greatest[fitting - 1])
                self._gathered += fitting
            if fitting < early:
                return fitting
            if early == len(offsets) and self._gathered < _ANCHOR_FRAMES:
                return early
            self.anchor = self._least
        return early + _leading(np.abs(offsets[early:] - self.anchor) <= _JUMP)

    def _fresh(self, stamps: NDArray[np.int64], sequences: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Which frames repeat no earlier one: the same sequence number and timestamp."""
        keys = stamps << 16 | sequences
        if keys[0] > self._recent.max(initial=-1 << 62) and (np.diff(keys) > 0).all():
            fresh = np.ones(len(keys), np.bool_)
        else:
            known = np.concatenate((self._recent, keys))
            fresh = np.zeros(len(known), np.bool_)
            fresh[np.unique(known, return_index=True)[1]] = True
            fresh = fresh[len(self._recent) :]
        # A repetition that is older than this stands too far from its clock to belong to the stream.
        newest = max(int(stamps.max()), int(self._recent.max(initial=-1 << 62)) >> 16)
        known = np.concatenate((self._recent, keys[fresh]))
        self._recent = known[known >> 16 >= newest - 2 * _JUMP]
        return fresh


def _leading(fits: NDArray[np.bool_]) -> int:
    """How many elements at the front are true."""
    return len(fits) if fits.all() else int(np.argmin(fits))
