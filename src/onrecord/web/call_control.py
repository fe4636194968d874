"""Requests that restrict or end a call. They work without the database.

Sessions, permissions, and the audit trail are in the database, so this runs before all of Django. A ticket
identifies the user, the switch carries out the command, and its event adds the audit row later.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from weakref import WeakValueDictionary

from onrecord.apps.calls.switch_client import SwitchClient, SwitchRefusedError, SwitchUnreachableError
from onrecord.apps.calls.tickets import BadTicketError, Ticket, read
from onrecord.protocol.error_codes import ErrorCode
from onrecord.protocol.fields import CALL_ID, PRESS_ID
from onrecord.web.api.call_schemas import HangUpReply
from onrecord.web.body_limit import Application, Message, Receive, Send

log = logging.getLogger(__name__)

TICKET_HEADER = b"onrecord-ticket"

_PATH = re.compile(rf"/api/v2/calls/(?P<call_id>{CALL_ID})/(?P<command>pause|hangup|leave|detach)")
_PRESS = re.compile(PRESS_ID)
#: A `press` is about 60 bytes.
_LARGEST_BODY = 1000
#: Parallel commands. None takes longer than the timeout of the switch client.
_AT_ONCE = 32

Reply = tuple[int, dict[str, Any] | None]


class RefusalError(Exception):
    """The request cannot be carried out. It gets a code and a message."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.reply: Reply = status, {"code": code, "message": message}


class CallControl:
    """ASGI middleware: `POST /api/v2/calls/{id}/` `pause`, `hangup`, `leave`, `detach`. Forwards the rest."""

    def __init__(self, application: Application, switch: SwitchClient) -> None:
        self._application = application
        self._switch = switch
        # Its own threads, because all of the web's other threads may be waiting for the database.
        self._threads = ThreadPoolExecutor(_AT_ONCE, "call-control")
        # A user's presses of one button wait for each other. However many there are, none is refused, and
        # they delay neither other users nor other buttons.
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        asked = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if asked is None:
            await self._application(scope, receive, send)
            return
        try:
            ticket = _admit(scope, asked["call_id"])
            body = await _body(receive)
            turn = self._turns.setdefault((ticket.user_id, asked["command"]), asyncio.Lock())
            async with turn:
                reply = await asyncio.get_running_loop().run_in_executor(
                    self._threads, _carry_out, _COMMANDS[asked["command"]], self._switch, ticket, body
                )
        except RefusalError as refusal:
            reply = refusal.reply
        await _answer(send, reply)


def _admit(scope: Any, call_id: str) -> Ticket:
    if scope["method"] != "POST":
        raise RefusalError(
            HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "This address accepts only POST."
        )
    given = dict(scope["headers"]).get(TICKET_HEADER, b"").decode("latin-1")
    try:
        ticket = read(given)
    except BadTicketError as error:
        raise RefusalError(
            HTTPStatus.FORBIDDEN,
            "bad_ticket",
            "This page is no longer connected to the call. Reload the page.",
        ) from error
    if ticket.call_id != call_id:
        raise RefusalError(HTTPStatus.FORBIDDEN, "bad_ticket", "The ticket is for another call.")
    return ticket


async def _body(receive: Receive) -> dict[str, Any]:
    """The JSON object in the body; empty if there is none."""
    body, more = b"", True
    while more and len(body) <= _LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    try:
        read_body = json.loads(body) if body and not more else {}
    except (ValueError, RecursionError):
        read_body = {}
    return read_body if isinstance(read_body, dict) else {}


def _carry_out(command: "Handler", switch: SwitchClient, ticket: Ticket, body: dict[str, Any]) -> Reply:
    try:
        return command(switch, ticket, body)
    except SwitchUnreachableError as error:
        log.warning("call %s: the switch cannot be reached: %s", ticket.call_id, error)
        raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "switch_unreachable", _STILL_RUNS) from error
    except SwitchRefusedError as error:
        status, code, message = _REFUSALS.get(error.code, (error.status, error.code, error.message))
        raise RefusalError(HTTPStatus(status), code, message) from error


def _pause(switch: SwitchClient, ticket: Ticket, body: dict[str, Any]) -> Reply:
    press = body.get("press")
    if not isinstance(press, str) or not _PRESS.fullmatch(press):
        raise RefusalError(
            HTTPStatus.BAD_REQUEST, "bad_request", "`press` must be 1 to 64 letters, digits, and hyphens."
        )
    answer = switch.pause(ticket.call_id, actor=ticket.user_id, press=press)
    return HTTPStatus.OK, answer.document()


def _hang_up(switch: SwitchClient, ticket: Ticket, body: dict[str, Any]) -> Reply:
    """Succeeds if the call has already ended. The switch forgets a call some time after its end."""
    if ticket.role != "rep":
        raise RefusalError(
            HTTPStatus.FORBIDDEN, "not_allowed", "Only the rep can end this call. You can leave it."
        )
    try:
        status = switch.hang_up(ticket.call_id, actor=ticket.user_id).status
    except SwitchRefusedError as error:
        if error.code != ErrorCode.NO_SUCH_CALL:
            raise
        status = None
    return HTTPStatus.OK, HangUpReply(status=status).model_dump(mode="json")


def _leave(switch: SwitchClient, ticket: Ticket, body: dict[str, Any]) -> Reply:
    """Succeeds if the user has already left."""
    try:
        switch.leave(ticket.call_id, user_id=ticket.user_id)
    except SwitchRefusedError as error:
        if error.code not in {ErrorCode.ABSENT, ErrorCode.NO_SUCH_CALL}:
            raise
    return HTTPStatus.NO_CONTENT, None


def _detach(switch: SwitchClient, ticket: Ticket, body: dict[str, Any]) -> Reply:
    switch.detach(ticket.call_id, user_id=ticket.user_id)
    return HTTPStatus.NO_CONTENT, None


Handler = Callable[[SwitchClient, Ticket, dict[str, Any]], Reply]

_COMMANDS: dict[str, Handler] = {"pause": _pause, "hangup": _hang_up, "leave": _leave, "detach": _detach}

_STILL_RUNS = (
    "The phone system cannot be reached. The call may still be live, and may still be recorded. "
    "Close this tab to leave it."
)
_REFUSALS: dict[str, tuple[int, str, str]] = {
    ErrorCode.NOT_CHANGEABLE: (
        403,
        "not_allowed",
        "The recording policy does not allow you to pause this recording.",
    ),
    ErrorCode.NOT_PERMITTED: (
        403,
        "not_allowed",
        "You do not have permission to control recordings. Ask an admin if you need it.",
    ),
    ErrorCode.NO_SUCH_CALL: (409, "call_ended", "The call has ended."),
    ErrorCode.ABSENT: (409, "absent", "You are no longer in this call."),
}


async def _answer(send: Send, reply: Reply) -> None:
    status, content = reply
    headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    if content is not None:
        headers.append((b"content-type", b"application/json"))
    start: Message = {"type": "http.response.start", "status": int(status), "headers": headers}
    await send(start)
    body = b"" if content is None else json.dumps(content).encode()
    await send({"type": "http.response.body", "body": body})
