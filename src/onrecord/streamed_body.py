"""Requests whose body is read when the view asks for it, and not before.

Django reads the whole of a request first, into a file on disk where it is large. For sound files from
elsewhere that is too early: who sends one may not be let in, and what arrives has to be sealed at once.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponseBadRequest, UnreadablePostError

Receive = Callable[[], Awaitable[dict[str, Any]]]

NOT_UTF_8 = "The request is not written in UTF-8. Send it again in UTF-8."


class StreamedBody(io.RawIOBase):
    """The body, pulled from the event loop by the thread in which the view runs."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._pending = b""
        #: Set when nothing more is to come.
        self.read_through = asyncio.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Raises UnreadablePostError when the sender goes away, and whatever a limit on the way raises."""
        while not self._pending and not self.read_through.is_set():
            asyncio.run_coroutine_threadsafe(self._pull(), self._loop).result()
        piece = self._pending[: len(buffer)]
        self._pending = self._pending[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)

    async def _pull(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.read_through.set()
            raise UnreadablePostError("The sender went away.")
        self._pending = message.get("body", b"")
        if not message.get("more_body", False):
            self.read_through.set()


class _StreamedReceive:
    """Carries a request's body through the handler."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.body = StreamedBody(receive)

    async def __call__(self) -> dict[str, Any]:
        return await self._receive()


class StreamingHandler(ASGIHandler):
    """Django's handler, but for paths whose requests are read by their views."""

    def __init__(self, streamed: frozenset[str]) -> None:
        super().__init__()
        self._streamed = streamed

    def create_request(self, scope: Any, body_file: Any) -> tuple[Any, Any]:
        try:
            return super().create_request(scope, body_file)
        except (LookupError, UnicodeError):
            # Python knows charsets that are none of text, such as rot13, and Django reads the query by them.
            return None, HttpResponseBadRequest(NOT_UTF_8)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] in self._streamed:
            receive = _StreamedReceive(receive)
        await super().handle(scope, receive, send)

    async def read_body(self, receive: Any) -> Any:
        return receive.body if isinstance(receive, _StreamedReceive) else await super().read_body(receive)

    async def listen_for_disconnect(self, receive: Any) -> None:
        if isinstance(receive, _StreamedReceive):
            # Until then the view hears of it.
            await receive.body.read_through.wait()
        await super().listen_for_disconnect(receive)
