"""The control channel, and offers that would have the switch talk to strangers."""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator

import aiohttp
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from google_crc32c import value as crc32c

from harness.people import STEADY
from harness.switch_rig import Browser, SwitchRig, place, place_call, until


async def test_a_pause_by_the_control_channel_shuts_the_gate_before_its_answer(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await browser.listens(300)
    answer = await browser.press("paused")
    assert (answer["recording"], answer["generation"]) == ("paused", 1)
    assert (await call.event("recording.paused"))["data"] == {"actor": "ann", "generation": 1}
    await browser.listens(300)
    await call.hang_up()
    assert max((await call.journal()).clocks(1)) <= answer["clock_ms"]


async def test_one_press_by_both_ways_is_one_pause(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await asyncio.gather(browser.press("paused", "one"), call.pause(press="one"))
    await call.record(generation=1)
    assert (await browser.press("paused", "one"))["recording"] == "recording"
    assert (await call.state())["generation"] == 1
    await call.hang_up()


async def test_a_press_of_one_user_does_not_stand_for_the_same_press_of_another(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    async with Browser() as colleague:
        await call.join(colleague, "bob")
        await colleague.press("paused", "one")
        await call.record(generation=1)
        assert (await browser.press("paused", "one"))["recording"] == "paused"
    await call.hang_up()


async def test_who_placed_the_call_ends_it_by_the_control_channel_and_a_colleague_leaves_it(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    async with Browser() as colleague:
        await call.join(colleague, "bob")
        assert (await colleague.press("hung_up"))["status"] == "in-progress"
        assert (await call.event("party.left"))["data"]["actor"] == "bob"
    assert (await browser.press("hung_up"))["status"] == "completed"
    assert (await call.ended())["actor"] == "ann"


async def test_a_user_who_may_not_pause_cannot_by_the_control_channel_either(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, controls=False)
    await call.event("recording.started")
    assert (await browser.press("paused"))["code"] == "not_permitted"
    assert (await call.state())["recording"] == "recording"
    await call.hang_up()


async def test_nothing_but_a_press_has_an_effect_on_the_control_channel(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await until(lambda: browser.channel.readyState == "open", "the channel opens")
    for text in (
        "",
        "{",
        "[]",
        '{"press": "x", "want": "recording"}',
        '{"press": "", "want": "paused"}',
    ):
        browser.channel.send(text)
    browser.channel.send(b"\xff\x00")
    assert (await browser.press("paused"))["generation"] == 1
    await call.hang_up()


async def test_a_flood_on_the_control_channel_is_cut_off_and_the_call_goes_on(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await until(lambda: browser.channel.readyState == "open", "the channel opens")
    for _ in range(3000):
        browser.channel.send("x" * 1000)
    await browser.listens(500)
    assert (await call.pause())["recording"] == "paused"
    await call.hang_up()


async def test_a_thousand_pauses_are_a_few_reports_and_no_resume_of_before_counts(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await until(lambda: browser.channel.readyState == "open", "the channel opens")
    for number in range(900):
        browser.channel.send(json.dumps({"press": str(number), "want": "paused"}))
    await until(lambda: len(browser.answers) == 900, "every press is answered")
    for number in range(100):
        await call.pause(press=f"http-{number}")
    await call.record(expected=409, generation=999)
    await call.record(generation=1000)
    await call.hang_up()
    await call.ended()
    held = [event for event in rig.events.of(call.call_id) if event["type"] == "recording.held"]
    assert len(held) < 50
    assert sum(event["data"].get("times", 1) for event in held) == 999
    assert held[-1]["data"]["generation"] == 1000


async def test_packets_that_nobody_can_read_end_no_connection(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY)
    await call.event("recording.started")
    await until(lambda: browser.channel.readyState == "open", "the channel opens")
    sctp = browser.connection.sctp
    assert sctp is not None
    # Heads of chunks (RFC 9260) over too little: the last acknowledges a gap that it does not name.
    for kind, body in (
        (0, b""),
        (1, b""),
        (1, bytes(16)),
        (4, b"x"),
        (130, b"\0" * 5),
        (3, bytes(11) + b"\1"),
    ):
        head = struct.pack("!HHL4xBBH", 5000, 5000, sctp._remote_verification_tag, kind, 3, len(body) + 4)
        packet = head + body + bytes(-len(body) % 4)
        await sctp.transport._send_data(packet[:8] + struct.pack("<L", crc32c(packet)) + packet[12:])
    assert (await browser.press("paused"))["recording"] == "paused"
    await browser.listens(300)
    await call.hang_up()


async def test_a_browser_without_a_control_channel_is_answered_too(
    rig: SwitchRig, client: aiohttp.ClientSession
) -> None:
    async with Browser(control=False) as plain:
        call = await place(rig, client, plain, STEADY)
        await plain.hears(600)
        await call.hang_up()


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    """A UDP socket of somebody who has nothing to do with the call."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        yield listening


async def test_an_address_that_an_offer_names_gets_no_packet(
    rig: SwitchRig, client: aiohttp.ClientSession, stranger: socket.socket
) -> None:
    browser = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    browser.addTransceiver("audio", direction="sendrecv")
    await browser.setLocalDescription(await browser.createOffer())
    port = stranger.getsockname()[1]
    lines = [line for line in browser.localDescription.sdp.splitlines() if "candidate" not in line]
    lines += [
        f"a=candidate:1 1 udp 2113937151 127.0.0.1 {port} typ host",
        f"a=candidate:2 1 udp 2113937150 stranger.local {port} typ host",
        "a=end-of-candidates",
    ]
    body = place_call(STEADY, "\r\n".join(lines) + "\r\n")
    async with client.post("/calls", json=body) as reply:
        assert reply.status == 201
        answer = (await reply.json())["sdp"]
    # The call is answered and its browser is waited for: an agent that would check does so every 50 ms.
    await rig.events.event(body["call_id"], "call.answered")
    assert pending(stranger) == b""
    # The one who has the offer's secrets proves itself from an address that nobody named, and is heard.
    await browser.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: browser.connectionState == "connected", "the browser is connected")
    assert pending(stranger) == b""
    await client.post(f"/calls/{body['call_id']}/hangup", json={"actor": "ann"})
    await browser.close()


def pending(listening: socket.socket) -> bytes:
    try:
        return listening.recv(2000)
    except BlockingIOError:
        return b""
