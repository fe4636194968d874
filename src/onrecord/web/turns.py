"""A queue for requests that need much memory."""

import asyncio
import re
from collections import Counter
from collections.abc import MutableMapping
from typing import Any

from onrecord.apps.core.origins import origin_of
from onrecord.web.body_limit import Application, Message, Receive, Send

_BUSY = "Too many people are signing in right now. Wait a few seconds, then try again."


class Turns:
    """ASGI middleware: only a few POSTs to certain paths run at a time. Others wait, up to a limit.

    A waiting request uses no thread and no database connection. Its body is read first, so that a slow
    sender does not hold a turn.
    """

    def __init__(
        self,
        application: Application,
        *,
        paths: re.Pattern[str],
        at_once: int,
        waiting: int,
        waiting_of_one: int,
    ) -> None:
        """`waiting_of_one`: how many waiting requests may come from one address."""
        self._application = application
        self._paths = paths
        self._turns = asyncio.Semaphore(at_once)
        self._waiting = waiting
        self._waiting_of_one = waiting_of_one
        self._present: Counter[str] = Counter()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not self._paths.fullmatch(scope["path"]):
            await self._application(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            return
        origin = str(origin_of((scope.get("client") or ("",))[0]))
        if self._present.total() >= self._waiting or self._present[origin] >= self._waiting_of_one:
            await _refuse(send)
            return
        self._present[origin] += 1
        try:
            async with self._turns:
                await self._application(scope, _again(body, receive), send)
        finally:
            self._present[origin] -= 1
            self._present += Counter()  # drops addresses whose count is zero


async def _whole(receive: Receive) -> bytes | None:
    """A request's body; None if the sender disconnected."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receive function that returns the body first, then whatever comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _BUSY.encode()})
