"""The call clock: milliseconds since answer, on the monotonic clock."""

from collections.abc import Callable

NS_PER_MS = 1_000_000


class CallClock:
    """Starts at answer. There is no call time before that."""

    def __init__(self, monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        #: Monotonic time of the answer, in nanoseconds; None before answer.
        self.answered_ns: int | None = None

    def start(self) -> None:
        """Set the clock to 0 ms now."""
        self.answered_ns = self._monotonic_ns()

    @property
    def ms(self) -> int | None:
        """Whole milliseconds since answer; None before answer."""
        if self.answered_ns is None:
            return None
        return (self._monotonic_ns() - self.answered_ns) // NS_PER_MS
