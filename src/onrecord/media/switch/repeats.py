"""Reports of commands that moved nothing, such as a pause of what is paused already. Pure.

Each costs the web a row, and nothing bounds how often somebody presses. The first is told at once; those that
follow within `APART_S` are told as one, which says how many they are.
"""

import math
from dataclasses import dataclass
from typing import Any

#: Seconds between two reports of the same deed of one user.
APART_S = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    kind: str
    #: The event's, of the last time.
    data: dict[str, Any]
    times: int


class Repeats:
    """Decides when to tell them. Mutable, one for each call."""

    def __init__(self) -> None:
        #: By deed: when it was told last, in seconds, and what was not told yet.
        self._told_at: dict[frozenset[Any], float] = {}
        self._waiting: dict[frozenset[Any], Report] = {}

    def add(self, kind: str, data: dict[str, Any], now: float) -> list[Report]:
        """It happened, at a moment in seconds; what is to be told now. Its generation makes no other deed."""
        deed = frozenset({**data, "kind": kind, "generation": None}.items())
        before = self._waiting.get(deed)
        self._waiting[deed] = Report(kind=kind, data=data, times=before.times + 1 if before else 1)
        return self.due(now)

    def due(self, now: float) -> list[Report]:
        """What is to be told at a moment."""
        due = [deed for deed in self._waiting if now - self._told_at.get(deed, -math.inf) >= APART_S]
        self._told_at.update(dict.fromkeys(due, now))
        return [self._waiting.pop(deed) for deed in due]

    def rest(self) -> list[Report]:
        """All that was not told yet."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting
