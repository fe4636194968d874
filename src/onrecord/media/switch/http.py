"""The switch's commands over HTTP (docs/reference/switch.md)."""

import asyncio
import base64
import hmac
import logging
import re
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.audio.g711 import RATE
from onrecord.media.capture.recorder import RefusedError
from onrecord.media.switch.call import AbsentError, EndedError, FullError, LiveCall, StoppingError
from onrecord.media.switch.legs.offer import BadSdpError
from onrecord.media.switch.precedence import StaleError
from onrecord.media.switch.presses import PRESS_ID
from onrecord.media.switch.state import Reason
from onrecord.media.switch.switchboard import ExistsError, Switchboard
from onrecord.policy.mode import Mode
from onrecord.protocol.commands import Decision, Order

log = logging.getLogger(__name__)

MAX_BODY = 512 << 10
#: Longest announcement. In base64 it is the greater part of the largest body.
MAX_ANNOUNCEMENT_S = 30
MAX_BEEP_S = 300

_CALL_ID = re.compile(r"[0-9a-f]{32}")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_DIGITS = re.compile(r"[0-9*#A-D]{1,64}")

Choice = TypeVar("Choice", bound=StrEnum)


class BadRequestError(Exception):
    """The request is not as the reference says; the message says what is wrong."""


class NoSuchCallError(Exception):
    """There is no live call of this id."""


#: What is answered when a handler raises, most specific first. An empty message is filled from the exception.
_ANSWERS: dict[type[Exception], tuple[int, str, str]] = {
    BadRequestError: (400, "bad_request", ""),
    BadSdpError: (400, "bad_sdp", ""),
    NoSuchCallError: (404, "no_such_call", "There is no such call, or it has ended."),
    EndedError: (404, "no_such_call", "There is no such call, or it has ended."),
    AbsentError: (409, "absent", "The user of `user_id` is not in the call."),
    FullError: (409, "full", "No more users can join this call."),
    ExistsError: (409, "exists", "There is or was a call of this id."),
    StaleError: (409, "stale", ""),
    StoppingError: (503, "stopping", "The switch is about to stop and takes nobody new."),
}


def application(switchboard: Switchboard, secret: str) -> web.Application:
    """The HTTP application of a switch; `secret` is the bearer token of its commands."""
    commands = _Commands(switchboard)
    app = web.Application(middlewares=[_authorised(secret), _errors], client_max_size=MAX_BODY)
    app.add_routes(
        [
            web.get("/health", commands.health),
            web.post("/calls", commands.place),
            web.get("/calls", commands.list_calls),
            web.get("/calls/{id}", commands.state),
            web.get("/journals", commands.journals),
            web.post("/calls/{id}/attach", commands.attach),
            web.post("/calls/{id}/detach", commands.detach),
            web.post("/calls/{id}/join", commands.join),
            web.post("/calls/{id}/leave", commands.leave),
            web.post("/calls/{id}/pause", commands.pause),
            web.post("/calls/{id}/record", commands.record),
            web.post("/calls/{id}/restrict", commands.restrict),
            web.post("/calls/{id}/dtmf", commands.dtmf),
            web.post("/calls/{id}/hangup", commands.hang_up),
        ]
    )
    return app


