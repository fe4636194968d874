"""The call clock: milliseconds since answer, by a clock that never jumps."""

from collections.abc import Callable

NS_PER_MS = 1_000_000


class CallClock:
    """Starts at answer. Before it there is no call time."""

    def __init__(self, monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        #: Monotonic nanoseconds of the answer; None before it.
        self.answered_ns: int | None = None

    def start(self) -> None:
        """Make this moment 0 ms."""
        self.answered_ns = self._monotonic_ns()

    @property
    def ms(self) -> int | None:
        """Whole milliseconds since answer; None before it."""
        if self.answered_ns is None:
            return None
        return (self._monotonic_ns() - self.answered_ns) // NS_PER_MS
