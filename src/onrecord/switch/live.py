"""A call while it lives: one browser leg, one far leg, and capture in between."""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from onrecord.capture.gate import RecordingState, Side
from onrecord.capture.recorder import CallCapture, RefusedError
from onrecord.policy.mode import Mode
from onrecord.switch.calls import CallState, Change, Presence, Reason, Status
from onrecord.switch.engines.embedded import EmbeddedLeg
from onrecord.switch.legs.leg import Dial, LegEvent
from onrecord.switch.rtp import Rtp

log = logging.getLogger(__name__)

REP, CONTACT = 0, 1

_VERDICTS = {
    LegEvent.BUSY: Reason.BUSY,
    LegEvent.NO_ANSWER: Reason.NO_ANSWER,
    LegEvent.UNREACHABLE: Reason.UNREACHABLE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the web decided about recording (docs/reference/switch.md)."""

    mode: Mode
    record_at_start: bool
    may_change: bool
    policy_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A call to place."""

    call_id: str
    #: E.164.
    to: str
    #: The caller's number in E.164, or None for an anonymous call.
    caller: str | None
    user_id: str
    decision: Decision


class StaleError(Exception):
    """A command that a later one has overtaken."""


class EndedError(Exception):
    """The call has ended."""


class Surroundings(Protocol):
    """What a call needs of the switch."""

    dial: Dial
    #: Whether browsers on this machine are to be expected.
    loopback: bool

    def report(self, call_id: str, kind: str, clock_ms: int | None, data: dict[str, Any]) -> None:
        """An event for the web, at this moment."""

    def ended(self, call: "LiveCall") -> None:
        """The call is over."""

    def close(self, leg: EmbeddedLeg) -> None:
        """Close a browser leg in the background."""


class LiveCall:
    """One call. Everything runs in the media loop; nothing here waits for a disk or for the web."""

    def __init__(
        self, order: Order, capture: CallCapture, browser: EmbeddedLeg, around: Surroundings
    ) -> None:
        self.order = order
        self.state = CallState()
        self._capture = capture
        self._around = around
        self._presence = Presence(time.monotonic())
        self._browser: EmbeddedLeg | None = browser
        self._attaching = asyncio.Lock()
        self._command = 0
        self._wished_by: str | None = None
        self._duration_ms = 0
        capture.join(REP, side=Side.OURS, role="rep", user=order.user_id)
        capture.join(CONTACT, side=Side.CONTACT, role="contact", user=None)
        browser.listener = self
        self._far = around.dial(order.to, order.caller, self)

    def describe(self) -> dict[str, Any]:
        """The `state` of docs/reference/switch.md."""
        return {
            "call_id": self.order.call_id,
            "status": self.state.status,
            "recording": self._capture.recording,
            "mode": self._capture.mode,
            "clock_ms": self._duration_ms if self.state.ended else self._capture.clock_ms,
            "attached": self._presence.attached and not self.state.ended,
            "drops": self._capture.drops,
        }

    # The browser

    async def attach(self, offer: str) -> str:
        """Answer the browser's offer; its new connection takes the place of the old one.

        Raises BadSdpError (the old connection then stays), EndedError.
        """
        async with self._attaching:
            self._check_alive()
            leg, answer = await EmbeddedLeg.answer(offer, loopback=self._around.loopback)
            if self.state.ended:
                self._around.close(leg)
                raise EndedError
            before, self._browser = self._browser, leg
            leg.listener = self
            if before is not None:
                self._around.close(before)
            was_attached = self._presence.attached
            self._presence.come(time.monotonic())
            if not was_attached:
                self._report("call.attached")
            return answer

    def detach(self) -> None:
        """The browser's page goes away. Raises EndedError."""
        self._check_alive()
        if self._browser is not None:
            self._around.close(self._browser)
            self._browser = None
        self._lose()

    def browser_media(self, leg: EmbeddedLeg, frame: Rtp) -> None:
        if leg is not self._browser or self.state.ended:
            return
        self._presence.heard(time.monotonic())
        if self.state.status is Status.IN_PROGRESS:
            self._capture.media(REP, *frame)
        self._far.hear(frame)

    def browser_lost(self, leg: EmbeddedLeg) -> None:
        if leg is self._browser and not self.state.ended:
            self._around.close(leg)
            self._browser = None
            self._lose()

    def _lose(self) -> None:
        if self._presence.attached:
            self._presence.leave(time.monotonic())
            self._report("call.detached")

    # The far side

    def leg_media(self, frame: Rtp) -> None:
        if self.state.status is Status.IN_PROGRESS:
            self._capture.media(CONTACT, *frame)
        if self._browser is not None:
            self._browser.send(frame.payload, frame.timestamp)

    def leg_event(self, event: LegEvent) -> None:
        if event is LegEvent.RINGING:
            self.state = self.state.rang()
            self._report("call.ringing")
        elif event is LegEvent.ANSWERED:
            self._answer()
        elif event is LegEvent.GONE:
            self.end(Reason.CONTACT_HUNG_UP)
        else:
            self.state = self.state.will_end(_VERDICTS[event])

    def _answer(self) -> None:
        self.state = self.state.answered()
        self._capture.answer(datetime.now(UTC))
        self._report("call.answered")
        if self._capture.recording is RecordingState.RECORDING:
            self._report("recording.started", actor=self._wished_by)

    # Time

    def tick(self) -> None:
        """Every 20 ms."""
        self._far.tick()
        if self.state.ended:
            return
        change = self._presence.look(time.monotonic())
        if change is Change.LOST:
            self._report("call.detached")
        elif change is Change.BACK:
            self._report("call.attached")
        elif change is Change.GIVEN_UP:
            self.end(Reason.BROWSER_LOST)

    # Commands

    def set_recording(self, wanted: RecordingState, *, actor: str, seq: int) -> dict[str, Any]:
        """Move the gate to `recording` or `paused`; the reply says where it is and since when.

        Raises StaleError, EndedError, and RefusedError (above_ceiling, not_changeable): nothing moved, and
        the web is told.
        """
        self._check_order(seq)
        before = self._capture.recording
        if wanted is not before:
            self._move(wanted, actor)
        self._command = seq
        after = self._capture.recording
        if after is not before:
            self._report(_moved(before, after), actor=actor)
        return {"recording": after, "clock_ms": self._capture.clock_ms}

    def _move(self, wanted: RecordingState, actor: str) -> None:
        try:
            if wanted is RecordingState.RECORDING:
                self._capture.record(actor)
                self._wished_by = actor
            else:
                self._capture.pause(actor)
        except RefusedError as refusal:
            self._report("recording.refused", actor=actor, wanted=wanted, code=refusal.code)
            raise

    def restrict(self, mode: Mode, *, policy_version: int, seq: int) -> dict[str, Any]:
        """Lower the ceiling. Raises StaleError, EndedError, AboveCeiling."""
        self._check_order(seq)
        self._capture.restrict(mode, policy_version)
        self._command = seq
        now = {"mode": self._capture.mode, "recording": self._capture.recording}
        self._report("recording.restricted", policy_version=policy_version, **now)
        return {**now, "clock_ms": self._capture.clock_ms}

    def dtmf(self, digits: str) -> None:
        """Press keys. Raises EndedError."""
        self._check_alive()
        self._far.dtmf(digits)

    def end(self, reason: Reason) -> None:
        """End the call, unless it has ended: both legs closed, the journal's last frame, `call.ended`."""
        if self.state.ended:
            return
        self.state = self.state.end(reason)
        self._far.close()
        if self._browser is not None:
            self._around.close(self._browser)
            self._browser = None
        clock_ms = self._capture.clock_ms
        self._duration_ms = self._capture.end(self.state.status, str(self.state.reason))
        self._around.report(
            self.order.call_id,
            "call.ended",
            clock_ms,
            {
                "status": self.state.status,
                "reason": self.state.reason,
                "duration_ms": self._duration_ms,
                "captured": self._capture.captured,
                "drops": self._capture.drops,
            },
        )
        self._around.ended(self)

    def _check_alive(self) -> None:
        if self.state.ended:
            raise EndedError

    def _check_order(self, seq: int) -> None:
        self._check_alive()
        if seq <= self._command:
            raise StaleError(f"Command {seq} comes after command {self._command} was carried out.")

    def _report(self, kind: str, **data: Any) -> None:
        self._around.report(self.order.call_id, kind, self._capture.clock_ms, data)


def _moved(before: RecordingState, after: RecordingState) -> str:
    if after is RecordingState.PAUSED:
        return "recording.paused"
    return "recording.resumed" if before is RecordingState.PAUSED else "recording.started"
