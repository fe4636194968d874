"""Commands to the switch: docs/reference/switch.md."""

from dataclasses import dataclass
from typing import TypeVar

import httpx

from onrecord.policy.mode import Mode
from onrecord.protocol.commands import (
    CALLS,
    JOURNALS,
    Answer,
    Attach,
    CallList,
    CallState,
    Command,
    Detach,
    Dtmf,
    ErrorAnswer,
    HangUp,
    Join,
    JournalList,
    Leave,
    Pause,
    PlaceCall,
    Record,
    RecordingAnswer,
    Restrict,
    RestrictAnswer,
)
from onrecord.protocol.message import BadMessageError, read

#: A command is answered after the gate has moved, an offer after the connection is prepared; both take well
#: under a second. Beyond this a rep should be told rather than wait.
_TIMEOUT = httpx.Timeout(5.0, connect=1.0)

#: Actor of commands that no user gave.
SYSTEM = "system"

AnyAnswer = TypeVar("AnyAnswer", bound=Answer)


class SwitchUnreachableError(Exception):
    """No answer. What was asked may or may not have been done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SwitchRefusedError(Exception):
    """The switch answered with an error of its contract."""

    status: int
    code: str
    message: str


class SwitchClient:
    """One request per call of a method. All raise SwitchUnreachableError and SwitchRefusedError."""

    def __init__(self, address: str, secret: str) -> None:
        """`address` is `host:port`."""
        self._url = f"http://{address}"
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def place(self, call: PlaceCall) -> str:
        """Start a call; the answer to the browser's SDP offer."""
        return self._post(PlaceCall.answer, call).sdp

    def calls(self) -> list[CallState]:
        """States of all calls that the switch knows."""
        return self._get(CallList, CALLS).calls

    def journals(self) -> set[str]:
        """The calls of which the switch's host has a journal."""
        return set(self._get(JournalList, JOURNALS).calls)

    def attach(self, call_id: str, *, sdp: str, user_id: str, controls: bool) -> str:
        """Take the browser's new connection; the answer to its SDP offer."""
        return self._post(Attach.answer, Attach(sdp=sdp, user_id=user_id, controls=controls), call_id).sdp

    def join(self, call_id: str, *, sdp: str, user_id: str, controls: bool) -> str:
        """Bring a user in, or back in; the answer to the browser's SDP offer."""
        return self._post(Join.answer, Join(sdp=sdp, user_id=user_id, controls=controls), call_id).sdp

    def leave(self, call_id: str, *, user_id: str) -> None:
        """Take a user out; the call ends when it was the last."""
        self._send(Leave(user_id=user_id), call_id)

    def detach(self, call_id: str, *, user_id: str) -> None:
        """The page of the user's browser goes away."""
        self._send(Detach(user_id=user_id), call_id)

    def pause(self, call_id: str, *, actor: str, press: str) -> RecordingAnswer:
        """Answered once the gate is shut. Once for each `press`."""
        return self._post(Pause.answer, Pause(actor=actor, press=press), call_id)

    def record(self, call_id: str, *, actor: str, generation: int) -> RecordingAnswer:
        """Answered once the gate is open."""
        return self._post(Record.answer, Record(actor=actor, generation=generation), call_id)

    def restrict(self, call_id: str, *, mode: Mode, may_change: bool, policy_version: int) -> RestrictAnswer:
        """Lower the call's ceiling, or take the choice from its users; answered once the gate has moved."""
        asked = Restrict(mode=mode, may_change=may_change, policy_version=policy_version)
        return self._post(Restrict.answer, asked, call_id)

    def dtmf(self, call_id: str, digits: str) -> None:
        self._send(Dtmf(digits=digits), call_id)

    def hang_up(self, call_id: str, *, actor: str) -> CallState:
        """The call's state, which is final."""
        return self._post(HangUp.answer, HangUp(actor=actor), call_id)

    def _get(self, answer: type[AnyAnswer], path: str) -> AnyAnswer:
        return _read(answer, self._request("GET", path))

    def _post(self, answer: type[AnyAnswer], asked: Command, call_id: str = "") -> AnyAnswer:
        return _read(answer, self._send(asked, call_id))

    def _send(self, asked: Command, call_id: str = "") -> bytes:
        return self._request("POST", asked.path.format(call_id=call_id), asked.model_dump_json())

    def _request(self, method: str, path: str, body: str | None = None) -> bytes:
        try:
            # A proxy of the environment has no business on this private address (trust_env). Nor has TLS,
            # for which httpx would read all certificates anew: 19 ms of CPU each time.
            with httpx.Client(
                timeout=_TIMEOUT,
                headers=self._headers,
                trust_env=False,
                verify=False,  # noqa: S501
            ) as client:
                answer = client.request(method, self._url + path, content=body)
        except httpx.HTTPError as error:
            raise SwitchUnreachableError(f"{method} {path}: {error!r}") from error
        if answer.is_success:
            return answer.content
        refusal = _read(ErrorAnswer, answer.content)
        raise SwitchRefusedError(status=answer.status_code, code=refusal.code, message=refusal.message)


def _read(answer: type[AnyAnswer], said: bytes) -> AnyAnswer:
    """Raises SwitchUnreachableError for what is not of the contract: it is not the switch that answers."""
    try:
        return read(answer, said)
    except BadMessageError as error:
        raise SwitchUnreachableError(f"The answer cannot be used: {error}") from error
