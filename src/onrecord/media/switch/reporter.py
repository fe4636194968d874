"""Passes events from the media loop to the spool without making the loop wait for disk syncs."""

import json
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from onrecord.media.outbox.spool import Spool
from onrecord.protocol.events import SwitchEvent

log = logging.getLogger(__name__)

_RETRY_S = 1.0


class Reporter:
    """Stores events in the order in which they are reported, in its own thread.

    An event that cannot be written is held in memory and delivered from there; the write is retried until it
    succeeds.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._closing = threading.Event()
        self._holds = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="events")

    def report(self, call_id: str, clock_ms: int | None, event: SwitchEvent) -> None:
        """Store an event that happened now. Returns at once."""
        data = event.document()
        log.info("call %s: %s at %s ms %s", call_id, event.type, clock_ms, json.dumps(data))
        at = datetime.now(UTC)
        stored = self._thread.submit(self._store, call_id, event.type, clock_ms, data, at)
        stored.add_done_callback(_check)

    def _store(
        self, call_id: str, kind: str, clock_ms: int | None, data: dict[str, Any], at: datetime
    ) -> None:
        try:
            self._spool.append(call_id, kind, clock_ms, data, at=at)
        except OSError as error:
            self._spool.hold(call_id, kind, clock_ms, data, at=at)
            log.warning("events wait for the disk: %s", error)
            if not self._holds:
                self._holds = True
                threading.Thread(target=self._retry, name="events-held", daemon=True).start()

    def _retry(self) -> None:
        """Every second, until everything is on disk or the process ends."""
        while not self._closing.wait(_RETRY_S):
            if self._thread.submit(self._keep).result():
                return

    def _keep(self) -> bool:
        """Try again. Returns whether no event is held in memory any longer."""
        try:
            self._spool.keep_held()
        except OSError as error:
            log.warning("events wait for the disk: %s", error)
            return False
        self._holds = False
        return True

    def close(self) -> None:
        """Wait until everything is stored or has failed."""
        self._closing.set()
        if not self._thread.submit(self._keep).result():
            log.error("events could not be stored; those that the web does not accept now will be lost")
        self._thread.shutdown()


def _check(stored: Future[None]) -> None:
    if (error := stored.exception()) is not None:
        log.error("an event could not be stored and is lost", exc_info=error)
