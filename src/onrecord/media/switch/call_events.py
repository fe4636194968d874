"""The events of a call, in order."""

import time
from collections.abc import Callable, Iterable

from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.switch.repeats import Repeats, Vain
from onrecord.protocol.events import SwitchEvent

#: Takes the call clock (ms, None before answer) and the event.
ReportEvent = Callable[[int | None, SwitchEvent], None]


class CallEvents:
    """Emits the events of one call, dated by its clock."""

    def __init__(self, capture: CallCapture, report: ReportEvent) -> None:
        self._capture = capture
        self._report = report
        self._repeats = Repeats()

    def emit(self, event: SwitchEvent) -> None:
        self.emit_at(self._capture.clock_ms, event)

    def emit_at(self, clock_ms: int | None, event: SwitchEvent) -> None:
        self._report(clock_ms, event)

    def emit_move(self, event: SwitchEvent) -> None:
        """The recording changed. Commands that changed nothing before it are emitted first."""
        self.emit_rest()
        self.emit(event)

    def emit_vain(self, event: Vain) -> None:
        """A command changed nothing. Repetitions are emitted as one event."""
        self._emit_all(self._repeats.add(event, time.monotonic()))

    def emit_due(self) -> None:
        """Every 20 ms: emit the repetitions that are due."""
        self._emit_all(self._repeats.due(time.monotonic()))

    def emit_rest(self) -> None:
        """Emit all remaining repetitions."""
        self._emit_all(self._repeats.rest())

    def _emit_all(self, events: Iterable[SwitchEvent]) -> None:
        for event in events:
            self.emit(event)
