"""Requests whose body is read when the view asks for it, and not before.

Django reads the whole of a request first, into a file on disk where it is large. For sound files from
elsewhere that is too early: who sends one may not be let in, and what arrives has to be sealed at once.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponseBadRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

Receive = Callable[[], Awaitable[dict[str, Any]]]

NOT_UTF_8 = "The request is not in UTF-8. Send it again in UTF-8."
_UNREADABLE = "The Content-Type or the query cannot be read. Send the request again in UTF-8."

#: Characters of a Content-Type; a boundary has up to 70. Python reads it in quadratic time, and Django in the
#: event loop: 64,000 semicolons between quotes would hold up everybody for seconds.
_LONGEST_TYPE = 1000


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
            raise UnreadablePostError("The sender disconnected.")
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


class _Request(ASGIRequest):
    """Django's request. Python's reader of parameters (RFC 2231) raises whatever it trips over."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Raises LookupError, TypeError and ValueError."""
        if len(meta.get("CONTENT_TYPE", "")) > _LONGEST_TYPE:
            raise ValueError("The Content-Type is too long.")
        super()._set_content_type_params(meta)  # type: ignore[misc]

    def parse_file_upload(self, META: Any, post_data: Any) -> Any:  # noqa: N803 - Django's name
        try:
            return super().parse_file_upload(META, post_data)
        except TypeError as error:
            raise MultiPartParserError("The header of a part cannot be read.") from error


class StreamingHandler(ASGIHandler):
    """Django's handler, but for paths whose requests are read by their views."""

    request_class = _Request

    def __init__(self, streamed: frozenset[str]) -> None:
        super().__init__()
        self._streamed = streamed

    def create_request(self, scope: Any, body_file: Any) -> tuple[Any, Any]:
        try:
            return super().create_request(scope, body_file)
        except (LookupError, TypeError, ValueError):
            # Python knows charsets that are none of text, such as rot13, and Django reads the query by them.
            return None, HttpResponseBadRequest(_UNREADABLE)

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
