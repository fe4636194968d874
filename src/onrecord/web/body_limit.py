"""Rejecting a request that is too large while it arrives."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


#: A proxy may go by one of the headers and we by the other: a second request could hide behind the first.
_BOTH_LENGTHS = {b"content-length", b"transfer-encoding"}
_AMBIGUOUS = "The request states its length twice. Send either Content-Length or Transfer-Encoding."


class BodyTooLargeError(Exception):
    """More bytes have arrived than the path accepts. The text says how many it accepts."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This is too large: at most {limit / 1e6:.0f} MB are allowed here. Send a smaller file."
        )


class BodyLimit:
    """ASGI middleware. A body above the limit gets a 413 with a message, and the connection is closed.

    A body whose length is ambiguous gets a 400 (RFC 9112, section 6.3: possible request smuggling).
    """

    def __init__(self, application: Application, *, least: int, larger: Mapping[str, int]) -> None:
        """`least` is the limit for every path, in bytes; `larger` has higher limits for some paths."""
        self._application = application
        self._least = least
        self._larger = larger

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if {name for name, _ in scope["headers"]} >= _BOTH_LENGTHS:
            await _refuse(send, 400, _AMBIGUOUS)
            return
        limit = self._larger.get(scope["path"], self._least)
        if _announced(scope) > limit:
            await _refuse(send, 413, str(BodyTooLargeError(limit)))
            return
        try:
            await self._application(scope, _counted(receive, limit), send)
        except BodyTooLargeError as error:
            await _refuse(send, 413, str(error))


def _announced(scope: MutableMapping[str, Any]) -> int:
    """The Content-Length; 0 without one, and then the bytes are counted as they arrive."""
    value = dict(scope["headers"]).get(b"content-length", b"")
    # 18 digits are more than any limit, and Python refuses to parse numbers with thousands of digits.
    return int(value[:18]) if value.isdigit() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    arrived = 0

    async def counted() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > limit:
            raise BodyTooLargeError(limit)
        return message

    return counted


async def _refuse(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode()})
