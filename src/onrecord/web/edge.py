"""Limits on how long a connection may take to send its request, and on the number of connections.

A proxy in front does the same (docs/howto/put-behind-a-proxy.md), but the web is also safe without one. If
there is no room for a new connection, the one that is furthest behind in sending its request is closed. The
new one is refused only if every other connection is waiting for us.
"""

import asyncio
import logging
import math
import resource
from collections.abc import Callable, Collection
from functools import cache
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

import h11
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from onrecord.apps.core.origins import origin_of

log = logging.getLogger(__name__)

#: Seconds from the start of the connection, or from the last answer, until a request's head is complete.
HEAD_S = 10.0
#: Seconds for a body, plus one for each `BODY_RATE` bytes of it: 4,000 bit/s is slow on any network.
BODY_S = 20.0
BODY_RATE = 500.0
#: Seconds during which the client reads nothing of an answer. A paused player reads nothing for minutes. If
#: the connection is closed, it requests the rest again.
STALL_S = 600.0
#: Seconds for the client to read the end of an answer before its connection is aborted.
_CLOSE_S = 5.0

#: Maximum connections in total, and from one address while they owe us something. An office behind one
#: address can have more in total: live events are limited per user.
MOST = 2000
MOST_OF_ONE = 200
#: Open files that a process needs in addition to its connections, and those per request being answered: the
#: connection, the database with its journal and index, and a file that is sent.
_RESERVED = 256
_FILES_EACH = 5

_LATE = "Your request took too long to arrive. Send it again."
_FULL = "OnRecord has too many connections right now. Try again in a moment."
_RETRY_AFTER_S = 5


class Waiting(Protocol):
    """The properties of a connection that decide which one is closed when there is no room."""

    #: The origin of the client's address; None for a trusted proxy, which many clients share.
    @property
    def origin(self) -> str | None: ...

    #: How much of its time the client has used to send its request or read the answer: 0 to 1 and above. 0 if
    #: the client owes us nothing.
    @property
    def used_up(self) -> float: ...


C = TypeVar("C", bound=Waiting)


def most_connections(open_files: int) -> int:
    """The maximum number of connections for a process with this limit of open files."""
    return max(1, min(MOST, (open_files - _RESERVED) // _FILES_EACH))


def to_turn_away(newcomer: C, others: Collection[C], most: int) -> C | None:
    """The connection to close so that there is room for the new one.

    None if there is room; the new connection itself if all others are waiting for us.
    """
    theirs = [one for one in others if one.origin is not None and one.origin == newcomer.origin]
    alike = [one for one in theirs if one.used_up > 0]
    crowd = alike if len(alike) >= MOST_OF_ONE else others if len(others) >= most else None
    if crowd is None:
        return None
    slowest = max(crowd, key=lambda one: one.used_up)
    return slowest if slowest.used_up > 0 else newcomer


def allowed(awaited: Any, received: int) -> float:
    """Seconds that the client may stay in one of h11's states, after it sent `received` bytes."""
    if awaited is h11.IDLE:
        return HEAD_S
    if awaited is h11.SEND_BODY:
        return BODY_S + received / BODY_RATE
    return math.inf


class _Flow(FlowControl):
    """Reports for how long we did not read. During that time, the client could not send."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, excuse: Callable[[float], None]
    ) -> None:
        super().__init__(transport)
        self._loop = loop
        self._excuse = excuse
        self._since = 0.0

    def pause_reading(self) -> None:
        if not self.read_paused:
            self._since = self._loop.time()
        super().pause_reading()

    def resume_reading(self) -> None:
        if self.read_paused:
            self._excuse(self._loop.time() - self._since)
        super().resume_reading()


@cache
def _most() -> int:
    return most_connections(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


class WatchedConnection(H11Protocol):
    """uvicorn's connection, with time limits and a limit on the number of connections."""

    origin: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # Skip connections that are being closed, even if the event loop has not finished closing them.
        connections = cast("set[WatchedConnection]", self.connections)
        others = [one for one in connections if not one.transport.is_closing()]
        super().connection_made(transport)
        self._awaited: Any = self.conn.their_state
        self._began, self._received = self.loop.time(), 0
        self.flow = _Flow(transport, self.loop, self._excuse)
        self._stalled: float | None = None
        self._closing: float | None = None
        # uvicorn's own middleware knows which proxies to trust about a request's origin.
        proxies = cast(ProxyHeadersMiddleware, self.app).trusted_hosts
        host = self.client[0] if self.client else None
        self.origin = None if host in proxies else origin_of(host)
        leaving = to_turn_away(self, others, _most())
        if leaving is not None:
            leaving.end(HTTPStatus.SERVICE_UNAVAILABLE, _FULL)
            log.warning("refused a connection: too many are open")

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stalled = None

    def _excuse(self, seconds: float) -> None:
        self._began += seconds

    def _look(self) -> None:
        if self.conn.their_state is not self._awaited:
            self._awaited, self._began, self._received = self.conn.their_state, self.loop.time(), 0

    @property
    def used_up(self) -> float:
        now = self.loop.time()
        if self._stalled is not None:
            return (now - self._stalled) / STALL_S
        if self.flow.read_paused:  # we are the ones holding it up
            return 0.0
        return (now - self._began) / allowed(self._awaited, self._received)

    def end_if_late(self) -> bool:
        """Close the connection if it is late, and return whether it was. Call this regularly."""
        if self.transport.is_closing():
            self._closing = self._closing or self.loop.time()
            if self.loop.time() - self._closing > _CLOSE_S:
                self.transport.abort()
            return False
        if self.used_up < 1:
            return False
        self.end(HTTPStatus.REQUEST_TIMEOUT, _LATE)
        return True

    def end(self, status: HTTPStatus, sentence: str) -> None:
        """Close the connection. If a request has begun, answer it first."""
        if self.cycle is not None and not self.cycle.response_complete:  # the view is waiting for the body
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and self._is_owed_answer(status):
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", b"%d" % len(sentence)),
                (b"retry-after", b"%d" % _RETRY_AFTER_S),
                (b"connection", b"close"),
            ]
            answer = h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status])
            for event in (answer, h11.Data(data=sentence.encode()), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()

    def _is_owed_answer(self, status: HTTPStatus) -> bool:
        """Without a request, an answer would be taken for the answer to the next one."""
        return self._received > 0 or self._awaited is not h11.IDLE or status is HTTPStatus.SERVICE_UNAVAILABLE
