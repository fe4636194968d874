"""More than two in a call: who hears whom, who is captured, and who may come and go."""

from pathlib import Path

import aiohttp
import numpy as np
import pytest

from harness.sound import decode_file, has_only, power_at
from harness.switch_rig import Browser, SwitchRig, place, spectrum, until
from onrecord.audio import tones
from onrecord.media.render.render_to_file import render_to_file

STEADY, ECHO = "+12025550195", "+12025550196"
ANN, BOB, EVE = 440, 900, 1200
CONTACT = 600


def speaker(hertz: int) -> Browser:
    return Browser(tones.tone(hertz, ms=1000, level=0.3))


async def test_each_of_three_hears_the_others_and_not_itself(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, STEADY)
        await ann.hears(CONTACT)
        await call.join(bob, "bob")
        await bob.hears(ANN, CONTACT)
        await ann.hears(BOB, CONTACT)
        await call.hang_up()


async def test_the_contact_hears_both_of_ours_and_not_itself(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, ECHO)
        await ann.hears(ANN)
        await call.join(bob, "bob")
        await ann.hears(ANN, BOB)
        await bob.hears(ANN, BOB)
        ann.microphone.silent.set()
        bob.microphone.silent.set()
        # An echo that heard itself would never end.
        await ann.hears()
        await call.hang_up()


async def test_four_in_a_call_hear_one_another(rig: SwitchRig, client: aiohttp.ClientSession) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob, speaker(EVE) as eve:
        call = await place(rig, client, ann, STEADY)
        await call.join(bob, "bob")
        await call.join(eve, "eve")
        await ann.hears(BOB, CONTACT, EVE)
        await bob.hears(ANN, CONTACT, EVE)
        await eve.hears(ANN, CONTACT, BOB)
        await call.hang_up()


async def test_every_voice_is_captured_unmixed_and_rendered_on_its_side(
    rig: SwitchRig, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, STEADY)
        await call.event("recording.started")
        await call.join(bob, "bob")
        joined = await call.event("party.joined")
        assert joined["data"] == {"user": "bob", "role": "collaborator"}
        await bob.hears(ANN, CONTACT)
        await bob.listens(1000)
        await call.hang_up()

    journal = await call.journal()
    assert spectrum([journal.sound(0)]) == {ANN}
    assert spectrum([journal.sound(1)]) == {CONTACT}
    party = next(frame.party for frame in journal.controls if frame.fields.get("user") == "bob")
    assert spectrum([journal.sound(party)]) == {BOB}
    frame = next(frame for frame in journal.controls if frame.party == party)
    assert frame.fields["side"] == "ours"
    assert frame.fields["role"] == "collaborator"
    assert 0 <= joined["clock_ms"] - frame.clock < 50

    audio = tmp_path / "call.wav"
    path = rig.config.journals / f"{call.call_id}.journal"
    render_to_file(path, audio, rig.config.secrets.master_key)
    left, right = decode_file(audio)
    last = slice(-4000, None)
    assert power_at(left[last], ANN) + power_at(left[last], BOB) > 0.98
    assert min(power_at(left[last], ANN), power_at(left[last], BOB)) > 0.3
    assert has_only(np.asarray(right[last]), CONTACT)


async def test_who_leaves_is_neither_heard_nor_captured_and_the_call_goes_on(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, STEADY)
        await call.event("call.answered")
        await call.join(bob, "bob")
        await ann.hears(BOB, CONTACT)
        await call.post("leave", 204, user_id="bob")
        left = await call.event("party.left")
        assert left["data"] == {"user": "bob", "role": "collaborator", "actor": "bob"}
        await until(lambda: bob.connection.connectionState == "closed", "the end of bob's connection")
        await ann.hears(CONTACT)
        assert (await call.state())["users"] == [{"user": "ann", "role": "rep", "attached": True}]
        await call.hang_up()
    journal = await call.journal()
    party = next(frame.party for frame in journal.controls if frame.type == "leave")
    assert max(journal.clocks(party)) <= left["clock_ms"] < max(journal.clocks(0))


