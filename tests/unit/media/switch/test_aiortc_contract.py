"""What the embedded engine uses of the inside of aiortc and aioice. This tells when a version moves."""

import asyncio
import inspect
import struct

import pytest
from aioice.ice import Connection
from aiortc import (
    RTCConfiguration,
    RTCDtlsTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSctpTransport,
)
from aiortc.codecs import get_capabilities
from aiortc.rtp import RtpPacket

PCMU = [codec for codec in get_capabilities("audio").codecs if codec.mimeType == "audio/PCMU"]


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


def test_ice_hands_each_check_of_the_other_side_to_one_method_once_it_has_proved_whose_it_is() -> None:
    assert list(inspect.signature(Connection.check_incoming).parameters) == [
        "self",
        "message",
        "addr",
        "protocol",
    ]
    received = inspect.getsource(Connection.request_received)
    assert received.index("check_message_integrity") < received.index("self.check_incoming(")


def test_the_data_channels_chunks_and_messages_pass_one_method_each() -> None:
    take_in, receive = RTCSctpTransport._receive_data_chunk, RTCSctpTransport._receive
    assert inspect.iscoroutinefunction(take_in)
    assert list(inspect.signature(take_in).parameters) == ["self", "chunk"]
    assert inspect.iscoroutinefunction(receive)
    assert list(inspect.signature(receive).parameters) == ["self", "stream_id", "pp_id", "data"]
    assert inspect.iscoroutinefunction(RTCSctpTransport._data_channel_flush)
    assert list(inspect.signature(RTCSctpTransport._handle_data).parameters) == ["self", "data"]
    assert "await self._data_receiver._handle_data(data)" in inspect.getsource(RTCDtlsTransport)


async def test_sending_never_waits_and_says_so_while_there_is_no_connection() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sender = connection.addTransceiver("audio", direction="sendrecv").sender
    assert isinstance(sender._ssrc, int)
    assert list(inspect.signature(sender._send_rtcp).parameters) == ["packets"]
    with pytest.raises(ConnectionError):
        sender.transport._send_rtp(bytes(172)).send(None)
    await connection.close()


async def test_packets_pass_unchanged_in_wire_order_and_are_sent_in_one_step() -> None:
    ours, theirs = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    connected, arrived = asyncio.Event(), asyncio.Event()
    packets: list[RtpPacket] = []

    @ours.on("connectionstatechange")
    def look() -> None:
        if ours.connectionState == "connected":
            connected.set()

    async def handle(packet: RtpPacket, arrival_time_ms: int) -> None:
        packets.append(packet)
        if len(packets) == 20:
            arrived.set()

    try:
        sending = ours.addTransceiver("audio", direction="sendrecv")
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
        async with asyncio.timeout(20):
            await connected.wait()
            for number in range(20):
                head = struct.pack(">BBHII", 0x80, 0, number, number * 160, sending.sender._ssrc)
                with pytest.raises(StopIteration):
                    sending.sender.transport._send_rtp(head + bytes([number]) * 160).send(None)
            await arrived.wait()
    finally:
        await ours.close()
        await theirs.close()
    assert [packet.payload for packet in packets] == [bytes([number]) * 160 for number in range(20)]
    assert {(packet.payload_type, packet.ssrc) for packet in packets} == {(0, sending.sender._ssrc)}
    assert [packet.timestamp for packet in packets] == list(range(0, 3200, 160))
    assert [packet.sequence_number for packet in packets] == list(range(20))
