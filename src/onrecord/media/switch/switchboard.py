"""All calls of one host: placing, finding and ending them, and the clock that moves their media."""

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime

from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.switch.call import CallSession, StoppingError
from onrecord.media.switch.legs.leg import Dial
from onrecord.media.switch.legs.webrtc import WebRtcLeg
from onrecord.media.switch.reporter import Reporter
from onrecord.media.switch.ticker import Ticker
from onrecord.protocol.call_status import EndReason
from onrecord.protocol.commands import PlaceCall
from onrecord.protocol.events import SwitchEvent

log = logging.getLogger(__name__)

#: Number of ended calls whose final state can still be queried: two users may hang up at once.
REMEMBERED = 256
#: Steps of 20 ms between two ticks of the capture host (100 ms).
CAPTURE_STEPS = 5
#: Seconds that a stopping switch waits for browsers to be told.
STOP_GRACE_S = 2.0


class ExistsError(Exception):
    """There is or was a call with this ID."""


class Switchboard:
    """The live calls. Belongs to the media loop."""

    def __init__(self, capture: CaptureHost, reporter: Reporter, dial: Dial, *, loopback: bool) -> None:
        self.dial = dial
        self.loopback = loopback
        self._capture = capture
        self._reporter = reporter
        self._calls: dict[str, CallSession] = {}
        self._past: OrderedDict[str, CallSession] = OrderedDict()
        self._placing: set[str] = set()
        self._quieter = asyncio.Event()
        #: When the live calls will be ended; None unless the switch is about to stop.
        self.stops_at: datetime | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._ticker = Ticker(self._step)
        self._steps = 0

    @property
    def calls(self) -> list[CallSession]:
        return list(self._calls.values())

    @property
    def drops(self) -> int:
        return self._capture.drops

    def journals(self) -> list[str]:
        """The calls with a journal on this host. It reads a folder, so call it in another thread."""
        return self._capture.journals()

    def live(self, call_id: str) -> CallSession | None:
        """A call that has not ended."""
        return self._calls.get(call_id)

    def find(self, call_id: str) -> CallSession | None:
        """A call that is live or ended recently."""
        return self._calls.get(call_id) or self._past.get(call_id)

    async def place(self, command: PlaceCall) -> str:
        """Answer the browser's offer and dial.

        Raises ExistsError, BadSdpError, StoppingError; nothing then remains of the call.
        """
        if self.stops_at is not None:
            raise StoppingError
        if command.call_id in self._placing or self.find(command.call_id) is not None:
            raise ExistsError
        self._placing.add(command.call_id)
        try:
            leg, answer = await WebRtcLeg.answer(command.sdp, loopback=self.loopback)
            call = self._begin(command, leg)
        finally:
            self._placing.discard(command.call_id)
            self._quieter.set()
        self._calls[command.call_id] = call
        self._ticker.start()
        return answer

    def _begin(self, command: PlaceCall, leg: WebRtcLeg) -> CallSession:
        decision = command.decision
        try:
            capture = self._capture.open_call(
                command.call_id,
                mode=decision.mode,
                record_at_start=decision.record_at_start,
                may_change=decision.may_change,
                policy_version=decision.policy_version,
            )
        except FileExistsError as error:
            self.close(leg)
            raise ExistsError from error
        except OSError:
            self.close(leg)
            raise
        return CallSession(command, capture, leg, self)

    def report(self, call_id: str, clock_ms: int | None, event: SwitchEvent) -> None:
        self._reporter.report(call_id, clock_ms, event)

    def ended(self, call: CallSession) -> None:
        """Forget a call, but remember for a while how it ended."""
        del self._calls[call.command.call_id]
        self._past[call.command.call_id] = call
        if len(self._past) > REMEMBERED:
            self._past.popitem(last=False)
        if not self._calls:
            self._ticker.stop()
        self._quieter.set()

    def close(self, leg: WebRtcLeg) -> None:
        """Close a browser leg in the background; `stop` waits for it."""
        task = asyncio.create_task(leg.close())
        self._closing.add(task)
        task.add_done_callback(self._closed)

    async def drain(self, stops_at: datetime) -> None:
        """Refuse new calls and users, warn everyone in a call, and wait until the last call has ended."""
        self.stops_at = stops_at
        for call in self.calls:
            call.warn(stops_at)
        while self._calls or self._placing:
            self._quieter.clear()
            await self._quieter.wait()

    async def stop(self) -> None:
        """End every call as `switch_stopped`."""
        for call in self.calls:
            call.end(EndReason.SWITCH_STOPPED)
        self._ticker.stop()
        if self._closing:
            await asyncio.wait(self._closing, timeout=STOP_GRACE_S)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a browser leg did not close cleanly", exc_info=error)

    def _step(self) -> None:
        for call in self.calls:
            try:
                call.tick()
            except Exception:
                # One call's error must not silence the others.
                log.exception("call %s failed and is ended", call.command.call_id)
                call.end(EndReason.SWITCH_STOPPED)
        self._steps += 1
        if self._steps % CAPTURE_STEPS == 0:
            self._capture.tick()
