"""Which connections are closed to make room, and what is logged about it."""

import asyncio
import logging
import math
from dataclasses import dataclass
from typing import Any, cast

import h11
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from harness.switch_rig import until
from onrecord.config.logs import MOST_ALIKE, Alike
from onrecord.web.body_limit import Receive, Send
from onrecord.web.edge import (
    BODY_S,
    HEAD_S,
    MOST,
    MOST_OF_ONE,
    WatchedConnection,
    allowed,
    most_connections,
    to_turn_away,
)


@dataclass(frozen=True)
class Guest:
    origin: str | None
    used_up: float


NEW = Guest("192.0.2.1", 0)
PROXIED = Guest(None, 0)


@given(st.lists(st.builds(Guest, st.just(None), st.floats(0, 2)), min_size=5, max_size=9))
def test_when_full_the_slowest_is_closed_but_never_one_being_answered(others: list[Guest]) -> None:
    assert to_turn_away(PROXIED, others, most=len(others) + 1) is None
    gone = to_turn_away(PROXIED, others, most=len(others))
    assert gone is not None
    slowest = max(guest.used_up for guest in others)
    assert gone.used_up == slowest
    assert (gone is PROXIED) == (slowest == 0)


def test_an_address_over_its_limit_loses_its_own_slowest_connection() -> None:
    others = [Guest("192.0.2.2", 0.9), *[Guest(NEW.origin, 0.5)] * MOST_OF_ONE]
    gone = to_turn_away(NEW, others, most=MOST)
    assert gone is not None
    assert gone.origin == NEW.origin
    assert gone is not NEW


def test_an_office_behind_one_address_may_have_any_number_of_event_streams() -> None:
    others = [Guest(NEW.origin, 0)] * (MOST - 1)
    assert to_turn_away(NEW, others, most=MOST) is None
    assert to_turn_away(NEW, [*others[:-1], Guest(NEW.origin, 0.1)], most=MOST) is None


def test_a_proxys_connections_are_not_limited_per_address() -> None:
    assert to_turn_away(PROXIED, [Guest(None, 0.5)] * (MOST_OF_ONE + 1), most=MOST) is None


async def test_a_sender_is_not_late_while_we_do_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, go = asyncio.get_running_loop(), asyncio.Event()

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        await go.wait()
        while (await receive()).get("more_body"):
            pass

    config = uvicorn.Config(application, http=WatchedConnection, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    listening = await loop.create_server(lambda: WatchedConnection(config, state, {}), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + bytes(200_000))
    await until(
        lambda: any(one.flow and one.flow.read_paused for one in state.connections), "we read no more"
    )
    (connection,) = cast("set[WatchedConnection]", state.connections)

    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + 10_000)
    assert connection.used_up == 0
    go.set()
    await until(lambda: not connection.flow.read_paused, "we read on")
    assert connection.used_up < 0.1
    assert not connection.end_if_late()
    monkeypatch.setattr(loop, "time", lambda: real() + 20_000)
    assert connection.end_if_late()
    writer.close()
    listening.close()


def test_a_body_may_take_as_long_as_a_slow_line_needs_and_an_answer_any_time() -> None:
    assert allowed(h11.IDLE, 10**6) == HEAD_S
    assert allowed(h11.SEND_BODY, 0) == BODY_S
    assert allowed(h11.SEND_BODY, 1_000_000) > 1_000
    assert allowed(h11.DONE, 0) == math.inf


@pytest.mark.parametrize(("files", "connections"), [(100, 1), (1024, 153), (1 << 20, MOST)])
def test_the_limit_on_connections_follows_from_the_limit_on_open_files(files: int, connections: int) -> None:
    assert most_connections(files) == connections


def warning(text: str, at: float, *arguments: object, level: int = logging.WARNING) -> logging.LogRecord:
    record = logging.LogRecord("a.logger", level, __file__, 1, text, arguments, None)
    record.created = at
    return record


def test_a_repeated_warning_is_logged_sixty_times_a_minute_and_then_counted() -> None:
    alike = Alike()
    written = [alike.filter(warning("No file %d", 1000 + number / 100, number)) for number in range(1000)]
    assert written == [True] * MOST_ALIKE + [False] * (1000 - MOST_ALIKE)
    assert alike.filter(warning("Something else", 1010))
    assert alike.filter(warning("No file %d", 1010, 1, level=logging.INFO))
    later = warning("No file %d", 1061, 7)
    assert alike.filter(later)
    assert later.getMessage() == "No file 7 (and 940 more like it in the minute before)"


def test_only_the_first_line_counts_and_old_messages_are_forgotten() -> None:
    alike = Alike()
    assert sum(alike.filter(warning(f"accept failed\nsocket {n}", 1000)) for n in range(100)) == MOST_ALIKE
    assert all(alike.filter(warning(f"wording {n}", 1000)) for n in range(5000))
    assert len(alike._windows) <= 1000
