"""The switch's commands over HTTP (docs/reference/switch.md)."""

import asyncio
import hmac
import logging
from typing import TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.media.capture.gate import CommandRefusedError
from onrecord.media.switch.call import AbsentError, CallSession, FullError, StoppingError
from onrecord.media.switch.legs.offer import BadSdpError
from onrecord.media.switch.precedence import StaleError
from onrecord.media.switch.recording_control import EndedError
from onrecord.media.switch.switchboard import ExistsError, Switchboard
from onrecord.protocol.call_status import EndReason
from onrecord.protocol.commands import (
    CALL,
    CALLS,
    HEALTH,
    JOURNALS,
    Attach,
    CallList,
    Command,
    Detach,
    Dtmf,
    ErrorResponse,
    HangUp,
    Health,
    Join,
    JournalList,
    Leave,
    Pause,
    PlaceCall,
    Record,
    Response,
    Restrict,
    SdpResponse,
)
from onrecord.protocol.error_codes import STATUS, ErrorCode
from onrecord.protocol.message import BadMessageError, read

log = logging.getLogger(__name__)

#: Most of the largest body is an announcement in base64.
MAX_BODY = 512 << 10

AnyCommand = TypeVar("AnyCommand", bound=Command)


class NoSuchCallError(Exception):
    """There is no live call with this ID."""


#: The response when a handler raises. An empty message is replaced by the exception's.
_ANSWERS: dict[type[Exception], tuple[ErrorCode, str]] = {
    BadMessageError: (ErrorCode.BAD_REQUEST, ""),
    BadSdpError: (ErrorCode.BAD_SDP, ""),
    NoSuchCallError: (ErrorCode.NO_SUCH_CALL, "There is no such call, or it has ended."),
    EndedError: (ErrorCode.NO_SUCH_CALL, "There is no such call, or it has ended."),
    AbsentError: (ErrorCode.ABSENT, "The user of `user_id` is not in the call."),
    FullError: (ErrorCode.FULL, "No more users can join this call."),
    ExistsError: (ErrorCode.EXISTS, "There is or was a call with this id."),
    StaleError: (ErrorCode.STALE, ""),
    StoppingError: (ErrorCode.STOPPING, "The switch is about to stop and accepts no new calls or users."),
}


def application(switchboard: Switchboard, secret: str) -> web.Application:
    """The HTTP application of a switch; `secret` is the bearer token of its commands."""
    handlers = _Handlers(switchboard)
    app = web.Application(middlewares=[_authorized(secret), _errors], client_max_size=MAX_BODY)
    app.add_routes(
        [
            web.get(HEALTH, handlers.health),
            web.get(CALLS, handlers.list_calls),
            web.get(CALL, handlers.state),
            web.get(JOURNALS, handlers.journals),
            web.post(PlaceCall.path, handlers.place),
            web.post(Attach.path, handlers.attach),
            web.post(Detach.path, handlers.detach),
            web.post(Join.path, handlers.join),
            web.post(Leave.path, handlers.leave),
            web.post(Pause.path, handlers.pause),
            web.post(Record.path, handlers.record),
            web.post(Restrict.path, handlers.restrict),
            web.post(Dtmf.path, handlers.dtmf),
            web.post(HangUp.path, handlers.hang_up),
        ]
    )
    return app


class _Handlers:
    """One method per route."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard

    async def health(self, request: web.Request) -> web.Response:
        return _respond(Health(calls=len(self._switchboard.calls), drops=self._switchboard.drops))

    async def list_calls(self, request: web.Request) -> web.Response:
        return _respond(CallList(calls=[call.describe() for call in self._switchboard.calls]))

    async def journals(self, request: web.Request) -> web.Response:
        return _respond(JournalList(calls=await asyncio.to_thread(self._switchboard.journals)))

    async def state(self, request: web.Request) -> web.Response:
        return _respond(self._known(request).describe())

    async def place(self, request: web.Request) -> web.Response:
        asked = await _command(request, PlaceCall)
        return _respond(SdpResponse(sdp=await self._switchboard.place(asked)), status=201)

    async def attach(self, request: web.Request) -> web.Response:
        asked = await _command(request, Attach)
        answer = await self._live(request).attach(asked.user_id, asked.sdp, controls=asked.controls)
        return _respond(SdpResponse(sdp=answer))

    async def detach(self, request: web.Request) -> web.Response:
        asked = await _command(request, Detach)
        self._live(request).detach(asked.user_id)
        return web.Response(status=204)

    async def join(self, request: web.Request) -> web.Response:
        asked = await _command(request, Join)
        answer = await self._live(request).join(asked.user_id, asked.sdp, controls=asked.controls)
        return _respond(SdpResponse(sdp=answer))

    async def leave(self, request: web.Request) -> web.Response:
        asked = await _command(request, Leave)
        self._live(request).leave(asked.user_id)
        return web.Response(status=204)

    async def pause(self, request: web.Request) -> web.Response:
        asked = await _command(request, Pause)
        return _respond(self._live(request).recording.pause(actor=asked.actor, press=asked.press))

    async def record(self, request: web.Request) -> web.Response:
        asked = await _command(request, Record)
        return _respond(self._live(request).recording.record(actor=asked.actor, generation=asked.generation))

    async def restrict(self, request: web.Request) -> web.Response:
        asked = await _command(request, Restrict)
        call = self._live(request)
        return _respond(
            call.recording.restrict(
                asked.mode, may_change=asked.may_change, policy_version=asked.policy_version
            )
        )

    async def dtmf(self, request: web.Request) -> web.Response:
        asked = await _command(request, Dtmf)
        self._live(request).dtmf(asked.digits)
        return web.Response(status=204)

    async def hang_up(self, request: web.Request) -> web.Response:
        asked = await _command(request, HangUp)
        call = self._known(request)
        if not call.progress.ended:
            log.info("call %s: %s hangs up", call.command.call_id, asked.actor)
            call.end(EndReason.REP_HUNG_UP, actor=asked.actor)
        return _respond(call.describe())

    def _live(self, request: web.Request) -> CallSession:
        return _found(self._switchboard.live(request.match_info["call_id"]))

    def _known(self, request: web.Request) -> CallSession:
        return _found(self._switchboard.find(request.match_info["call_id"]))


def _authorized(secret: str) -> Middleware:
    expected = f"Bearer {secret}".encode()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if request.path != HEALTH and not hmac.compare_digest(given, expected):
            return _error(ErrorCode.UNAUTHORIZED, "Give the switch secret: `Authorization: Bearer <secret>`.")
        return await handler(request)

    return check


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except CommandRefusedError as refusal:
        return _error(refusal.code, str(refusal))
    except tuple(_ANSWERS) as error:
        code, message = _ANSWERS[type(error)]
        return _error(code, message or str(error))
    except web.HTTPException as error:
        message = f"{error.reason}: {request.method} {request.path}"
        return _error(ErrorCode.BAD_REQUEST, message, status=error.status)


def _error(code: ErrorCode, message: str, *, status: int | None = None) -> web.Response:
    return _respond(ErrorResponse(code=code, message=message), status=status or STATUS[code])


def _respond(said: Response, *, status: int = 200) -> web.Response:
    return web.Response(text=said.model_dump_json(), status=status, content_type="application/json")


async def _command(request: web.Request, model: type[AnyCommand]) -> AnyCommand:
    return read(model, await request.read())


def _found(call: CallSession | None) -> CallSession:
    if call is None:
        raise NoSuchCallError
    return call
