"""EventDelivery against a real HTTP receiver on a real socket."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from onrecord.media.outbox.delivery import DeliveryThread, EventDelivery
from onrecord.media.outbox.spool import Spool
from onrecord.protocol.signature import HEADER, sent_at

CALL = "0" * 31 + "1"
OTHER = "0" * 31 + "2"
SECRET = "event secret"


class Receiver:
    """Takes events; `answers` says with which statuses, the last of them for good."""

    def __init__(self, *answers: int) -> None:
        self.port = unused_port()
        self.answers = list(answers)
        self.posts: list[tuple[str, int, int]] = []
        self.changed = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert sent_at(SECRET, body, request.headers[HEADER]) is not None
        event = json.loads(body)
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.posts.append((event["call_id"], event["seq"], status))
        self.changed.set()
        return web.Response(status=status)

    @property
    def applied(self) -> list[tuple[str, int]]:
        return [(call, seq) for call, seq, status in self.posts if status < 300]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/internal/events", self.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        try:
            yield
        finally:
            await runner.cleanup()


@asynccontextmanager
async def delivering(spool: Spool, receiver: Receiver) -> AsyncIterator[None]:
    delivery = EventDelivery(spool, f"127.0.0.1:{receiver.port}", SECRET)
    task = asyncio.create_task(delivery.run())
    try:
        yield
    finally:
        delivery.stop()
        await task


async def settled(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_events_of_a_call_arrive_in_order_and_leave_the_spool(tmp_path: Path) -> None:
    spool, receiver = Spool(tmp_path, "switch"), Receiver(204)
    for _ in range(3):
        spool.append(CALL, "call.ringing", None, {})
    async with receiver.listening(), delivering(spool, receiver):
        await receiver.until(lambda: len(receiver.applied) == 3)
        spool.append(CALL, "call.ended", 5, {})
        await receiver.until(lambda: len(receiver.applied) == 4)
        await settled(lambda: spool.pending == 0)
    assert receiver.applied == [(CALL, 1), (CALL, 2), (CALL, 3), (CALL, 4)]


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503])
async def test_an_event_that_cannot_be_taken_now_is_tried_again_before_the_next(
    tmp_path: Path, status: int
) -> None:
    spool, receiver = Spool(tmp_path, "switch"), Receiver(status, status, 204)
    spool.append(CALL, "call.ringing", None, {})
    spool.append(CALL, "call.answered", 0, {})
    async with receiver.listening(), delivering(spool, receiver):
        await receiver.until(lambda: len(receiver.applied) == 2)
    assert [seq for _, seq, _ in receiver.posts] == [1, 1, 1, 2]


async def test_an_event_that_will_never_be_taken_is_logged_and_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool, receiver = Spool(tmp_path, "switch"), Receiver(400, 204)
    spool.append(CALL, "call.nonsense", None, {})
    spool.append(CALL, "call.answered", 0, {})
    async with receiver.listening(), delivering(spool, receiver):
        await receiver.until(lambda: receiver.applied == [(CALL, 2)])
    assert [record.levelno for record in caplog.records if "refused" in record.message] == [logging.ERROR]
    kept = tmp_path / "quarantine" / f"{CALL}-00000001.event"
    assert json.loads(kept.read_bytes())["type"] == "call.nonsense"
    assert kept.with_name(f"{kept.name}.reason").read_text().startswith("The web refused it with 400")


@pytest.mark.parametrize(
    "content", [b"", b'{"call_id":', b"\xff\xfe\x00", b"[" * 100_000, b"7", b'{"call_id":"another","seq":1}']
)
async def test_an_event_that_cannot_be_read_is_set_aside_once_and_what_is_behind_it_goes_on(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before, receiver = Spool(tmp_path, "switch"), Receiver(204)
    for _ in range(3):
        before.append(CALL, "call.ringing", None, {})
    (tmp_path / CALL / "00000002.event").write_bytes(content)
    spool = Spool(tmp_path, "switch")
    async with receiver.listening(), delivering(spool, receiver):
        await receiver.until(lambda: len(receiver.applied) == 2)
        await settled(lambda: spool.pending == 0)
    assert receiver.posts == [(CALL, 1, 204), (CALL, 3, 204)]
    assert (tmp_path / "quarantine" / f"{CALL}-00000002.event").read_bytes() == content
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


async def test_events_wait_while_the_web_is_away(tmp_path: Path) -> None:
    spool, receiver = Spool(tmp_path, "switch"), Receiver(204)
    async with delivering(spool, receiver):
        spool.append(CALL, "call.ringing", None, {})
        spool.append(OTHER, "call.ringing", None, {})
        async with receiver.listening():
            await receiver.until(lambda: sorted(receiver.applied) == [(CALL, 1), (OTHER, 1)])


async def test_one_call_does_not_wait_for_another(tmp_path: Path) -> None:
    release = asyncio.Event()

    class Slow(Receiver):
        async def handle(self, request: web.Request) -> web.Response:
            if json.loads(await request.read())["call_id"] == CALL:
                await release.wait()
            return await super().handle(request)

    spool, receiver = Spool(tmp_path, "switch"), Slow(204)
    spool.append(CALL, "call.ringing", None, {})
    async with receiver.listening(), delivering(spool, receiver):
        spool.append(OTHER, "call.ringing", None, {})
        await receiver.until(lambda: receiver.applied == [(OTHER, 1)])
        release.set()
        await receiver.until(lambda: receiver.applied == [(OTHER, 1), (CALL, 1)])


async def test_a_stopped_delivery_takes_up_again_where_it_was(tmp_path: Path) -> None:
    receiver = Receiver(204)
    async with delivering(spool := Spool(tmp_path, "switch"), receiver):
        spool.append(CALL, "call.ringing", None, {})
        spool.append(CALL, "call.ended", None, {})
    async with receiver.listening(), delivering(Spool(tmp_path, "switch"), receiver):
        await receiver.until(lambda: receiver.applied == [(CALL, 1), (CALL, 2)])


async def test_a_process_without_a_loop_delivers_from_a_thread(tmp_path: Path) -> None:
    spool, receiver = Spool(tmp_path, "renderer"), Receiver(204)

    def work() -> None:
        with DeliveryThread(spool, f"127.0.0.1:{receiver.port}", SECRET):
            spool.append(CALL, "recording.completed", None, {})

    async with receiver.listening():
        worker: Awaitable[None] = asyncio.to_thread(work)
        await worker
    assert receiver.applied == [(CALL, 1)]
    assert spool.pending == 0
