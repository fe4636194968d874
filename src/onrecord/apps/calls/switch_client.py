"""Commands to the switch: docs/reference/switch.md."""

import base64
from dataclasses import dataclass
from typing import Any

import httpx

#: A command is answered after the gate has moved, an offer after the connection is prepared; both take well
#: under a second. Beyond this a rep should be told rather than wait.
_TIMEOUT = httpx.Timeout(5.0, connect=1.0)

#: Actor of commands that no user gave.
SYSTEM = "system"


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
        self._headers = {"Authorization": f"Bearer {secret}"}

    def place(
        self,
        call_id: str,
        *,
        to: str,
        from_: str | None,
        sdp: str,
        user_id: str,
        controls: bool,
        decision: dict[str, Any],
        announcement: bytes | None,
        beep_every_s: int | None,
    ) -> str:
        """Start a call; the answer to the browser's SDP offer. `announcement` is PCMU.

        `controls`: whether the user may change the recording.
        """
        body = {
            "call_id": call_id,
            "to": to,
            "from": from_,
            "sdp": sdp,
            "user_id": user_id,
            "controls": controls,
            "decision": decision,
            "announcement": announcement and {"pcmu": base64.b64encode(announcement).decode()},
            "beep_every_s": beep_every_s,
        }
        return str(self._request("POST", "/calls", body)["sdp"])

    def calls(self) -> list[dict[str, Any]]:
        """States of all calls that the switch knows."""
        states: list[dict[str, Any]] = self._request("GET", "/calls")["calls"]
        return states

    def journals(self) -> set[str]:
        """The calls of which the switch's host has a journal."""
        return set(self._request("GET", "/journals")["calls"])

    def attach(self, call_id: str, *, sdp: str, user_id: str, controls: bool) -> str:
        """Take the browser's new connection; the answer to its SDP offer."""
        body = {"sdp": sdp, "user_id": user_id, "controls": controls}
        return str(self._request("POST", f"/calls/{call_id}/attach", body)["sdp"])

    def join(self, call_id: str, *, sdp: str, user_id: str, controls: bool) -> str:
        """Bring a user in, or back in; the answer to the browser's SDP offer."""
        body = {"sdp": sdp, "user_id": user_id, "controls": controls}
        return str(self._request("POST", f"/calls/{call_id}/join", body)["sdp"])

    def leave(self, call_id: str, *, user_id: str) -> None:
        """Take a user out; the call ends when it was the last."""
        self._request("POST", f"/calls/{call_id}/leave", {"user_id": user_id})

    def detach(self, call_id: str, *, user_id: str) -> None:
        """The page of the user's browser goes away."""
        self._request("POST", f"/calls/{call_id}/detach", {"user_id": user_id})

    def pause(self, call_id: str, *, actor: str, press: str) -> dict[str, Any]:
        """{`recording`, `clock_ms`, `generation`}, once the gate is shut. Once for each `press`."""
        return self._request("POST", f"/calls/{call_id}/pause", {"actor": actor, "press": press})

    def record(self, call_id: str, *, actor: str, generation: int) -> dict[str, Any]:
        """{`recording`, `clock_ms`, `generation`}, once the gate is open."""
        return self._request("POST", f"/calls/{call_id}/record", {"actor": actor, "generation": generation})

    def restrict(self, call_id: str, *, mode: str, may_change: bool, policy_version: int) -> None:
        """Lower the call's ceiling, or take the choice from its users; answered once the gate has moved."""
        body = {"mode": mode, "may_change": may_change, "policy_version": policy_version}
        self._request("POST", f"/calls/{call_id}/restrict", body)

    def dtmf(self, call_id: str, digits: str) -> None:
        self._request("POST", f"/calls/{call_id}/dtmf", {"digits": digits})

    def hang_up(self, call_id: str, *, actor: str) -> dict[str, Any]:
        """The call's state, which is final."""
        return self._request("POST", f"/calls/{call_id}/hangup", {"actor": actor})

    def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            # A proxy of the environment has no business on this private address (trust_env). Nor has TLS,
            # for which httpx would read all certificates anew: 19 ms of CPU each time.
            with httpx.Client(
                timeout=_TIMEOUT,
                headers=self._headers,
                trust_env=False,
                verify=False,  # noqa: S501
            ) as client:
                answer = client.request(method, self._url + path, json=body)
            reply: Any = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError) as error:
            raise SwitchUnreachableError(f"{method} {path}: {error!r}") from error
        if answer.is_success:
            return dict(reply)
        if not isinstance(reply, dict) or "code" not in reply:
            raise SwitchUnreachableError(f"{method} {path}: status {answer.status_code}")
        raise SwitchRefusedError(
            status=answer.status_code,
            code=str(reply.get("code", "")),
            message=str(reply.get("message", "")),
        )
