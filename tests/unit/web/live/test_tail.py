"""The tail of the call events, with a real database file that other threads write to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.utils import timezone

from factories import CallFactory
from onrecord.apps.calls.models import Call, CallEvent
from onrecord.web.live import tail as module
from onrecord.web.live.tail import Tail

pytestmark = pytest.mark.django_db(transaction=True)

# Long enough for a loaded machine; nothing waits for it when all is well.
PATIENCE = 30


def write(call: Call, count: int) -> list[int]:
    """Commit this many events. Returns their numbers."""
    return [
        CallEvent.objects.create(call=call, type="call.ringing", at=timezone.now()).seq for _ in range(count)
    ]


@pytest.fixture
async def tail() -> AsyncIterator[Tail]:
    tail = Tail()
    yield tail
    tail.close()
    # Its thread keeps a connection, as does the one that writes; left open, they would trouble later tests.
    await tail.in_thread(connections.close_all)
    await sync_to_async(connections.close_all)()


async def collect(
    tail: Tail, after: int | None, wanted: int, started: asyncio.Event | None = None
) -> list[int]:
    """The numbers of the next events, up to the wanted count."""
    seen: list[int] = []
    async with asyncio.timeout(PATIENCE), aclosing(tail.follow(after)) as batches:
        async for _, batch in batches:
            if started is not None:
                started.set()
            seen += [event.seq for event in batch]
            if len(seen) >= wanted:
                break
    return seen


async def test_listeners_get_committed_events_in_order_and_once(tail: Tail) -> None:
    call = await sync_to_async(CallFactory)()
    ready = [asyncio.Event(), asyncio.Event()]
    listeners = [asyncio.create_task(collect(tail, None, 5, started)) for started in ready]
    await asyncio.gather(*(started.wait() for started in ready))
    written = await sync_to_async(write)(call, 2) + await sync_to_async(write)(call, 3)
    assert await asyncio.gather(*listeners) == [written, written]


async def test_an_event_says_you_to_the_rep_and_the_name_to_everyone_else(tail: Tail) -> None:
    call = await sync_to_async(CallFactory)()
    call.decision |= {"sentence": "On: you chose to record this call."}
    await call.asave()
    written = await sync_to_async(write)(call, 1)
    async with asyncio.timeout(PATIENCE), aclosing(tail.follow(written[0] - 1)) as batches:
        async for _, batch in batches:
            [event] = batch
            break
    assert "On: you chose to record this call." in event.to_rep
    assert f"On: {call.user.name} chose to record this call." in event.to_others


def write_alone(call: Call, count: int) -> list[int]:
    """Like `write`, in its own thread, with each event in a transaction that runs parallel to others."""
    written = []
    for _ in range(count):
        with transaction.atomic():
            written += write(call, 1)
            call.refresh_from_db()
    connections.close_all()
    return written


async def test_no_event_is_skipped_with_several_parallel_writers(tail: Tail) -> None:
    call = await sync_to_async(CallFactory)()
    started = asyncio.Event()
    listener = asyncio.create_task(collect(tail, None, 60, started))
    await started.wait()
    written = await asyncio.gather(*(asyncio.to_thread(write_alone, call, 20) for _ in range(3)))
    assert await listener == sorted(seq for one in written for seq in one)


async def test_a_returning_listener_gets_missed_events_and_then_new_ones(tail: Tail) -> None:
    call = await sync_to_async(CallFactory)()
    missed = await sync_to_async(write)(call, 3)
    started = asyncio.Event()
    listener = asyncio.create_task(collect(tail, missed[0], 4, started))
    await started.wait()
    new = await sync_to_async(write)(call, 2)
    assert await listener == missed[1:] + new


async def test_a_listener_too_far_behind_reads_from_the_database(
    tail: Tail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 4)
    call = await sync_to_async(CallFactory)()
    missed = await sync_to_async(write)(call, 10)
    assert await collect(tail, 0, 10) == missed


async def test_a_number_from_before_a_restored_database_does_not_silence_a_listener(tail: Tail) -> None:
    call = await sync_to_async(CallFactory)()
    started = asyncio.Event()
    listener = asyncio.create_task(collect(tail, 10**9, 1, started))
    await started.wait()
    written = await sync_to_async(write)(call, 1)
    assert await listener == written


async def test_closing_ends_every_listener(tail: Tail) -> None:
    started = asyncio.Event()
    listener = asyncio.create_task(collect(tail, None, 1, started))
    await started.wait()
    tail.close()
    assert await asyncio.wait_for(listener, PATIENCE) == []
