"""Merges reports of commands that changed nothing, such as a pause while already paused. Pure.

Each costs the web a row, and nothing limits how often somebody presses. The first is reported at once; those
that follow within `APART_S` are reported as one, with their number.
"""

import math

from onrecord.protocol.events import RecordingHeld, RecordingRefused

#: Seconds between two reports of the same command of one user.
APART_S = 1.0

Vain = RecordingHeld | RecordingRefused


class Repeats:
    """Decides when to report them. Mutable, one for each call."""

    def __init__(self) -> None:
        #: By command: when it was last reported, in seconds, and what is not yet reported.
        self._told_at: dict[Vain, float] = {}
        self._waiting: dict[Vain, Vain] = {}

    def add(self, vain: Vain, now: float) -> list[Vain]:
        """Add a report at `now` (s). Returns those due now. A different generation is the same command."""
        deed = vain.model_copy(update={"generation": 0}) if isinstance(vain, RecordingHeld) else vain
        if before := self._waiting.get(deed):
            vain = vain.model_copy(update={"times": before.times + 1})
        self._waiting[deed] = vain
        return self.due(now)

    def due(self, now: float) -> list[Vain]:
        """What is to be reported now."""
        due = [deed for deed in self._waiting if now - self._told_at.get(deed, -math.inf) >= APART_S]
        self._told_at.update(dict.fromkeys(due, now))
        return [self._waiting.pop(deed) for deed in due]

    def rest(self) -> list[Vain]:
        """Everything not yet reported."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting
