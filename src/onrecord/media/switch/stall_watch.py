"""Reports at once when the disk stops accepting writes of a call, and when it accepts them again."""

from collections.abc import Callable, Iterable
from typing import Any

from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.loss import Loss
from onrecord.media.switch.call_events import CallEvents
from onrecord.protocol.events import CaptureResumed, CaptureStalled, ReportedLoss
from onrecord.protocol.recording_state import LossCause


class StallWatch:
    """For one call."""

    def __init__(
        self, capture: CallCapture, events: CallEvents, send_to_all: Callable[[dict[str, Any]], None]
    ) -> None:
        """`send_to_all` sends a message to every browser in the call."""
        self._capture = capture
        self._events = events
        self._send_to_all = send_to_all
        #: Why nothing is being stored, as it was reported; None if it is.
        self._cause: LossCause | None = None
        self._losses_reported = 0

    @property
    def message(self) -> dict[str, Any] | None:
        """What a browser that connects now must know; None if everything is being stored."""
        return None if self._cause is None else {"stalled": self._cause}

    def step(self) -> None:
        """Every 20 ms. Also over the control channel: events wait on a disk, which may be the same one."""
        fault, told = self._capture.fault, self._capture.losses_told
        news = told[self._losses_reported :]
        if self._cause is None and (cause := fault or next((loss.cause for loss in news), None)):
            self._cause = cause
            self._send_to_all({"stalled": cause})
            self._events.emit(CaptureStalled(cause=cause))
        if self._cause is not None and fault is None:
            self._cause, self._losses_reported = None, len(told)
            self._send_to_all({"stalled": None})
            self._events.emit(CaptureResumed(lost=reported(news)))


def reported(losses: Iterable[Loss]) -> list[ReportedLoss]:
    """Losses as they appear in events."""
    return [
        ReportedLoss(cause=loss.cause, start_ms=loss.start_ms, until_ms=loss.until_ms, frames=loss.count)
        for loss in losses
    ]
