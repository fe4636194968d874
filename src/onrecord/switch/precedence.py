"""Which commands of a call still count. Pure.

Whatever makes a call stricter always counts. A request to record counts only while nothing has made the call
stricter since its sender last looked.
"""

from collections import OrderedDict

from onrecord.capture.gate import RefusedError

#: Presses remembered. A page sends one press twice within seconds, by HTTP and by its data channel.
REMEMBERED = 256


class StaleError(Exception):
    """A request to record that something stricter has overtaken."""


class Precedence:
    """Counts what has made a call stricter: its `generation`. Mutable, one for each call."""

    def __init__(self) -> None:
        self.generation = 0
        self._presses: OrderedDict[str, RefusedError | None] = OrderedDict()

    def tighten(self) -> None:
        """Something has made the call stricter: requests to record that were sent before it are void."""
        self.generation += 1

    def check(self, generation: int) -> None:
        """Whether a request to record counts whose sender knew this `generation`. Raises StaleError."""
        if generation != self.generation:
            raise StaleError(
                f"The request knows generation {generation}, but the call is at {self.generation}."
            )

    def is_repeated(self, press: str) -> bool:
        """Whether this press came before, by another way. Raises its refusal if it was refused then."""
        if press not in self._presses:
            return False
        if (refusal := self._presses[press]) is not None:
            raise refusal
        return True

    def remember(self, press: str, refusal: RefusedError | None = None) -> None:
        """The press has had its effect, or was refused."""
        self._presses[press] = refusal
        if len(self._presses) > REMEMBERED:
            self._presses.popitem(last=False)
