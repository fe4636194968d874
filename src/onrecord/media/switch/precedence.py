"""Which commands of a call still count. Pure.

Whatever makes a call stricter always counts. A request to record counts only while nothing has made the call
stricter since its sender last looked.
"""

from collections import OrderedDict, defaultdict

from onrecord.media.capture.gate import CommandRefusedError

#: Presses remembered of each user. A page sends one press twice within seconds: by HTTP, by its data channel.
REMEMBERED = 64


class StaleError(Exception):
    """A request to record that something stricter has overtaken."""


class Precedence:
    """Counts what has made a call stricter: its `generation`. Mutable, one for each call."""

    def __init__(self) -> None:
        self.generation = 0
        # By actor: nobody's presses stand for another's, or make them forgotten.
        self._presses: defaultdict[str, OrderedDict[str, CommandRefusedError | None]] = defaultdict(
            OrderedDict
        )

    def tighten(self) -> None:
        """Something has made the call stricter: requests to record that were sent before it are void."""
        self.generation += 1

    def check(self, generation: int) -> None:
        """Whether a request to record counts whose sender knew this `generation`. Raises StaleError."""
        if generation != self.generation:
            raise StaleError(
                f"The request names generation {generation}, but the call is at {self.generation}."
            )

    def is_repeated(self, actor: str, press: str) -> bool:
        """Whether the user's press came before, by another way. Raises the refusal that it met then."""
        if press not in self._presses[actor]:
            return False
        if (refusal := self._presses[actor][press]) is not None:
            # Else its traceback would keep all that was ever done for this press.
            raise refusal.with_traceback(None)
        return True

    def remember(self, actor: str, press: str, refusal: CommandRefusedError | None = None) -> None:
        """The user's press has had its effect, or was refused."""
        presses = self._presses[actor]
        presses[press] = refusal
        if len(presses) > REMEMBERED:
            presses.popitem(last=False)
