"""RTP packets (RFC 3550, section 5.1)."""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: The unit in which the switch plays and mixes: 20 ms of 8 kHz G.711, one byte per sample (RFC 3551).
FRAME_MS = 20
FRAME_SAMPLES = 160

#: Bytes of the fixed header.
HEADER_SIZE = 12
#: First byte of a version 2 packet without padding, extension or contributing sources: nearly all packets.
PLAIN = 0x80

#: The fixed header.
HEADER = np.dtype(
    [
        ("first", "u1"),
        ("marked_type", "u1"),
        ("sequence", ">u2"),
        ("timestamp", ">u4"),
        ("ssrc", ">u4"),
    ]
)
_HEADER = struct.Struct(">BBHII")


class RtpPacket(NamedTuple):
    """A packet with encoded media. A tuple for speed, because each voice sends fifty per second."""

    payload_type: int
    #: 16 bits.
    sequence: int
    #: 32 bits, in samples.
    timestamp: int
    ssrc: int
    #: Without contributing sources, header extension and padding.
    payload: bytes
    marker: bool = False


def serialize(packet: RtpPacket) -> bytes:
    """The packet in wire format, with only the fixed header."""
    marked_type = packet.payload_type | packet.marker << 7
    return _HEADER.pack(PLAIN, marked_type, packet.sequence, packet.timestamp, packet.ssrc) + packet.payload


def parse(packet: bytes | memoryview) -> RtpPacket | None:
    """The packet; None if it is not a complete RTP packet of version 2."""
    if len(packet) < HEADER_SIZE:
        return None
    first, marked_type, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    if first >> 6 != 2:
        return None
    start = HEADER_SIZE + 4 * (first & 0x0F)
    if first & 0x10:
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    end = len(packet)
    if first & 0x20:
        # The last byte is the length of the padding, including itself.
        padding = packet[-1]
        if padding == 0:
            return None
        end -= padding
    if start > end:
        return None
    return RtpPacket(
        payload_type=marked_type & 0x7F,
        marker=bool(marked_type & 0x80),
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        payload=bytes(packet[start:end]),
    )


def headers(rows: NDArray[np.uint8]) -> NDArray[np.void]:
    """HEADER[n], a view of the first 12 bytes of `rows` (uint8[n, at least 12], one packet a row)."""
    return rows[:, :HEADER_SIZE].view(HEADER)[:, 0]
