"""Calls through the web's API with the real switch behind it, followed by live events."""

import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import httpx

from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY, STRANGER
from harness.web import FINAL, SETTLED, User

SignIn = Callable[[str], User]


class Stream:
    """What `/events` says to a user, read in a thread of its own."""

    def __init__(self, response: httpx.Response) -> None:
        self.last_id = ""
        self.ended = threading.Event()
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(response,), daemon=True)
        self._thread.start()

    def _read(self, response: httpx.Response) -> None:
        kind = ""
        with suppress(httpx.HTTPError):  # the test closes it
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "event":
                    kind = value
                elif name == "data" and kind == "call":
                    self._events.put(json.loads(value))
        self.ended.set()

    def until(self, kind: str) -> tuple[dict[str, Any], list[str]]:
        """The call as the first event of this type shows it, and the types seen on the way."""
        seen: list[str] = []
        while True:
            event = self._events.get(timeout=60)
            seen.append(event["type"])
            if event["type"] == kind:
                return event["call"], seen

    def silent(self) -> bool:
        return self._events.empty()


@contextmanager
def listening(user: User, last_id: str = "") -> Iterator[Stream]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    with user._http.stream("GET", "/events", headers=headers, timeout=None) as response:
        assert response.status_code == httpx.codes.OK
        assert response.headers["Content-Type"] == "text/event-stream"
        stream = Stream(response)
        eventually(lambda: stream.last_id, "the stream says where it begins")
        yield stream


def test_the_browser_learns_from_live_events_what_its_commands_have_done(
    signed_in: SignIn, peers: Peers
) -> None:
    ana = signed_in("ana")
    peer = peers.offer()
    with listening(ana) as stream:
        call, answer = ana.call(STEADY, peer.sdp)
        peer.accept(answer)
        assert (call["status"], call["to"], call["end_reason"]) == ("initiated", STEADY, None)
        assert call["person"]["name"] == "Tom Hertz"
        answered, seen = stream.until("call.answered")
        assert seen == ["call.initiated", "call.ringing", "call.answered"]
        assert answered["status"] == "in-progress"
        stream.until("recording.started")

        refused = ana.send("POST", "/calls", to=STRANGER, sdp=peers.offer().sdp)
        assert (refused.status_code, refused.json()["code"]) == (409, "call_in_progress")

        paused = ana.pause(call["id"])
        assert stream.until("recording.paused")[0]["recording"]["state"] == "paused"
        assert ana.record(call["id"], paused["generation"]) > paused["clock_ms"]
        assert stream.until("recording.resumed")[0]["recording"]["state"] == "recording"
        assert ana.send("POST", f"/calls/{call['id']}/dtmf", digits="1#").status_code == 204

        ana.hang_up(call["id"])
        ended, _ = stream.until("call.ended")
        assert (ended["status"], ended["end_reason"]) == ("completed", "rep_hung_up")
        completed, _ = stream.until("recording.completed")
        assert completed["recording"]["status"] == "completed"
    assert ana.current() is None

    page = ana.get(f"/calls/{call['id']}").text
    assert "Recording paused" in page
    sound = ana.get(f"/recordings/{call['id']}/audio")
    assert sound.content.startswith(b"OggS")
    assert sound.headers["ETag"].strip('"')
    assert ana.get(f"/recordings/{call['id']}/peaks").content


def test_a_stream_that_was_cut_goes_on_after_the_last_event_seen(signed_in: SignIn, peers: Peers) -> None:
    ana = signed_in("ana")
    with listening(ana) as first:
        before = first.last_id
    peer = peers.offer()
    call, answer = ana.call(STRANGER, peer.sdp)
    peer.accept(answer)
    ana.until_answered(call["id"])
    ana.hang_up(call["id"])
    eventually(lambda: ana.call_of(call["id"])["status"] in FINAL, "the call ended")
    with listening(ana, last_id=before) as again:
        shown, seen = again.until("call.ended")
    assert seen[:3] == ["call.initiated", "call.ringing", "call.answered"]
    assert shown["id"] == call["id"]
    assert shown["recording"]["reason_code"] == "not_a_person"


def test_events_reach_those_who_may_see_the_call_and_nobody_else(signed_in: SignIn, peers: Peers) -> None:
    ana, marcus, chloe = signed_in("ana"), signed_in("marcus"), signed_in("chloe")
    peer = peers.offer()
    with listening(ana) as own, listening(marcus) as of_manager, listening(chloe) as of_stranger:
        call, answer = ana.call(STRANGER, peer.sdp)
        peer.accept(answer)
        ana.hang_up(call["id"])
        own.until("call.ended")
        assert of_manager.until("call.ended")[0]["id"] == call["id"]
        # It has gone past what was not for it.
        eventually(lambda: int(of_stranger.last_id) >= int(of_manager.last_id), "the stream moved on")
        assert of_stranger.silent()
    assert chloe.get(f"/calls/{call['id']}").status_code == 404


