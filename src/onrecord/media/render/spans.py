"""When who was captured, by the journal's control frames alone. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from onrecord.media.capture.journal import ControlFrame
from onrecord.media.render.gating import Gating


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of call time in which a given set of parties was captured."""

    #: Milliseconds since answer.
    start_ms: int
    end_ms: int
    #: Numbers of the parties, ascending.
    parties: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """As it stands in manifests and events."""
        return {"start_ms": self.start_ms, "end_ms": self.end_ms, "parties": list(self.parties)}


def spans(controls: Iterable[ControlFrame], *, until_ms: int) -> list[Span]:
    """The spans that the control frames, in journal order, describe.

    `until_ms` closes the last one when the journal has no `end`.
    """
    found: list[Span] = []
    gating = Gating()
    since, captured = 0, gating.captured

    def close(now: int) -> None:
        if captured and now > since:
            found.append(Span(start_ms=since, end_ms=now, parties=tuple(sorted(captured))))

    for control in controls:
        gating.follow(control)
        if gating.captured != captured:
            close(control.clock)
            since, captured = control.clock, gating.captured
    close(max(until_ms, since))
    return found
