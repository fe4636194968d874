import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from onrecord.switch.engines.embedded import BadSdpError, checked_offer

CANDIDATES = [
    "a=candidate:1 1 udp 2113937151 0b1c5b1e-3f0a-4d8a-9a54-5a1d2f3e4c5b.local 51234 typ host generation 0",
    "a=candidate:2 1 udp 2113937151 192.0.2.7 51235 typ host",
    "a=candidate:3 1 udp 2113937151 2001:db8::7 51236 typ host",
    "a=candidate:4 1 udp 2113937151 dial.example 51237 typ host",
    "a=candidate:broken",
    "a=end-of-candidates",
]


async def offer() -> str:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("audio")
    await connection.setLocalDescription(await connection.createOffer())
    sdp: str = connection.localDescription.sdp
    await connection.close()
    return "".join(f"{line}\r\n" for line in sdp.splitlines() if "candidate" not in line)


async def test_only_candidates_with_an_address_are_kept() -> None:
    sdp = await offer()
    good = CANDIDATES[:4] + CANDIDATES[5:]
    kept = checked_offer(sdp + "\r\n".join(good) + "\r\n")
    assert [line for line in kept.splitlines() if "candidate" in line] == CANDIDATES[1:3]


async def test_everything_else_of_the_offer_stays() -> None:
    sdp = await offer()
    assert checked_offer(sdp) == sdp
    assert checked_offer(sdp.replace("\r\n", "\n")) == sdp


@pytest.mark.parametrize(
    ("find", "replacement", "said"),
    [
        ("m=audio", "m=video", "exactly one media line"),
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
