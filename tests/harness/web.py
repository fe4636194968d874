"""A signed-in user of the API."""

import re
import uuid
from typing import Any

import httpx

from harness.installation import Installation, eventually

FINAL = {"completed", "busy", "no-answer", "canceled", "failed"}
SETTLED = {"completed", "not_recorded", "failed"}


class User:
    """A demo user with a session, who makes the same requests as the pages."""

    def __init__(self, installation: Installation, name: str) -> None:
        #: Tickets of the calls that the user is in, by ID.
        self._tickets: dict[str, str] = {}
        self._http = httpx.Client(base_url=installation.url, timeout=30, trust_env=False)
        page = self._http.get("/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        answer = self._http.post(
            "/sign-in",
            data={
                "csrfmiddlewaretoken": token[1],
                "username": f"{name}@demo.example",
                "password": installation.password,
                "next": "/people",
            },
        )
        assert answer.status_code == httpx.codes.FOUND, answer.text

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._http.get(path, params=query)

    def send(self, method: str, path: str, **body: Any) -> httpx.Response:
        """Send a write request to the API, with the CSRF header."""
        headers = {"X-CSRFToken": self._http.cookies["csrftoken"], "Referer": str(self._http.base_url)}
        return self._http.request(method, f"/api/v2{path}", json=body, headers=headers)

    def submit(self, path: str, **form: str) -> httpx.Response:
        """Submit a page's form."""
        token = {"csrfmiddlewaretoken": self._http.cookies["csrftoken"]}
        return self._http.post(path, data=form | token, headers={"Referer": str(self._http.base_url)})

    def call(self, to: str, sdp: str) -> tuple[dict[str, Any], str]:
        """Place a call: the Call and the SDP answer."""
        answer = self.send("POST", "/calls", to=to, sdp=sdp)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        body = answer.json()
        self._tickets[body["call"]["id"]] = body["ticket"]
        return body["call"], body["sdp"]

    def current(self) -> dict[str, Any] | None:
        """The user's live call."""
        call: dict[str, Any] | None = self.get("/api/v2/calls/current").json()["call"]
        return call

    def call_of(self, call_id: str) -> dict[str, Any]:
        """One of the user's calls, live or ended: the response to an empty log."""
        call: dict[str, Any] = self.send("PUT", f"/calls/{call_id}/log").json()["call"]
        return call

    def until_answered(self, call_id: str) -> None:
        eventually(
            lambda: (call := self.current()) and call["id"] == call_id and call["answered_at"],
            f"call {call_id} was answered",
        )

    def record(self, call_id: str, generation: int = 0) -> int:
        """Start or resume, as of a generation. Returns the call clock at which the gate opened."""
        answer = self.send("POST", f"/calls/{call_id}/record", generation=generation)
        assert answer.status_code == httpx.codes.OK, answer.text
        return int(answer.json()["clock_ms"])

    def pause(self, call_id: str) -> dict[str, Any]:
        """Press Pause. Returns {`recording`, `clock_ms`, `generation`}."""
        answer = self.command(call_id, "pause", press=uuid.uuid4().hex)
        assert answer.status_code == httpx.codes.OK, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def hang_up(self, call_id: str) -> None:
        answer = self.command(call_id, "hangup")
        assert answer.status_code == httpx.codes.OK, answer.text

    def command(self, call_id: str, what: str, **body: Any) -> httpx.Response:
        """Pause, hang up, leave or detach, with the call's ticket and no session."""
        return httpx.post(
            f"{self._http.base_url}/api/v2/calls/{call_id}/{what}",
            json=body,
            headers={"OnRecord-Ticket": self.ticket(call_id)},
            timeout=30,
            trust_env=False,
        )

    def ticket(self, call_id: str) -> str:
        if call_id not in self._tickets:
            current = self.get("/api/v2/calls/current").json()
            self._tickets[current["call"]["id"]] = current["ticket"]
        return self._tickets[call_id]
