"""Who was captured when, from the journal's control frames alone. Pure."""

from collections.abc import Iterable

from onrecord.media.capture.journal import ControlFrame
from onrecord.media.render.gating import Gating
from onrecord.protocol.events import Span


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
