"""The newest call events, read once for all listeners in this process."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from django.db.models import Max, QuerySet

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import CallEvent
from onrecord.web.api.call_schemas import CallEventOut, CallOut
from onrecord.web.live.waker import changes

#: Seconds without events after which a listener gets an empty batch.
HEARTBEAT = 15.0

#: Events kept for listeners. A listener who is further behind reads from the database.
_KEPT = 1000
_BATCH = 500

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveEvent:
    """A call event, ready to send."""

    seq: int
    rep: User
    #: A `CallEventOut` as JSON, with the call's reason as the rep reads it.
    to_rep: str
    #: The same for everyone else, without the call's log.
    to_others: str


class Tail:
    """Follows the events while there are listeners. Belongs to the listeners' event loop."""

    def __init__(self) -> None:
        # One thread, so that all listeners share one database connection.
        self._thread = ThreadPoolExecutor(1, "live-events")
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None
        # Held while the first listener starts the task, so that the next one finds it running.
        self._starting = asyncio.Lock()
        self._closed = False
        self._recent: deque[LiveEvent] = deque(maxlen=_KEPT)
        #: Number of the newest event, and of the newest one that is no longer in `_recent`.
        self._position = 0
        self._forgotten = 0
        self._news = asyncio.Event()

    async def follow(self, after: int | None) -> AsyncGenerator[tuple[int, list[LiveEvent]], None]:
        """Batches of events after number `after` (None: from now on), each with the position it reaches.

        The first batch comes at once. After `HEARTBEAT` seconds without events, an empty one follows. The
        iteration ends when the tail is closed.
        """
        async with self._followed():
            position = self._position if after is None else min(after, self._position)
            while not self._closed:
                news = self._news
                batch = await self._after(position)
                position = batch[-1].seq if batch else position
                yield position, batch
                if position >= self._position:
                    await _wait(news)

    async def in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run database work in the tail's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """End all streams, because the process is stopping."""
        self._closed = True
        self._news.set()

    @asynccontextmanager
    async def _followed(self) -> AsyncIterator[None]:
        self._listeners += 1
        try:
            async with self._starting:
                if self._task is None or self._task.done():
                    self._position = self._forgotten = await self.in_thread(last_seq)
                    self._recent.clear()
                    self._task = asyncio.create_task(self._run())
            yield
        finally:
            self._listeners -= 1
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _run(self) -> None:
        async with aclosing(changes()) as wakes:
            async for _ in wakes:
                while batch := await self.in_thread(_read, self._position):
                    self._take(batch)

    def _take(self, batch: list[LiveEvent]) -> None:
        overflow = len(self._recent) + len(batch) - _KEPT
        if overflow > 0:
            self._forgotten = ([*self._recent, *batch])[overflow - 1].seq
        self._recent.extend(batch)
        self._position = batch[-1].seq
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _after(self, position: int) -> list[LiveEvent]:
        if position < self._forgotten:
            return await self.in_thread(_read, position)
        return [event for event in self._recent if event.seq > position]


async def _wait(news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(HEARTBEAT):
            await news.wait()
    except TimeoutError:
        return


def last_seq() -> int:
    """Number of the newest event; 0 if there is none."""
    return CallEvent.objects.aggregate(last=Max("seq"))["last"] or 0


def _read(after: int) -> list[LiveEvent]:
    """Events in the order of their numbers, each with its call as it is now.

    Only one transaction writes at a time, so numbers are committed in order: no event can appear later with a
    number that is lower than one already seen.
    """
    events: QuerySet[CallEvent] = CallEvent.objects.filter(seq__gt=after).select_related(
        "call__user", "call__person", "call__recording", "call__log__person"
    )
    return [_live(event) for event in events.order_by("seq")[:_BATCH]]


def _live(event: CallEvent) -> LiveEvent:
    rep = event.call.user
    call = CallOut.of(event.call, rep)
    # Notes can have up to 100,000 characters, and only the rep's dialer shows them.
    to_others = call.for_others(rep).model_copy(update={"log": None})
    return LiveEvent(
        seq=event.seq,
        rep=rep,
        to_rep=CallEventOut(type=event.type, call=call).model_dump_json(),
        to_others=CallEventOut(type=event.type, call=to_others).model_dump_json(),
    )