class _Commands:
    """One method per route."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": len(self._switchboard.calls), "drops": self._switchboard.drops})

    async def place(self, request: web.Request) -> web.Response:
        body = await _body(request)
        answer = await self._switchboard.place(_order(body), _text(body, "sdp"))
        return web.json_response({"sdp": answer}, status=201)

    async def list_calls(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": [call.describe() for call in self._switchboard.calls]})

    async def journals(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": await asyncio.to_thread(self._switchboard.journals)})

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(self._known(request).describe())

    async def attach(self, request: web.Request) -> web.Response:
        body = await _body(request)
        user, offer, controls = _text(body, "user_id"), _text(body, "sdp"), _flag(body, "controls")
        answer = await self._live(request).attach(user, offer, controls=controls)
        return web.json_response({"sdp": answer})

    async def detach(self, request: web.Request) -> web.Response:
        user = _text(await _body(request), "user_id")
        self._live(request).detach(user)
        return web.Response(status=204)

    async def join(self, request: web.Request) -> web.Response:
        body = await _body(request)
        user, offer, controls = _text(body, "user_id"), _text(body, "sdp"), _flag(body, "controls")
        answer = await self._live(request).join(user, offer, controls=controls)
        return web.json_response({"sdp": answer})

    async def leave(self, request: web.Request) -> web.Response:
        user = _text(await _body(request), "user_id")
        self._live(request).leave(user)
        return web.Response(status=204)

    async def pause(self, request: web.Request) -> web.Response:
        body = await _body(request)
        actor, press = _text(body, "actor"), _press(body)
        return web.json_response(self._live(request).pause(actor=actor, press=press))

    async def record(self, request: web.Request) -> web.Response:
        body = await _body(request)
        actor, generation = _text(body, "actor"), _integer(body, "generation")
        return web.json_response(self._live(request).record(actor=actor, generation=generation))

    async def restrict(self, request: web.Request) -> web.Response:
        body = await _body(request)
        mode, may_change, version = (
            _choice(body, "mode", Mode),
            _flag(body, "may_change"),
            _integer(body, "policy_version"),
        )
        now = self._live(request).restrict(mode, may_change=may_change, policy_version=version)
        return web.json_response(now)

    async def dtmf(self, request: web.Request) -> web.Response:
        digits = _text(await _body(request), "digits")
        if not _DIGITS.fullmatch(digits):
            raise BadRequestError("`digits` must be 1 to 64 of 0-9 * # A-D.")
        self._live(request).dtmf(digits)
        return web.Response(status=204)

    async def hang_up(self, request: web.Request) -> web.Response:
        actor = _text(await _body(request), "actor")
        call = self._known(request)
        if not call.state.ended:
            log.info("call %s: %s hangs up", call.order.call_id, actor)
            call.end(Reason.REP_HUNG_UP, actor=actor)
        return web.json_response(call.describe())

    def _live(self, request: web.Request) -> LiveCall:
        return _found(self._switchboard.live(request.match_info["id"]))

    def _known(self, request: web.Request) -> LiveCall:
        return _found(self._switchboard.find(request.match_info["id"]))


def _authorised(secret: str) -> Middleware:
    expected = f"Bearer {secret}".encode()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if request.path != "/health" and not hmac.compare_digest(given, expected):
            return _error(401, "unauthorized", "Give the switch secret: `Authorization: Bearer <secret>`.")
        return await handler(request)

    return check


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as refusal:
        return _error(403, refusal.code, str(refusal))
    except tuple(_ANSWERS) as error:
        status, code, message = _ANSWERS[type(error)]
        return _error(status, code, message or str(error))
    except web.HTTPException as error:
        return _error(error.status, "bad_request", f"{error.reason}: {request.method} {request.path}")


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)


def _found(call: LiveCall | None) -> LiveCall:
    if call is None:
        raise NoSuchCallError
    return call


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise BadRequestError("The body must be a JSON object.") from error
    if not isinstance(body, dict):
        raise BadRequestError("The body must be a JSON object.")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequestError(f"`{name}` must be a text that is not empty.")
    return value


def _press(body: dict[str, Any]) -> str:
    value = _text(body, "press")
    if not PRESS_ID.fullmatch(value):
        raise BadRequestError("`press` must be 1 to 64 letters, digits and hyphens.")
    return value


def _integer(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadRequestError(f"`{name}` must be a whole number, 0 or more.")
    return value


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise BadRequestError(f"`{name}` must be true or false.")
    return value


def _choice(body: dict[str, Any], name: str, choices: type[Choice]) -> Choice:
    value = body.get(name)
    if value not in list(choices):
        raise BadRequestError(f"`{name}` must be one of {', '.join(choices)}.")
    return choices(value)


def _number(body: dict[str, Any], name: str) -> str:
    value = _text(body, name)
    if not _E164.fullmatch(value):
        raise BadRequestError(f"`{name}` must be a number in E.164, such as +12025550123.")
    return value


def _order(body: dict[str, Any]) -> Order:
    call_id = _text(body, "call_id")
    if not _CALL_ID.fullmatch(call_id):
        raise BadRequestError("`call_id` must be 32 lower-case hexadecimal digits.")
    decision = body.get("decision")
    if not isinstance(decision, dict):
        raise BadRequestError("`decision` must be an object: without a decision no call is placed.")
    return Order(
        call_id=call_id,
        to=_number(body, "to"),
        caller=_number(body, "from") if body.get("from") is not None else None,
        user_id=_text(body, "user_id"),
        controls=_flag(body, "controls"),
        decision=Decision(
            mode=_choice(decision, "mode", Mode),
            record_at_start=_flag(decision, "record_at_start"),
            may_change=_flag(decision, "may_change"),
            policy_version=_integer(decision, "policy_version"),
        ),
        announcement=_announcement(body),
        beep_every_s=_beep(body),
    )


def _announcement(body: dict[str, Any]) -> bytes | None:
    value = body.get("announcement")
    if value is None:
        return None
    try:
        sound = base64.b64decode(value["pcmu"], validate=True)
    except (TypeError, KeyError, ValueError) as error:
        raise BadRequestError("`announcement` must be null or {`pcmu`: base64 of PCMU at 8 kHz}.") from error
    if not 0 < len(sound) <= MAX_ANNOUNCEMENT_S * RATE:
        raise BadRequestError(f"`announcement` must have sound, and at most {MAX_ANNOUNCEMENT_S} s of it.")
    return sound


def _beep(body: dict[str, Any]) -> int | None:
    if body.get("beep_every_s") is None:
        return None
    seconds = _integer(body, "beep_every_s")
    if not 1 <= seconds <= MAX_BEEP_S:
        raise BadRequestError(f"`beep_every_s` must be null or 1 to {MAX_BEEP_S} seconds.")
    return seconds
