"""Places each media frame in time (docs/reference/journal.md, "Placing frames in time").

Positions are samples at 8 kHz since answer. Pure, and independent of how the journal is cut into batches: the
result is the same whether `place` is called once or once per chunk.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from onrecord.media.render.sender_timeline import (
    ANCHOR_WINDOW_MS,
    JUMP,
    NEAR,
    PER_MS,
    PLACED,
    Quiet,
    SenderTimeline,
)

#: How many samples before the newest clock a frame can still be placed: a run waits up to `ANCHOR_WINDOW_MS`
#: for its anchor, a frame may be up to `JUMP` before its clock, and another `NEAR` if the previous anchor is
#: kept.
HORIZON = ANCHOR_WINDOW_MS * PER_MS + JUMP + NEAR


class Placement:
    """Places the media frames of one journal, batch after batch."""

    def __init__(self) -> None:
        #: The greatest clock of any media frame so far, in ms.
        self.newest = 0
        #: Media frames per party: all, duplicates, and those left out because the sender's clock is fast.
        self.captured: Counter[int] = Counter()
        self.duplicates: Counter[int] = Counter()
        self.surplus: Counter[int] = Counter()
        self._frames = 0
        #: By party << 32 | SSRC.
        self._timelines: dict[int, SenderTimeline] = {}

    def place(self, headers: NDArray[np.void], at: NDArray[np.int64], quiet: Quiet) -> NDArray[np.void]:
        """The frames whose place is now known, PLACED[m].

        `headers` is FRAME[n] in journal order; `at`, int64[n], has the offsets of the payloads; `quiet` maps
        PLACED[k] to bool[k], whether each is silence. A frame whose run has no anchor yet is returned by a
        later call or by `finish`.
        """
        if not len(headers):
            return np.empty(0, PLACED)
        # The journal's order is authoritative: if a clock steps back, the frame still came after the last
        # one.
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
            settled += self._advance(name, frames[chosen], headers[chosen], clocks[chosen], quiet)
        for timeline in self._timelines.values():
            settled += timeline.settle(self.newest)
        return np.concatenate(settled) if settled else np.empty(0, PLACED)

    def finish(self) -> NDArray[np.void]:
        """The frames still waiting for an anchor, PLACED[m]; the journal has ended."""
        settled = [frames for timeline in self._timelines.values() for frames in timeline.settle()]
        return np.concatenate(settled) if settled else np.empty(0, PLACED)

    @property
    def oldest_waiting(self) -> int | None:
        """The lowest `at` of the frames waiting for an anchor; None if there are none."""
        return min(
            (int(frames["at"][0]) for timeline in self._timelines.values() for frames in timeline.waiting),
            default=None,
        )

    def _advance(
        self,
        name: int,
        frames: NDArray[np.void],
        headers: NDArray[np.void],
        clocks: NDArray[np.int64],
        quiet: Quiet,
    ) -> list[NDArray[np.void]]:
        """Hand the frames of one party and SSRC to its timeline, or to its next ones after jumps."""
        party = name >> 32
        self.captured[party] += len(frames)
        settled: list[NDArray[np.void]] = []
        while len(frames):
            timeline = self._timelines.get(name)
            if timeline is None:
                timeline = self._timelines[name] = SenderTimeline(headers[0], int(clocks[0]))
            taken = timeline.take(frames, headers, clocks, quiet)
            self.duplicates[party] += taken.repeated
            self.surplus[party] += taken.surplus
            settled += taken.settled
            frames, headers, clocks = frames[taken.count :], headers[taken.count :], clocks[taken.count :]
            if len(frames):  # the sender's clock jumped: the rest is another timeline
                settled += timeline.settle()
                self._timelines[name] = SenderTimeline(headers[0], int(clocks[0]), after=timeline)
        return settled
