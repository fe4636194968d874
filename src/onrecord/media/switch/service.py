"""The switch process: startup, recovery after a crash, and shutdown."""

import asyncio
import logging
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from onrecord.config import Config, split_address
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.journal import JournalError
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.recovery import LastWord
from onrecord.media.outbox.delivery import EventDelivery
from onrecord.media.outbox.event_files import newest_event
from onrecord.media.outbox.spool import Spool
from onrecord.media.switch.http import application
from onrecord.media.switch.legs import simulated
from onrecord.media.switch.reporter import Reporter
from onrecord.media.switch.switchboard import Switchboard
from onrecord.protocol.call_status import Status
from onrecord.protocol.events import CallEnded, Source

log = logging.getLogger(__name__)


def run(config: Config) -> None:
    """Run the switch until SIGINT, or until SIGTERM and the end of its calls."""
    asyncio.run(_run(config))


async def _run(config: Config) -> None:
    asked, hurried = _signals()
    spool = Spool(config.spool(Source.SWITCH), Source.SWITCH)
    capture = CaptureHost(config.journals, config.secrets.master_key)
    recover(config, capture, spool)
    reporter = Reporter(spool)
    switchboard = Switchboard(capture, reporter, simulated.dial, loopback=_is_loopback(config.web_address))
    delivery = EventDelivery(spool, config.web_address, config.secrets.event_secret)
    delivering = asyncio.create_task(delivery.run())
    runner = web.AppRunner(application(switchboard, config.secrets.switch_secret), access_log=None)
    try:
        await runner.setup()
        await web.TCPSite(runner, *split_address(config.switch_address)).start()
        log.info("switch: listening at %s", config.switch_address)
        await asked.wait()
        await _drain(switchboard, config.drain_s, hurried)
        log.info("switch: stopping; ending %d calls", len(switchboard.calls))
    finally:
        # In this order: no new calls, the calls' last events, journals, and only then the events' delivery.
        await runner.cleanup()
        await switchboard.stop()
        await asyncio.to_thread(capture.close)
        await asyncio.to_thread(reporter.close)
        delivery.stop()
        await delivering


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """Set by SIGTERM, and by a second one or SIGINT: stop, and stop now."""
    asked, hurried = asyncio.Event(), asyncio.Event()

    def heard(number: signal.Signals) -> None:
        if asked.is_set() or number is signal.SIGINT:
            hurried.set()
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, heard, number)
    return asked, hurried


async def _drain(switchboard: Switchboard, seconds: int, hurried: asyncio.Event) -> None:
    """Let live calls finish within `seconds`, unless told to hurry."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    quiet = asyncio.create_task(switchboard.drain(until))
    hurry = asyncio.create_task(hurried.wait())
    if switchboard.calls:
        log.warning(
            "switch: stopping; %d calls may continue until %s, a second signal ends them now",
            len(switchboard.calls), f"{until.astimezone():%H:%M:%S}",
        )  # fmt: skip
    await asyncio.wait([quiet, hurry], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in (quiet, hurry):
        task.cancel()


def recover(config: Config, capture: CaptureHost, spool: Spool) -> None:
    """Tell the web how the calls of a crashed switch ended."""
    for call in capture.recover(lambda call_id: LastWord.of(newest_event(spool.folder, call_id))):
        if spool.last_type(call.call_id) == CallEnded.type:
            continue
        spool.skip(call.call_id)
        log.warning("call %s: ended by the crash of the switch", call.call_id)
        ended = _ended(call.status, call.reason, duration_ms=call.duration_ms, captured=call.captured)
        spool.append(call.call_id, ended.type, call.duration_ms, ended.document())
    for path in sorted(config.journals.glob("*.journal")):
        if spool.last_type(path.stem) != CallEnded.type:
            spool.skip(path.stem)
            _report_end(path, config.secrets.master_key, spool)


def _report_end(path: Path, master_key: bytes, spool: Spool) -> None:
    """The journal has ended, but the crash came before the event was stored: create it from the journal."""
    answered, captured = False, False
    try:
        for chunk in JournalReader(path, master_key).read_all():
            captured |= len(chunk.media().headers) > 0
            for frame in chunk.controls():
                answered |= frame.type == "answer" or frame.clock > 0
                if frame.type == "end":
                    ended = _ended(
                        frame.fields["status"],
                        frame.fields["reason"],
                        duration_ms=frame.clock if answered else 0,
                        captured=captured,
                    )
                    spool.append(path.stem, ended.type, frame.clock if answered else None, ended.document())
    except (JournalError, OSError, ValueError) as error:
        log.error("%s: its end cannot be reported: %s", path, error)


def _ended(status: str, reason: str, *, duration_ms: int, captured: bool) -> CallEnded:
    """The end event, from a journal's data."""
    return CallEnded(
        status=Status(status),
        reason=reason,
        actor=None,
        duration_ms=duration_ms,
        captured=captured,
        drops=0,
        lost=[],
    )


def _is_loopback(address: str) -> bool:
    """Whether the web serves browsers on this machine."""
    return split_address(address)[0] in {"127.0.0.1", "localhost", "::1"}
