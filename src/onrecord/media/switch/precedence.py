"""Decides which commands of a call are still valid. Pure.

Anything that makes a call stricter is always valid. A request to record is valid only if nothing has made the
call stricter since its sender last saw the state.
"""

from collections import OrderedDict, defaultdict

from onrecord.media.capture.gate import CommandRefusedError

#: Presses remembered per user. A page sends each press twice within seconds: over HTTP and its data channel.
REMEMBERED = 64


class StaleError(Exception):
    """The call became stricter after the request to record was sent."""


class Precedence:
    """Counts what has made a call stricter: its `generation`. Mutable, one for each call."""

    def __init__(self) -> None:
        self.generation = 0
        # By actor, so that one user's presses cannot be taken for another's or push them out.
        self._presses: defaultdict[str, OrderedDict[str, CommandRefusedError | None]] = defaultdict(
            OrderedDict
        )

    def tighten(self) -> None:
        """Something has made the call stricter: earlier requests to record are void."""
        self.generation += 1

    def check(self, generation: int) -> None:
        """Check a request to record whose sender saw this `generation`. Raises StaleError."""
        if generation != self.generation:
            raise StaleError(
                f"The request names generation {generation}, but the call is at {self.generation}."
            )

    def is_repeated(self, actor: str, press: str) -> bool:
        """Whether the user's press has already arrived another way. Raises the refusal it got, if any."""
        if press not in self._presses[actor]:
            return False
        if (refusal := self._presses[actor][press]) is not None:
            # Otherwise the traceback would grow with every repetition.
            raise refusal.with_traceback(None)
        return True

    def remember(self, actor: str, press: str, refusal: CommandRefusedError | None = None) -> None:
        """The user's press was applied or refused."""
        presses = self._presses[actor]
        presses[press] = refusal
        if len(presses) > REMEMBERED:
            presses.popitem(last=False)
