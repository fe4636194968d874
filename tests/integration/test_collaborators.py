"""A manager joins a rep's call: pages' API, switch, journal and recording as they are."""

from collections.abc import Callable

from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY
from harness.sound import decode, power_at
from harness.web import FINAL, SETTLED, User

SignIn = Callable[[str], User]


def test_a_colleague_joins_controls_the_recording_and_leaves(
    installation: Installation, signed_in: SignIn, peers: Peers
) -> None:
    ana, marcus = signed_in("ana"), signed_in("marcus")
    rep, manager = peers.offer(440), peers.offer(900)
    call, answer = ana.call(STEADY, rep.sdp)
    rep.accept(answer)
    ana.until_answered(call["id"])
    assert "Join call" in marcus.get(f"/calls/{call['id']}").text

    joined = marcus.send("POST", f"/calls/{call['id']}/join", sdp=manager.sdp)
    assert joined.status_code == 200, joined.text
    assert joined.json()["call"]["id"] == call["id"]
    manager.accept(joined.json()["sdp"])
    current = marcus.current()
    assert current is not None
    assert current["id"] == call["id"]
    paused = marcus.pause(call["id"])
    resumed = marcus.record(call["id"], paused["generation"])
    assert resumed > paused["clock_ms"]
    eventually(lambda: _clock(ana, call["id"]) > resumed + 2000, "two more seconds of the call")
    # A reload: the browser says that it goes, and comes back.
    assert marcus.command(call["id"], "detach").status_code == 204
    manager.close()
    back = peers.offer(900)
    attached = marcus.send("POST", f"/calls/{call['id']}/attach", sdp=back.sdp)
    assert attached.status_code == 200, attached.text
    back.accept(attached.json()["sdp"])

    assert marcus.command(call["id"], "hangup").status_code == 403
    assert marcus.command(call["id"], "leave").status_code == 204
    eventually(lambda: marcus.current() is None, "Marcus is out")
    assert ana.current() is not None
    assert marcus.command(call["id"], "leave").status_code == 204
    ana.hang_up(call["id"])
    eventually(lambda: ana.call_of(call["id"])["status"] in FINAL, "the call ended")
    eventually(lambda: ana.call_of(call["id"])["recording"]["status"] in SETTLED, "it is recorded")

    page = marcus.get(f"/calls/{call['id']}").text
    assert 'Joined the call <span class="soft">Marcus' in page
    assert 'Left the call <span class="soft">Marcus' in page
    assert 'Recording paused <span class="soft">Marcus' in page
    left, right = decode(marcus.get(f"/recordings/{call['id']}/audio").content)
    assert power_at(left, 440) > 0.2
    assert power_at(left, 900) > 0.1
    assert power_at(right, 600) > 0.9


def _clock(user: User, call_id: str) -> int:
    """The call clock, as the reply to asking for what is already so."""
    return user.record(call_id, generation=1)
