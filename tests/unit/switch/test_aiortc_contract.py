"""What the embedded engine uses of the inside of aiortc and aioice. This tells when a version moves."""

import asyncio
import inspect
from fractions import Fraction

from aioice.ice import Connection
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from aiortc.codecs import get_capabilities
from aiortc.rtp import RtpPacket
from av.packet import Packet
from av.stream import Stream

PCMU = [codec for codec in get_capabilities("audio").codecs if codec.mimeType == "audio/PCMU"]


class Push(MediaStreamTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.queue: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue()

    async def recv(self) -> "Packet[Stream]":
        payload, timestamp = await self.queue.get()
        packet: Packet[Stream] = Packet(payload)
        packet.pts, packet.time_base = timestamp, Fraction(1, 8000)
        return packet


def test_the_receiver_hands_each_packet_to_one_method() -> None:
    handler = RTCRtpReceiver._handle_rtp_packet
    assert inspect.iscoroutinefunction(handler)
    assert list(inspect.signature(handler).parameters) == ["self", "packet", "arrival_time_ms"]
    packet = RtpPacket(payload_type=0, sequence_number=1, timestamp=2)
    assert (packet.payload_type, packet.sequence_number, packet.timestamp) == (0, 1, 2)
    assert isinstance(packet.ssrc, int)
    assert packet.payload == b""


def test_ice_gathers_from_a_list_of_addresses() -> None:
    parameters = inspect.signature(Connection.get_component_candidates).parameters
    assert list(parameters) == ["self", "component", "addresses", "timeout"]


async def test_encoded_frames_pass_both_ways_unchanged_in_wire_order() -> None:
    ours, theirs = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    track, arrived = Push(), asyncio.Event()
    packets: list[RtpPacket] = []

    async def handle(packet: RtpPacket, arrival_time_ms: int) -> None:
        packets.append(packet)
        if len(packets) == 20:
            arrived.set()

    try:
        sending = ours.addTransceiver(track, direction="sendrecv")
        sending.setCodecPreferences(PCMU)
        await ours.setLocalDescription(await ours.createOffer())
        receiving = theirs.addTransceiver("audio", direction="sendrecv")
        receiving.setCodecPreferences(PCMU)
        receiving.receiver._handle_rtp_packet = handle  # type: ignore[method-assign]
        ice = receiving.receiver.transport.transport.iceGatherer._connection
        assert isinstance(ice, Connection)
        await theirs.setRemoteDescription(ours.localDescription)
        await theirs.setLocalDescription(await theirs.createAnswer())
        assert "PCMA" not in theirs.localDescription.sdp
        await ours.setRemoteDescription(theirs.localDescription)
        for number in range(20):
            track.queue.put_nowait((bytes([number]) * 160, number * 160))
        async with asyncio.timeout(20):
            await arrived.wait()
    finally:
        await ours.close()
        await theirs.close()
    assert [packet.payload for packet in packets] == [bytes([number]) * 160 for number in range(20)]
    assert {packet.payload_type for packet in packets} == {0}
    first = packets[0]
    assert [(p.timestamp - first.timestamp) & 0xFFFFFFFF for p in packets] == list(range(0, 3200, 160))
    assert [(p.sequence_number - first.sequence_number) & 0xFFFF for p in packets] == list(range(20))