def test_what_the_rep_wrote_is_in_the_reps_own_stream_only(signed_in: SignIn, peers: Peers) -> None:
    ana, marcus = signed_in("ana"), signed_in("marcus")
    peer = peers.offer()
    with listening(ana) as own, listening(marcus) as of_manager:
        call, answer = ana.call(STRANGER, peer.sdp)
        peer.accept(answer)
        ana.send("PUT", f"/calls/{call['id']}/notes", notes="Wants a quote.")
        ana.hang_up(call["id"])
        assert own.until("call.ended")[0]["log"]["notes"] == "Wants a quote."
        assert of_manager.until("call.ended")[0]["log"] is None


def test_a_stream_ends_with_its_session(signed_in: SignIn, peers: Peers) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    with listening(ana) as stream:
        token = ana._http.cookies["csrftoken"]
        ana._http.post("/sign-out", data={"csrfmiddlewaretoken": token})
        # Any news makes the web look at the session; without news it does so every quarter of a minute.
        peer = peers.offer()
        call, answer = ben.call(STRANGER, peer.sdp)
        peer.accept(answer)
        ben.hang_up(call["id"])
        assert stream.ended.wait(60)
    assert ana.get("/events").status_code == 401


def test_a_browser_that_comes_back_attaches_to_its_call(signed_in: SignIn, peers: Peers) -> None:
    ana = signed_in("ana")
    peer = peers.offer()
    with listening(ana) as stream:
        call, answer = ana.call(STEADY, peer.sdp)
        peer.accept(answer)
        stream.until("call.answered")
        assert ana.command(call["id"], "detach").status_code == 204
        stream.until("call.detached")
        peer.close()
        back = peers.offer()
        current = ana.current()
        assert current is not None
        reply = ana.send("POST", f"/calls/{current['id']}/attach", sdp=back.sdp)
        back.accept(reply.json()["sdp"])
        stream.until("call.attached")
        ana.hang_up(call["id"])
        stream.until("call.ended")
    eventually(lambda: ana.call_of(call["id"])["recording"]["status"] in SETTLED, "it is recorded")


def test_a_recording_that_governance_forbids_is_refused_with_the_reason(
    signed_in: SignIn, peers: Peers
) -> None:
    ana = signed_in("ana")
    peer = peers.offer()
    call, answer = ana.call(STRANGER, peer.sdp)
    peer.accept(answer)
    ana.until_answered(call["id"])
    refused = ana.send("POST", f"/calls/{call['id']}/record", generation=0)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert refused.json()["message"] == call["recording"]["reason"]
    ana.hang_up(call["id"])


def heard_of(user: User, last_seq: int) -> set[str]:
    """Ids of the calls of which the user's stream tells, from the very first event to that one."""
    calls: set[str] = set()
    with user._http.stream("GET", "/events", headers={"Last-Event-ID": "0"}, timeout=60) as response:
        for line in response.iter_lines():
            if line.startswith("data: {"):
                calls.add(json.loads(line.removeprefix("data: "))["call"]["id"])
            if line.startswith("id: ") and int(line.removeprefix("id: ")) >= last_seq:
                return calls
    raise AssertionError("The stream ended.")


def test_the_stream_tells_of_the_calls_within_ones_scope_alone(signed_in: SignIn) -> None:
    with listening(signed_in("ida")) as stream:
        last = int(stream.last_id)
    rep, colleague, manager, admin = (
        heard_of(signed_in(name), last) for name in ("ana", "mateo", "marcus", "ida")
    )
    assert rep, "the demo's past has calls of Ana's"
    assert not rep & colleague
    assert rep < manager, "Ana's group"
    assert not manager & colleague, "Mateo is of another group"
    assert manager | colleague < admin


def test_a_rep_who_may_look_at_no_calls_still_hears_of_their_own(
    installation: Installation, signed_in: SignIn
) -> None:
    with listening(signed_in("ida")) as stream:
        last = int(stream.last_id)
    own = heard_of(signed_in("ana"), last)
    with closing(sqlite3.connect(installation.home / "db.sqlite3")) as database, database:
        database.execute(
            "DELETE FROM auth_group_permissions WHERE permission_id IN"
            " (SELECT id FROM auth_permission WHERE codename LIKE 'calls:view:%')"
            " AND group_id = (SELECT id FROM auth_group WHERE name = 'Rep')"
        )
    assert signed_in("ana").get("/calls").status_code == 403
    assert heard_of(signed_in("ana"), last) == own
