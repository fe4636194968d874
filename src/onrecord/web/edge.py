"""How long a connection to the web may take to say what it wants, and how many there may be.

A proxy in front does this too (docs/howto/put-behind-a-proxy.md), but the web holds out by itself. When there
is no room left, the connection that is furthest behind in sending its request is closed. A newcomer is
refused only when every other connection is being answered.
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

#: Seconds from the connection, or from the answer before, until a request's head is complete.
HEAD_S = 10.0
#: Seconds that a body may take, and one more for each `BODY_RATE` bytes of it: 4,000 bit/s is slow anywhere.
BODY_S = 20.0
BODY_RATE = 500.0
#: Seconds for which nothing of an answer is taken. A paused player takes nothing for minutes, and asks again
#: for the rest when it is cut off.
STALL_S = 600.0
#: Seconds that the end of an answer gets to be taken once the connection is to be closed.
_CLOSE_S = 5.0

#: Connections at a time, and those from one address that owe something. An office that shares an address may
#: have more: live events are bounded by user.
MOST = 2000
MOST_OF_ONE = 200
#: Open files that a process needs beside its connections, and those of a request that is being answered: the
#: connection, the database with its journal and index, and a file that is sent.
_RESERVED = 256
_FILES_EACH = 5

_LATE = "Your request took too long to arrive. Send it again."
_FULL = "OnRecord has too many connections right now. Try again in a moment."
_RETRY_AFTER_S = 5


class Waiting(Protocol):
    """What counts of a connection when there is no room."""

    #: Whom the other end's address stands for; None for a proxy of ours, behind which there are many.
    @property
    def origin(self) -> str | None: ...

    #: Share of the time that the other end has for what it owes, its request or taking the answer; 0 while it
    #: owes nothing.
    @property
    def used_up(self) -> float: ...


C = TypeVar("C", bound=Waiting)


def most_connections(open_files: int) -> int:
    """How many connections a process with that limit of open files takes."""
    return max(1, min(MOST, (open_files - _RESERVED) // _FILES_EACH))


def to_turn_away(newcomer: C, others: Collection[C], most: int) -> C | None:
    """Which connection has to go so that the newcomer finds room.

    None when there is room, the newcomer itself when all others are being answered.
    """
    theirs = [one for one in others if one.origin is not None and one.origin == newcomer.origin]
    alike = [one for one in theirs if one.used_up > 0]
    crowd = alike if len(alike) >= MOST_OF_ONE else others if len(others) >= most else None
    if crowd is None:
        return None
    slowest = max(crowd, key=lambda one: one.used_up)
    return slowest if slowest.used_up > 0 else newcomer


def allowed(awaited: Any, received: int) -> float:
    """Seconds that a connection may stay in a state of its other end (h11's) after so many bytes."""
    if awaited is h11.IDLE:
        return HEAD_S
    if awaited is h11.SEND_BODY:
        return BODY_S + received / BODY_RATE
    return math.inf


class _Flow(FlowControl):
    """Says how long we did not read: the other end could not send then."""

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
    """uvicorn's connection, with an eye on the clock and on the others."""

    origin: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # Those that were told to end count no more, though the loop has yet to close them.
        connections = cast("set[WatchedConnection]", self.connections)
        others = [one for one in connections if not one.transport.is_closing()]
        super().connection_made(transport)
        self._awaited: Any = self.conn.their_state
        self._began, self._received = self.loop.time(), 0
        self.flow = _Flow(transport, self.loop, self._excuse)
        self._stalled: float | None = None
        self._closing: float | None = None
        # uvicorn's own middleware knows whose word counts for where a request comes from.
        proxies = cast(ProxyHeadersMiddleware, self.app).trusted_hosts
        host = self.client[0] if self.client else None
        self.origin = None if host in proxies else origin_of(host)
        leaving = to_turn_away(self, others, _most())
        if leaving is not None:
            leaving.end(HTTPStatus.SERVICE_UNAVAILABLE, _FULL)
            log.warning("a connection was turned away: too many are open")

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
        if self.flow.read_paused:  # it is we who do not let it go on
            return 0.0
        return (now - self._began) / allowed(self._awaited, self._received)

    def end_if_late(self) -> bool:
        """To be called now and then: end the connection when it is late, and say whether it was."""
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
        """Close the connection; where a request has begun, with an answer."""
        if self.cycle is not None and not self.cycle.response_complete:  # the view waits for the rest
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
        """An answer to nothing would be taken for that to the next request."""
        return self._received > 0 or self._awaited is not h11.IDLE or status is HTTPStatus.SERVICE_UNAVAILABLE
