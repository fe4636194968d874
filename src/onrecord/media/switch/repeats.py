"""Reports of commands that moved nothing, such as a pause of what is paused already. Pure.

Each costs the web a row, and nothing bounds how often somebody presses. The first is told at once; those that
follow within `APART_S` are told as one, which says how many they are.
"""

import math

from onrecord.protocol.events import RecordingHeld, RecordingRefused

#: Seconds between two reports of the same deed of one user.
APART_S = 1.0

Vain = RecordingHeld | RecordingRefused


class Repeats:
    """Decides when to tell them. Mutable, one for each call."""

    def __init__(self) -> None:
        #: By deed: when it was told last, in seconds, and what was not told yet.
        self._told_at: dict[Vain, float] = {}
        self._waiting: dict[Vain, Vain] = {}

    def add(self, vain: Vain, now: float) -> list[Vain]:
        """It happened, at a moment in seconds; what is to be told now. Its generation makes no other deed."""
        deed = vain.model_copy(update={"generation": 0}) if isinstance(vain, RecordingHeld) else vain
        if before := self._waiting.get(deed):
            vain = vain.model_copy(update={"times": before.times + 1})
        self._waiting[deed] = vain
        return self.due(now)

    def due(self, now: float) -> list[Vain]:
        """What is to be told at a moment."""
        due = [deed for deed in self._waiting if now - self._told_at.get(deed, -math.inf) >= APART_S]
        self._told_at.update(dict.fromkeys(due, now))
        return [self._waiting.pop(deed) for deed in due]

    def rest(self) -> list[Vain]:
        """All that was not told yet."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting
