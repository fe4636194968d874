"""A minimal web that receives events: checks the signature and responds with 204."""

import asyncio
import json
import threading
import time
from typing import Any, Self

from aiohttp import web

from onrecord.protocol.signature import HEADER, sent_at


class EventWeb:
    """Listens on a free port in its own thread inside the `with` block."""

    def __init__(self, secret: str, *, status: int = 204) -> None:
        self._secret = secret
        #: The status of its responses; below 300 the event counts as accepted.
        self.status = status
        #: Every event accepted, in order.
        self.events: list[dict[str, Any]] = []
        #: The monotonic time at which each arrived, in seconds.
        self.times: list[float] = []
        #: Number of events answered with a `status` of 300 or above.
        self.refused = 0
        self._came = threading.Condition()
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *raised: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def types(self, call_id: str) -> list[str]:
        """The types of a call's events so far."""
        return [event["type"] for event in list(self.events) if event["call_id"] == call_id]

    def wait_for(self, call_id: str, kind: str, seconds: float = 30) -> dict[str, Any]:
        """Wait for the call's event of that type. Raises TimeoutError."""

        def found() -> dict[str, Any] | None:
            matching = (e for e in self.events if e["call_id"] == call_id and e["type"] == kind)
            return next(matching, None)

        with self._came:
            if not self._came.wait_for(lambda: found() is not None, seconds):
                raise TimeoutError(f"No {kind} for {call_id} within {seconds} s; came: {self.events}")
        event = found()
        assert event is not None
        return event

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        application = web.Application()
        application.router.add_post("/internal/events", self._take)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if sent_at(self._secret, body, request.headers.get(HEADER, "")) is None:
            return web.Response(status=401)
        if self.status < 300:
            with self._came:
                self.events.append(json.loads(body))
                self.times.append(time.monotonic())
                self._came.notify_all()
        else:
            self.refused += 1
        return web.Response(status=self.status)