async def test_who_left_can_join_again_as_the_same_party(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob, speaker(EVE) as again:
        call = await place(rig, client, ann, STEADY)
        await call.join(bob, "bob")
        await call.post("leave", 204, user_id="bob")
        await call.join(again, "bob")
        await again.hears(ANN, CONTACT)
        await call.hang_up()
    journal = await call.journal()
    parties = {frame.party for frame in journal.controls if frame.fields.get("user") == "bob"}
    assert journal.types.count("leave") == 1
    assert len(parties) == 1


async def test_a_collaborator_carries_on_when_the_reps_browser_is_lost(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, STEADY)
        await call.event("call.answered")
        await call.join(bob, "bob")
        await bob.hears(ANN, CONTACT)
        await ann.connection.close()
        await call.event("call.detached")
        left = await call.event("party.left", 30)
        assert left["data"] == {"user": "ann", "role": "rep", "actor": None}
        await bob.hears(CONTACT)
        state = await call.state()
        assert (state["status"], state["attached"]) == ("in-progress", False)
        await call.post("leave", 204, user_id="bob")
        ended = await call.ended()
    assert (ended["status"], ended["reason"]) == ("completed", "rep_hung_up")


async def test_a_collaborator_who_reloads_is_heard_again_as_the_same_party(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob, speaker(EVE) as reloaded:
        call = await place(rig, client, ann, STEADY)
        await call.event("call.answered")
        await call.join(bob, "bob")
        await ann.hears(BOB, CONTACT)
        await call.post("detach", 204, user_id="bob")
        await ann.hears(CONTACT)
        answer = await call.post("attach", sdp=await reloaded.offer(), user_id="bob", controls=True)
        await reloaded.accept(answer["sdp"])
        await ann.hears(CONTACT, EVE)
        await call.hang_up()
    await call.ended()
    assert "party.left" not in rig.events.types(call.call_id)
    assert (await call.journal()).types.count("join") == 3


async def test_joining_twice_takes_the_second_browser(rig: SwitchRig, client: aiohttp.ClientSession) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob, speaker(EVE) as second:
        call = await place(rig, client, ann, STEADY)
        await call.join(bob, "bob")
        await call.join(second, "bob")
        await ann.hears(CONTACT, EVE)
        assert rig.events.types(call.call_id).count("party.joined") == 1
        await call.hang_up()


async def test_a_collaborator_commands_the_recording_in_their_own_name(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, STEADY)
        await call.event("recording.started")
        await call.join(bob, "bob")
        await call.pause(actor="bob")
        assert (await call.event("recording.paused"))["data"] == {
            "actor": "bob",
            "generation": 1,
        }
        await call.record()
        await call.hang_up()
    actors = [f.fields["actor"] for f in (await call.journal()).controls if f.type in {"pause", "resume"}]
    assert actors == ["bob", "ann"]


async def test_a_one_sided_call_captures_a_collaborator_but_not_the_contact(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with speaker(ANN) as ann, speaker(BOB) as bob:
        call = await place(rig, client, ann, STEADY, mode="one_sided")
        await call.event("recording.started")
        await call.join(bob, "bob")
        await bob.hears(ANN, CONTACT)
        await call.hang_up()
    journal = await call.journal()
    assert journal.clocks(1) == []
    assert len({party for party, _, _ in journal.media}) == 2


@pytest.mark.parametrize("what", ["attach", "detach", "leave"])
async def test_a_user_who_is_not_in_the_call_commands_no_leg_of_it(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser, what: str
) -> None:
    call = await place(rig, client, browser, STEADY)
    assert (await call.post(what, 409, user_id="eve", sdp="v=0", controls=True))["code"] == "absent"
    await call.hang_up()


async def test_a_bad_offer_to_join_changes_nothing(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    assert (await call.post("join", 400, user_id="bob", sdp="v=0", controls=True))["code"] == "bad_sdp"
    assert len((await call.state())["users"]) == 1
    await call.hang_up()
    await call.ended()
    assert "party.joined" not in rig.events.types(call.call_id)


async def test_a_call_that_is_full_or_over_takes_nobody(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    async with Browser() as other:
        offer = await other.offer()
        for number in range(7):
            await call.post("join", sdp=offer, user_id=f"user {number}", controls=True)
        reply = await call.post("join", 409, sdp=offer, user_id="one too many", controls=True)
        assert reply["code"] == "full"
        await call.hang_up()
        assert (await call.post("join", 404, sdp=offer, user_id="bob", controls=True))[
            "code"
        ] == "no_such_call"
