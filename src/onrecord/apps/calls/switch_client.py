"""The client for the switch's HTTP API: docs/reference/switch.md."""

from dataclasses import dataclass
from typing import TypeVar

import httpx

from onrecord.policy.mode import Mode
from onrecord.protocol.commands import (
    CALLS,
    JOURNALS,
    Attach,
    CallList,
    CallState,
    Command,
    Detach,
    Dtmf,
    ErrorResponse,
    HangUp,
    Join,
    JournalList,
    Leave,
    Pause,
    PlaceCall,
    Record,
    RecordingResponse,
    Response,
    Restrict,
    RestrictResponse,
)
from onrecord.protocol.message import BadMessageError, read

#: The switch answers a command after the gate has moved, and an offer after the connection is prepared. Both
#: take well under a second. After this time, the rep should see an error instead of waiting.
_TIMEOUT = httpx.Timeout(5.0, connect=1.0)

#: The actor of commands that do not come from a user.
SYSTEM = "system"

AnyResponse = TypeVar("AnyResponse", bound=Response)


class SwitchUnreachableError(Exception):
    """The switch did not answer. It may or may not have done what was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SwitchRefusedError(Exception):
    """The switch answered with an error of its API."""

    status: int
    code: str
    message: str


class SwitchClient:
    """Each method sends one request. All raise SwitchUnreachableError and SwitchRefusedError."""

    def __init__(self, address: str, secret: str) -> None:
        """`address` is `host:port`."""
        self._url = f"http://{address}"
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def place(self, call: PlaceCall) -> str:
        """Start a call. Returns the answer to the browser's SDP offer."""
        return self._post(PlaceCall.response, call).sdp

    def calls(self) -> list[CallState]:
        """The states of all calls that the switch knows."""
        return self._get(CallList, CALLS).calls

    def journals(self) -> set[str]:
        """Ids of the calls that have a journal on the switch's host."""
        return set(self._get(JournalList, JOURNALS).calls)

    def attach(self, call_id: str, *, sdp: str, user_id: str, controls: bool) -> str:
        """Connect the browser again. Returns the answer to its SDP offer."""
        return self._post(Attach.response, Attach(sdp=sdp, user_id=user_id, controls=controls), call_id).sdp

    def join(self, call_id: str, *, sdp: str, user_id: str, controls: bool) -> str:
        """Add a user, or let them return. Returns the answer to the browser's SDP offer."""
        return self._post(Join.response, Join(sdp=sdp, user_id=user_id, controls=controls), call_id).sdp

    def leave(self, call_id: str, *, user_id: str) -> None:
        """Remove a user. If nobody is left, the call ends."""
        self._send(Leave(user_id=user_id), call_id)

    def detach(self, call_id: str, *, user_id: str) -> None:
        """The page in the user's browser is going away."""
        self._send(Detach(user_id=user_id), call_id)

    def pause(self, call_id: str, *, actor: str, press: str) -> RecordingResponse:
        """Returns once the gate is closed. Takes effect once per `press`."""
        return self._post(Pause.response, Pause(actor=actor, press=press), call_id)

    def record(self, call_id: str, *, actor: str, generation: int) -> RecordingResponse:
        """Returns once the gate is open."""
        return self._post(Record.response, Record(actor=actor, generation=generation), call_id)

    def restrict(
        self, call_id: str, *, mode: Mode, may_change: bool, policy_version: int
    ) -> RestrictResponse:
        """Lower the call's ceiling, or lock recording for its users. Returns once the gate has moved."""
        asked = Restrict(mode=mode, may_change=may_change, policy_version=policy_version)
        return self._post(Restrict.response, asked, call_id)

    def dtmf(self, call_id: str, digits: str) -> None:
        self._send(Dtmf(digits=digits), call_id)

    def hang_up(self, call_id: str, *, actor: str) -> CallState:
        """Returns the call's final state."""
        return self._post(HangUp.response, HangUp(actor=actor), call_id)

    def _get(self, model: type[AnyResponse], path: str) -> AnyResponse:
        return _read(model, self._request("GET", path))

    def _post(self, model: type[AnyResponse], asked: Command, call_id: str = "") -> AnyResponse:
        return _read(model, self._send(asked, call_id))

    def _send(self, asked: Command, call_id: str = "") -> bytes:
        return self._request("POST", asked.path.format(call_id=call_id), asked.model_dump_json())

    def _request(self, method: str, path: str, body: str | None = None) -> bytes:
        try:
            # trust_env=False: a proxy from the environment must not be used for this private address. verify
            # is off because it uses no TLS, and httpx would load all certificates: 19 ms of CPU each time.
            with httpx.Client(
                timeout=_TIMEOUT,
                headers=self._headers,
                trust_env=False,
                verify=False,  # noqa: S501
            ) as client:
                response = client.request(method, self._url + path, content=body)
        except httpx.HTTPError as error:
            raise SwitchUnreachableError(f"{method} {path}: {error!r}") from error
        if response.is_success:
            return response.content
        refusal = _read(ErrorResponse, response.content)
        raise SwitchRefusedError(status=response.status_code, code=refusal.code, message=refusal.message)


def _read(model: type[AnyResponse], said: bytes) -> AnyResponse:
    """Raises SwitchUnreachableError if the answer does not fit the API: then it is not the switch's."""
    try:
        return read(model, said)
    except BadMessageError as error:
        raise SwitchUnreachableError(f"The answer is not valid: {error}") from error
