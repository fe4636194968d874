"""One timer for the media of all calls: 20 ms steps on the monotonic clock, which do not drift."""

import asyncio
from collections.abc import Callable

from onrecord.audio.rtp import FRAME_MS

#: After a pause longer than this, missed steps are skipped: a second of old sound at once helps nobody.
MAX_CATCH_UP = 25


def steps_due(elapsed_s: float, done: int) -> range:
    """The numbers (from 1) of the steps due now, given the time since the start. Pure.

    At least one: asyncio fires a timer up to its clock's resolution early.
    """
    last = max(int(elapsed_s * 1000 / FRAME_MS), done + 1)
    return range(max(done, last - MAX_CATCH_UP) + 1, last + 1)


class Ticker:
    """Calls `step` every 20 ms while running. A late step does not delay others; missed ones are made up."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step
        self._timer: asyncio.TimerHandle | None = None
        self._start = 0.0
        self._done = 0

    @property
    def running(self) -> bool:
        return self._timer is not None

    def start(self) -> None:
        """Start, with the first step after 20 ms. Does nothing if it is running."""
        if self._timer is None:
            self._start = asyncio.get_running_loop().time()
            self._done = 0
            self._schedule()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        due = self._start + (self._done + 1) * FRAME_MS / 1000
        self._timer = asyncio.get_running_loop().call_at(due, self._fire)

    def _fire(self) -> None:
        elapsed = asyncio.get_running_loop().time() - self._start
        try:
            for number in steps_due(elapsed, self._done):
                self._done = number
                self._step()
                if self._timer is None:
                    return
        finally:
            # Even if a step raised, because all calls depend on the next one.
            if self._timer is not None:
                self._schedule()
