"""Requests that restrict or end a call. No test here uses the database: pytest-django enforces that."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.switch_client import SwitchClient
from onrecord.apps.calls.tickets import Ticket, issue, read
from onrecord.web.asgi import application
from onrecord.web.body_limit import Application
from onrecord.web.call_control import CallControl

CALL = Call(id="0123456789abcdef0123456789abcdef", user_id=7)
REP, COLLEAGUE = User(pk=7), User(pk=8)
COMMANDS = ("pause", "hangup", "leave", "detach")
PRESS = json.dumps({"press": "one"}).encode()


def ask(
    command: str, *, ticket: str, call_id: str = CALL.id, method: str = "POST", body: bytes = PRESS
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the web's response. No switch is listening, so a 503 means "let through"."""
    return asyncio.run(asked(application, command, ticket=ticket, call_id=call_id, method=method, body=body))


async def asked(
    web: Application,
    command: str,
    *,
    ticket: str,
    call_id: str = CALL.id,
    method: str = "POST",
    body: bytes = PRESS,
) -> tuple[int, dict[str, Any]]:
    scope = {
        "type": "http",
        "method": method,
        "path": f"/api/v2/calls/{call_id}/{command}",
        "headers": [(b"onrecord-ticket", ticket.encode())],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await web(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_ticket_is_sufficient(command: str) -> None:
    status, said = ask(command, ticket=issue(CALL, REP))
    assert (status, said["code"]) == (503, "switch_unreachable")
    assert "may still be live" in said["message"]


def test_a_ticket_names_the_call_the_user_and_their_role() -> None:
    assert read(issue(CALL, REP)) == Ticket(call_id=CALL.id, user_id="7", role="rep")
    assert read(issue(CALL, COLLEAGUE)) == Ticket(call_id=CALL.id, user_id="8", role="collaborator")


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_ticket_for_this_call_nothing_is_done(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, now = issue(CALL, REP), time.time()
    with monkeypatch.context() as clock:
        clock.setattr(signing.time, "time", lambda: now - 25 * 3600)
        old = issue(CALL, REP)
    shapes = [signing.dumps(shape, salt="onrecord.calls.tickets") for shape in ({}, 5, None, [CALL.id, "7"])]
    for bad in ("", "nonsense", good[:-1], good[1:], old, *shapes):
        assert ask(command, ticket=bad)[0] == 403, bad
    assert ask(command, ticket=good, call_id="f" * 32)[0] == 403
    assert ask(command, ticket=good, method="GET")[0] == 405


def test_a_colleague_can_leave_but_not_end_the_call() -> None:
    ticket = issue(CALL, COLLEAGUE)
    assert ask("hangup", ticket=ticket)[0] == 403
    assert ask("leave", ticket=ticket)[0] == 503


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"press": 5}',
        b'{"press": ""}',
        b'{"press": "\\ud800"}',
        b"[" * 900,
        b" " * 2000,
    ],
)
def test_a_press_that_cannot_be_read_is_refused_with_a_sentence(body: bytes) -> None:
    status, said = ask("pause", ticket=issue(CALL, REP), body=body)
    assert (status, said["code"]) == (400, "bad_request")


@pytest.fixture
def silent_switch() -> Iterator[socket.socket]:
    """Accepts connections but never answers, like a switch that is suspended."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        listening.settimeout(20)
        yield listening


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(f"nobody else is asked for {scope['path']}")


async def test_a_hundred_presses_do_not_delay_other_users(silent_switch: socket.socket) -> None:
    host, port = silent_switch.getsockname()
    web = CallControl(nothing, SwitchClient(f"{host}:{port}", "secret"))
    flood = [asyncio.create_task(asked(web, "pause", ticket=issue(CALL, COLLEAGUE))) for _ in range(100)]
    theirs, _ = await asyncio.to_thread(silent_switch.accept)
    others = [
        asyncio.create_task(asked(web, "pause", ticket=issue(CALL, REP))),
        asyncio.create_task(asked(web, "leave", ticket=issue(CALL, COLLEAGUE))),
    ]
    heard = []
    for _ in others:
        connection, _ = await asyncio.to_thread(silent_switch.accept)
        with connection:
            heard.append((await asyncio.to_thread(connection.recv, 4096)).split(b" HTTP/")[0])
    assert sorted(heard) == [f"POST /calls/{CALL.id}/{what}".encode() for what in ("leave", "pause")]
    for task in (*flood, *others):
        task.cancel()
    await asyncio.gather(*flood, *others, return_exceptions=True)
    theirs.close()
