"""Posts the spooled events to the web: in order per call, each until it is acknowledged.

Calls do not wait for one another; at most `PARALLEL` are served at a time. A response of

- 2xx acknowledges the event;
- 401, 408, 429 or 5xx, or no response, means that the web cannot take it now: it is retried, with growing
  delays;
- anything else means that the web will never take it: it is logged as an error and quarantined.

Every retry waits, whatever the error, and one call's errors do not delay the others.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp

from onrecord.media.outbox.spool import PendingEvent, Spool
from onrecord.protocol.signature import HEADER, sign

log = logging.getLogger(__name__)

PARALLEL = 8
FIRST_RETRY_S = 0.1
#: Private networks recover within seconds, and a rep is waiting for the event.
LAST_RETRY_S = 3.0
ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=10)
#: How long a stopping process keeps posting; the rest stays on disk until the next start.
STOP_GRACE_S = 2.0

_TRY_AGAIN = {401, 408, 429}


class EventDelivery:
    """Delivers one spool to `http://<web address>/internal/events`."""

    def __init__(
        self, spool: Spool, web_address: str, event_secret: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock`: this host's time, in Unix seconds."""
        self._spool = spool
        self._clock = clock
        self._url = f"http://{web_address}/internal/events"
        self._secret = event_secret
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work = asyncio.Event()
        self._stopping = asyncio.Event()
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._trouble: str | None = None
        #: Set once `run` is running, that is, once `stop` can stop it.
        self.started = threading.Event()

    async def run(self) -> None:
        """Deliver until `stop`, then keep posting for up to `STOP_GRACE_S`."""
        self._loop = asyncio.get_running_loop()
        self._spool.on_append = self.wake
        self.started.set()
        slots = asyncio.Semaphore(PARALLEL)
        async with aiohttp.ClientSession(timeout=ANSWER_TIMEOUT) as session:
            self._work.set()
            while not self._stopping.is_set():
                await self._work.wait()
                self._work.clear()
                for call_id in self._spool.pending_calls():
                    if call_id not in self._serving:
                        self._serve(call_id, session, slots)
            await self._finish()

    def wake(self) -> None:
        """Signal a new event. Callable from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._work.set)

    def stop(self) -> None:
        """Make `run` finish. Callable from any thread; before `started`, only from the loop's own."""
        if self._loop is None:
            self._stopping.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self.wake()

    def _serve(self, call_id: str, session: aiohttp.ClientSession, slots: asyncio.Semaphore) -> None:
        task = asyncio.create_task(self._deliver_call(call_id, session, slots))
        self._serving[call_id] = task

        def done(task: asyncio.Task[None]) -> None:
            del self._serving[call_id]
            # An event appended while the task was finishing found the call still being served: look again.
            self._work.set()

        task.add_done_callback(done)

    async def _deliver_call(
        self, call_id: str, session: aiohttp.ClientSession, slots: asyncio.Semaphore
    ) -> None:
        retry_s = FIRST_RETRY_S
        while True:
            try:
                settled = await self._deliver_first(call_id, session, slots)
            except Exception:
                log.exception("events: delivery of call %s was interrupted and starts again", call_id)
                settled = False
            if settled is None:
                return
            if settled:
                retry_s = FIRST_RETRY_S
            elif self._stopping.is_set():
                return
            else:
                await self._pause(retry_s)
                retry_s = min(retry_s * 2, LAST_RETRY_S)

    async def _deliver_first(
        self, call_id: str, session: aiohttp.ClientSession, slots: asyncio.Semaphore
    ) -> bool | None:
        """Post the call's first event. Returns whether it is settled; None when there is none."""
        event = self._spool.first(call_id)
        if event is None:
            return None
        async with slots:
            return await self._post(event, session)

    async def _pause(self, seconds: float) -> None:
        """Sleep, or until `stop`."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _post(self, event: PendingEvent, session: aiohttp.ClientSession) -> bool:
        """Post one event. Returns whether it is settled, that is, whether the next one may follow."""
        headers = {"Content-Type": "application/json", HEADER: sign(self._secret, event.body, self._clock())}
        try:
            async with session.post(self._url, data=event.body, headers=headers) as answer:
                status, text = answer.status, (await answer.text(errors="replace"))[:500]
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note(f"is not reachable ({str(error) or type(error).__name__})")
            return False
        if status in _TRY_AGAIN or status >= 500:
            self._note(f"answered {status}")
            return False
        self._note(None)
        if 200 <= status < 300:
            self._spool.ack(event.call_id, event.seq)
            return True
        self._spool.quarantine(event.call_id, event.seq, f"The web refused it with {status}: {text}")
        return True

    def _note(self, trouble: str | None) -> None:
        """Log when the web becomes unreachable and when it is back, not every attempt in between."""
        if trouble is not None and self._trouble is None:
            log.warning("events: %s %s; events wait on disk", self._url, trouble)
        elif trouble is None and self._trouble is not None:
            log.info("events: %s accepts events again", self._url)
        self._trouble = trouble

    async def _finish(self) -> None:
        if self._serving:
            await asyncio.wait(list(self._serving.values()), timeout=STOP_GRACE_S)
        for task in list(self._serving.values()):
            task.cancel()
        await asyncio.gather(*self._serving.values(), return_exceptions=True)


class DeliveryThread:
    """EventDelivery for a process without an event loop: `with DeliveryThread(...):`."""

    def __init__(self, spool: Spool, web_address: str, event_secret: str) -> None:
        self._delivery = EventDelivery(spool, web_address, event_secret)
        self._thread = threading.Thread(target=self._main, name="event-delivery", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._delivery.started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._delivery.stop()
        self._thread.join()

    def _main(self) -> None:
        asyncio.run(self._delivery.run())
