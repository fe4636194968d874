"""Requests whose body is read only when the view asks for it.

Django reads the whole request first, and stores a large one in a file on disk. That is too early for sound
files from outside: the sender may not be authorized, and the data must be sealed as it arrives.
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

#: Maximum length of a Content-Type; a boundary has up to 70 characters. Python parses it in quadratic time,
#: and Django does so in the event loop: 64,000 semicolons in quotes would block everyone for seconds.
_LONGEST_TYPE = 1000


class StreamedBody(io.RawIOBase):
    """The body. The view's thread reads it, piece by piece, from the event loop."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._pending = b""
        #: Set when the body is complete or the sender has disconnected.
        self.read_through = asyncio.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Raises UnreadablePostError if the sender disconnects, and any error that a body limit raises."""
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
    """Carries a request's body through Django's handler."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.body = StreamedBody(receive)

    async def __call__(self) -> dict[str, Any]:
        return await self._receive()


class _Request(ASGIRequest):
    """Django's request. Python's parser of header parameters (RFC 2231) can raise various errors."""

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
    """Django's handler, except that views read the body of requests to some paths."""

    request_class = _Request

    def __init__(self, streamed: frozenset[str]) -> None:
        super().__init__()
        self._streamed = streamed

    def create_request(self, scope: Any, body_file: Any) -> tuple[Any, Any]:
        try:
            return super().create_request(scope, body_file)
        except (LookupError, TypeError, ValueError):
            # Python's codecs include some that are not for text, such as rot13, and Django decodes with them.
            return None, HttpResponseBadRequest(_UNREADABLE)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] in self._streamed:
            receive = _StreamedReceive(receive)
        await super().handle(scope, receive, send)

    async def read_body(self, receive: Any) -> Any:
        return receive.body if isinstance(receive, _StreamedReceive) else await super().read_body(receive)

    async def listen_for_disconnect(self, receive: Any) -> None:
        if isinstance(receive, _StreamedReceive):
            # While the body is being read, the view itself notices a disconnect.
            await receive.body.read_through.wait()
        await super().listen_for_disconnect(receive)
