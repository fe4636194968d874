"""The switch as a real process: real HTTP, real WebRTC over loopback, real journals."""

import base64
import time
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from harness.switch_rig import Browser, SwitchRig, place, place_call, spectrum, until
from onrecord.media.switch.presence import CONSENT_S

BUSY, NO_ANSWER, VOICEMAIL, BRIEF, UNREACHABLE, STEADY, ECHO = (
    f"+120255501{ending}" for ending in range(90, 97)
)


def is_gapless(clocks: list[int]) -> bool:
    """Frames came all the time. A busy machine may hold some up for a while, and they then come together."""
    return all(later - earlier < 500 for earlier, later in pairwise(clocks))


async def test_a_call_rings_is_answered_recorded_and_hung_up(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await browser.hears(440, 480)
    await call.event("call.answered")
    await browser.hears(600)
    state = await call.state()
    assert (state["status"], state["recording"], state["attached"]) == ("in-progress", "recording", True)
    await browser.listens(1000)
    final = await call.hang_up()
    assert final["status"] == "completed"

    ended = await call.ended()
    assert ended["reason"] == "rep_hung_up"
    assert ended["captured"] is True
    assert ended["duration_ms"] == final["clock_ms"] > 1000
    assert rig.events.types(call.call_id) == [
        "call.ringing",
        "call.answered",
        "recording.started",
        "call.ended",
    ]
    assert [event["seq"] for event in rig.events.of(call.call_id)] == [1, 2, 3, 4]
    assert [event["clock_ms"] for event in rig.events.of(call.call_id)][:2] == [None, 0]

    journal = await call.journal()
    assert journal.types == ["policy", "join", "join", "answer", "start", "end"]
    assert spectrum([journal.sound(0)]) == {440}
    assert spectrum([journal.sound(1)]) == {600}
    for party in (0, 1):
        assert is_gapless(journal.clocks(party))
        assert journal.clocks(party)[-1] > ended["duration_ms"] - 120


async def test_what_is_played_before_the_answer_is_not_captured(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, ECHO)
    await browser.hears(440, 480)
    await call.hang_up()
    assert await call.ended() == {
        "status": "canceled",
        "reason": "rep_hung_up",
        "actor": "ann",
        "duration_ms": 0,
        "captured": False,
        "drops": 0,
        "lost": [],
    }
    assert (await call.journal()).media == []


async def test_an_echo_brings_our_own_voice_back(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, ECHO)
    await browser.hears(440)
    await call.hang_up()


async def test_a_busy_number_plays_the_busy_tone_and_ends_as_busy(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, BUSY)
    await browser.hears(480, 620)
    ended = await call.ended()
    assert (ended["status"], ended["reason"], ended["duration_ms"]) == ("busy", "busy", 0)


async def test_hanging_up_on_a_busy_tone_leaves_the_call_busy(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, BUSY)
    await browser.hears(480, 620)
    assert (await call.hang_up())["status"] == "busy"


async def test_a_number_that_nobody_answers_rings_and_ends_as_no_answer(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, NO_ANSWER)
    ended = await call.ended(30)
    assert (ended["status"], ended["reason"]) == ("no-answer", "no_answer")


async def test_an_unreachable_number_fails(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, UNREACHABLE)
    ended = await call.ended()
    assert (ended["status"], ended["reason"]) == ("failed", "unreachable")
    assert rig.events.types(call.call_id) == ["call.ended"]


async def test_a_contact_who_hangs_up_completes_the_call(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, BRIEF)
    ended = await call.ended()
    assert (ended["status"], ended["reason"]) == ("completed", "contact_hung_up")
    assert 4900 < ended["duration_ms"] < 5300


async def test_a_voicemail_greets_and_beeps(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, VOICEMAIL)
    await browser.hears(1000)
    await call.hang_up()


async def test_a_pause_takes_effect_before_its_reply_and_leaves_nothing_in_the_journal(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await browser.listens(600)
    paused = await call.pause()
    assert paused["recording"] == "paused"
    await browser.listens(600)
    resumed = await call.record()
    assert resumed["recording"] == "recording"
    await browser.listens(600)
    await call.hang_up()

    journal = await call.journal()
    for party in (0, 1):
        clocks = journal.clocks(party)
        assert not [clock for clock in clocks if paused["clock_ms"] < clock < resumed["clock_ms"]]
        assert any(paused["clock_ms"] - 60 <= clock <= paused["clock_ms"] for clock in clocks)
        assert any(resumed["clock_ms"] <= clock <= resumed["clock_ms"] + 60 for clock in clocks)
    moved = journal.controls[4:7]
    assert [(frame.type, frame.fields["actor"]) for frame in moved] == [
        ("start", None),
        ("pause", "ann"),
        ("resume", "ann"),
    ]
    event = await call.event("recording.paused")
    assert event["data"] == {"actor": "ann", "generation": 1}
    # The clock goes on between the frame in the journal, the event and the reply.
    assert moved[1].clock <= event["clock_ms"] <= paused["clock_ms"] <= moved[1].clock + 20
    assert moved[2].clock <= resumed["clock_ms"] <= moved[2].clock + 20


async def test_asking_for_what_is_already_so_changes_nothing(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    assert (await call.record())["recording"] == "recording"
    await call.hang_up()
    await call.ended()
    assert rig.events.types(call.call_id).count("recording.started") == 1


async def test_a_recording_wished_for_while_it_rings_starts_at_the_answer(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, record_at_start=False)
    assert await call.record() == {"recording": "off", "clock_ms": None, "generation": 0}
    started = await call.event("recording.started")
    assert started["clock_ms"] == 0
    assert started["data"] == {"actor": "ann", "generation": 0}
    await call.hang_up()


async def test_one_sided_captures_our_side_only_whatever_is_commanded(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, mode="one_sided", record_at_start=False)
    await call.event("call.answered")
    await call.record()
    assert (await call.restrict("both", policy_version=8))["mode"] == "one_sided"
    await browser.listens(500)
    await call.pause()
    await call.record()
    await browser.listens(300)
    await call.hang_up()
    journal = await call.journal()
    assert len(journal.clocks(0)) > 20
    assert journal.clocks(1) == []


async def test_a_forged_command_cannot_record_what_must_not_be(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, mode="none")
    await call.event("call.answered")
    reply = await call.record(expected=403)
    assert reply["code"] == "above_ceiling"
    refused = await call.event("recording.refused")
    assert refused["data"] == {"actor": "ann", "wanted": "recording", "code": "above_ceiling"}
    await browser.listens(300)
    await call.hang_up()
    assert (await call.ended())["captured"] is False
    assert (await call.journal()).media == []


async def test_a_recording_that_users_may_not_change_goes_on(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, may_change=False)
    await call.event("recording.started")
    reply = await call.pause(expected=403)
    assert reply["code"] == "not_changeable"
    await call.event("recording.refused")
    assert (await call.state())["recording"] == "recording"
    await call.hang_up()


async def test_a_restriction_shuts_the_gate_and_cannot_be_lifted(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await browser.listens(300)
    restricted = await call.restrict("none", policy_version=9)
    assert (restricted["mode"], restricted["recording"]) == ("none", "paused")
    event = await call.event("recording.restricted")
    assert event["data"] == {
        "mode": "none",
        "may_change": True,
        "policy_version": 9,
        "recording": "paused",
        "generation": 1,
    }
    lifted = await call.restrict("both", policy_version=10)
    assert (lifted["mode"], lifted["recording"]) == ("none", "paused")
    assert (await call.record(expected=403))["code"] == "above_ceiling"
    await browser.listens(300)
    await call.hang_up()
    journal = await call.journal()
    assert journal.media
    assert all(clock <= restricted["clock_ms"] for _, clock, _ in journal.media)


async def test_a_choice_that_is_taken_during_the_call_is_refused_from_then_on(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    restricted = await call.restrict("both", may_change=False, policy_version=9)
    assert (restricted["may_change"], restricted["recording"]) == (False, "recording")
    reply = await call.pause(expected=403)
    assert reply["code"] == "not_changeable"
    await call.event("recording.refused")
    again = await call.restrict("both", policy_version=10)
    assert again["may_change"] is (await call.state())["may_change"] is False
    await call.hang_up()
    rulings = [frame.fields for frame in (await call.journal()).controls if frame.type == "policy"]
    assert [(one["may_change"], one["policy_version"]) for one in rulings] == [(True, 7), (False, 9)]


async def test_a_request_to_record_that_a_pause_has_overtaken_is_refused(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    assert (await call.pause())["generation"] == 1
    # A colleague who does not know of the first pause presses too; nothing moves, and yet it counts.
    assert (await call.pause())["generation"] == 2
    assert (await call.event("recording.held"))["data"] == {"actor": "ann", "generation": 2}
    assert (await call.record(expected=409, generation=1))["code"] == "stale"
    assert (await call.state())["recording"] == "paused"
    assert (await call.record(generation=2))["recording"] == "recording"
    await call.hang_up()


async def test_a_request_to_record_that_a_restriction_has_overtaken_is_refused(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, record_at_start=False)
    await call.event("call.answered")
    await call.restrict("one_sided", policy_version=8)
    assert (await call.record(expected=409, generation=0))["code"] == "stale"
    assert (await call.record())["recording"] == "recording"
    await call.hang_up()


async def test_a_pause_that_arrives_by_two_ways_counts_once_and_never_undoes_a_later_resume(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await call.pause(press="first")
    assert (await call.pause(press="first"))["generation"] == 1
    await call.record()
    assert (await call.pause(press="first"))["recording"] == "recording"
    await call.hang_up()
    await call.ended()
    kinds = [kind for kind in rig.events.types(call.call_id) if kind.startswith("recording.")]
    assert kinds == ["recording.started", "recording.paused", "recording.resumed"]


async def test_a_user_who_may_not_control_the_recording_moves_nothing_and_is_told_of(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, controls=False)
    await call.event("recording.started")
    for _ in range(2):
        assert (await call.pause(expected=403, press="once"))["code"] == "not_permitted"
    assert (await call.pause(expected=403, actor="eve"))["code"] == "not_permitted"
    assert (await call.state())["recording"] == "recording"
    await call.hang_up()
    await call.ended()
    refused = [
        event["data"]["actor"]
        for event in rig.events.of(call.call_id)
        if event["type"] == "recording.refused"
    ]
    assert refused == ["ann", "eve"]


async def test_digits_reach_the_far_side(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, VOICEMAIL)
    await browser.hears(1000)
    await browser.hears()
    before = time.monotonic()
    await call.post("dtmf", 204, digits="1#")
    await until(
        lambda: any(spectrum([payload]) == {1400} for at, _, payload in browser.heard if at >= before),
        "the acknowledging beep",
    )
    reply = await call.post("dtmf", 400, digits="12x")
    assert "0-9 * # A-D" in reply["message"]
    await call.hang_up()


async def test_a_reload_attaches_again_and_the_same_party_speaks_on(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await browser.listens(500)
    await call.post("detach", 204, user_id="ann")
    await call.event("call.detached")
    assert (await call.state())["attached"] is False
    async with Browser() as reloaded:
        answer = await call.post("attach", sdp=await reloaded.offer(), user_id="ann", controls=True)
        await reloaded.accept(answer["sdp"])
        await reloaded.hears(600)
        await call.event("call.attached")
        attached_ms = (await call.state())["clock_ms"]
        await reloaded.listens(500)
        await call.hang_up()
    journal = await call.journal()
    assert set(journal.types) == {"policy", "join", "answer", "start", "end"}
    assert journal.types.count("join") == 2
    ours = journal.clocks(0)
    assert any(clock < attached_ms - 500 for clock in ours)
    assert any(clock > attached_ms for clock in ours)
    assert is_gapless(journal.clocks(1))


async def test_a_second_window_takes_the_call_over_without_a_detach(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await browser.hears(600)
    async with Browser() as other:
        answer = await call.post("attach", sdp=await other.offer(), user_id="ann", controls=True)
        await other.accept(answer["sdp"])
        await other.hears(600)
        await until(lambda: browser.connection.connectionState == "closed", "the old connection's end")
        assert (await call.state())["attached"] is True
        await call.hang_up()
    await call.ended()
    assert "call.detached" not in rig.events.types(call.call_id)


async def test_a_bad_offer_to_attach_leaves_the_connection_as_it_is(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await browser.hears(600)
    reply = await call.post("attach", 400, sdp="v=0", user_id="ann", controls=True)
    assert reply["code"] == "bad_sdp"
    browser.heard.clear()
    await browser.hears(600)
    await call.hang_up()


async def test_a_browser_that_falls_silent_is_missed_and_welcome_again(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await browser.hears(600)
    browser.stop_renewing_consent()
    browser.microphone.silent.set()
    await call.event("call.detached")
    browser.microphone.silent.clear()
    await call.event("call.attached")
    await call.hang_up()


async def test_a_browser_without_a_microphone_stays_in_the_call(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await browser.hears(600)
    browser.microphone.silent.set()
    await browser.listens(round((CONSENT_S + 2) * 1000))
    assert (await call.state())["attached"] is True
    browser.microphone.silent.clear()
    await call.hang_up()
    assert "call.detached" not in rig.events.types(call.call_id)


async def test_a_browser_that_does_not_come_back_ends_the_call_with_its_recording_kept(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await browser.hears(600)
    left_ms = (await call.state())["clock_ms"]
    await browser.connection.close()
    await call.event("call.detached")
    ended = await call.ended(30)
    assert (ended["status"], ended["reason"], ended["captured"]) == ("completed", "browser_lost", True)
    assert left_ms + 9_900 < ended["duration_ms"] < left_ms + 16_000
    journal = await call.journal()
    assert spectrum([journal.sound(0)]) == {440}
    assert is_gapless(journal.clocks(1))


async def test_two_calls_of_one_id_are_refused_even_after_the_first_has_ended(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    async with Browser() as other:
        body = place_call(STEADY, await other.offer(), call_id=call.call_id)
        for _ in range(2):
            async with client.post("/calls", json=body) as reply:
                assert reply.status == 409
                assert (await reply.json())["code"] == "exists"
            await call.hang_up()


async def test_hanging_up_twice_is_no_error_and_other_commands_find_no_call(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    assert await call.hang_up() == await call.hang_up()
    for what, body in (("detach", {"user_id": "ann"}), ("dtmf", {"digits": "1"})):
        assert (await call.post(what, 404, **body))["code"] == "no_such_call"


async def test_without_the_secret_only_health_answers(rig: SwitchRig) -> None:
    async with rig.client(secret="wrong") as client:
        for path in ("/calls", "/nonsense"):
            async with client.get(path) as reply:
                assert reply.status == 401
        async with client.get("/health") as reply:
            assert set(await reply.json()) == {"calls", "drops"}


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("empty", lambda sdp: "-"),
        ("prose", lambda sdp: "call me, please"),
        ("cut short", lambda sdp: sdp[: len(sdp) // 2]),
        ("no media line", lambda sdp: sdp[: sdp.index("m=")]),
        ("video", lambda sdp: sdp.replace("m=audio", "m=video")),
        ("no PCMU", lambda sdp: sdp.replace("PCMU", "OPUS")),
        ("no fingerprint", lambda sdp: sdp.replace("a=fingerprint", "a=fingertip")),
        ("no ICE", lambda sdp: sdp.replace("a=ice-", "a=icy-")),
        ("listening only", lambda sdp: sdp.replace("a=sendrecv", "a=recvonly")),
        ("a broken line", lambda sdp: sdp.replace("a=rtpmap:0 ", "a=rtpmap:zero ")),
        ("too long", lambda sdp: sdp + "a=x\r\n" * 20_000),
    ],
)
async def test_a_malformed_offer_is_a_plain_message_and_leaves_nothing(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser, what: str, change: object
) -> None:
    assert callable(change)
    body = place_call(STEADY, change(await browser.offer()))
    before = len(list(rig.config.journals.iterdir()))
    async with client.post("/calls", json=body) as reply:
        error = await reply.json()
        assert (reply.status, error["code"]) == (400, "bad_sdp")
        assert error["message"].endswith(".")
    async with client.get(f"/calls/{body['call_id']}") as reply:
        assert reply.status == 404
    assert len(list(rig.config.journals.iterdir())) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "12025550190"),
        ("to", "+1202CALLME"),
        ("call_id", "../../etc/passwd"),
        ("decision", None),
        ("mode", "all"),
        ("may_change", "yes"),
        ("policy_version", True),
        ("user_id", 7),
        ("announcement", "hello"),
        ("announcement", {"pcmu": "no base64!"}),
        ("announcement", {"pcmu": ""}),
        ("announcement", {"pcmu": base64.b64encode(b"x" * 240_001).decode()}),
        ("beep_every_s", 0),
        ("beep_every_s", 301),
    ],
)
async def test_a_malformed_command_says_which_field_is_wrong(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser, field: str, value: object
) -> None:
    async with client.post(
        "/calls", json=place_call(STEADY, await browser.offer(), **{field: value})
    ) as reply:
        error = await reply.json()
        assert (reply.status, error["code"]) == (400, "bad_request")
        assert f"`{field}`" in error["message"]


async def test_a_body_that_is_no_json_object_is_refused(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    for body in (b"", b"[]", b"{", b"\xff"):
        async with client.post("/calls", data=body) as reply:
            assert (reply.status, (await reply.json())["code"]) == (400, "bad_request")


async def test_calls_and_peers_that_are_over_leave_no_sockets_behind(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    def sockets() -> int:
        descriptors = Path(f"/proc/{rig.process.pid}/fd").iterdir()
        return sum(str(path.readlink()).startswith("socket:") for path in descriptors if path.is_symlink())

    async with client.get("/health") as reply:
        await reply.read()
    before = sockets()
    async with Browser() as browser:
        call = await place(rig, client, browser, STEADY)
        await browser.hears(600)
        assert sockets() > before
        await call.hang_up()
        await until(lambda: sockets() <= before, "the sockets' end")
