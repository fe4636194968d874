import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.legs.offer import BadSdpError, checked_offer
from onrecord.media.switch.legs.webrtc import WebRtcLeg

CANDIDATES = [
    "a=candidate:1 1 udp 2113937151 0b1c5b1e-3f0a-4d8a-9a54-5a1d2f3e4c5b.local 51234 typ host generation 0",
    "a=candidate:2 1 udp 2113937151 192.0.2.7 51235 typ host",
    "a=candidate:3 1 udp 2113937151 2001:db8::7 51236 typ host",
    "a=candidate:4 1 udp 2113937151 dial.example 51237 typ host",
    "a=candidate:broken",
    "a=end-of-candidates",
]


async def offer(*, channel: bool = False) -> str:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("audio")
    if channel:
        connection.createDataChannel("control", negotiated=True, id=0)
    await connection.setLocalDescription(await connection.createOffer())
    sdp: str = connection.localDescription.sdp
    await connection.close()
    return "".join(f"{line}\r\n" for line in sdp.splitlines() if "candidate" not in line)


async def test_no_address_that_an_offer_names_is_kept() -> None:
    sdp = await offer()
    assert checked_offer(sdp + "\r\n".join(CANDIDATES) + "\r\n") == sdp
    # What other readers of lines would take for the end of one is the end of one here.
    assert "candidate" not in checked_offer(f"{sdp}a=x\x0b{CANDIDATES[1]}\u2028{CANDIDATES[2]}\r\n")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("a=x\r\n" * 6000, "longer than"),
        (CANDIDATES[1] + "\r\n", None),
        ("".join(f"a=ssrc:{n} cname:x\r\n" for n in range(101)), "far more lines"),
        ("".join(f"a=rtpmap:{n} X/8000\r\n" for n in range(101)), "far more lines"),
        ("\r\n".join(CANDIDATES[1:2] * 101) + "\r\n", "far more lines"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 2, "far more lines"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", "one media line"),
        ("b=AS:1\r\n" * 101, "far more lines"),
    ],
)
async def test_an_offer_far_larger_than_a_browsers_is_refused_before_it_is_parsed(
    more: str, said: str | None
) -> None:
    sdp = await offer()
    if said is None:
        checked_offer(sdp + more)
        return
    with pytest.raises(BadSdpError, match=said):
        checked_offer(sdp + more)


async def test_a_data_channel_may_come_after_the_voice_and_nothing_else() -> None:
    sdp = await offer(channel=True)
    assert checked_offer(sdp) == sdp
    with pytest.raises(BadSdpError, match="one media line"):
        checked_offer(sdp.replace("m=application", "m=text"))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_whatever_is_sent_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadSdpError):
        checked_offer(text)


async def test_an_offer_that_aiortc_can_neither_answer_nor_give_up_is_refused_like_any_other() -> None:
    lines = (await offer(channel=True)).splitlines(keepends=True)
    # Two transports in a bundle, and the second is in no section of its own.
    sdp = "".join(line for line in lines if not line.startswith("m=application"))
    with pytest.raises(BadSdpError):
        await WebRtcLeg.answer(sdp, loopback=True)


async def test_everything_else_of_the_offer_stays() -> None:
    sdp = await offer()
    assert checked_offer(sdp) == sdp
    assert checked_offer(sdp.replace("\r\n", "\n")) == sdp


@pytest.mark.parametrize(
    ("find", "replacement", "said"),
    [
        ("m=audio", "m=video", "one media line"),
        ("a=rtpmap:0 PCMU/8000", "a=rtpmap:0 L16/8000", "PCMU"),
        ("a=setup:actpass\r\n", "", "a=setup"),
        ("a=ice-pwd:", "a=ice-word:", "ICE"),
        ("a=sendrecv", "a=inactive", "both send and receive"),
        ("v=0", "v=zero", "not a session description"),
    ],
)
async def test_an_offer_that_cannot_be_answered_says_what_is_missing(
    find: str, replacement: str, said: str
) -> None:
    sdp = await offer()
    assert find in sdp
    with pytest.raises(BadSdpError, match=said):
        checked_offer(sdp.replace(find, replacement))
