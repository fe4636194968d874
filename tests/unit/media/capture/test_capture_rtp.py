"""RTP headers, one at a time and many at once."""

import numpy as np
import pytest
from capture_support import rtp_packet
from hypothesis import given
from hypothesis import strategies as st

from onrecord.audio import rtp


def test_a_plain_packet_is_parsed() -> None:
    packet = rtp.parse(rtp_packet(65535, ssrc=0xDEADBEEF, payload_type=8, timestamp=2**32 - 1))
    assert packet is not None
    assert (packet.payload_type, packet.marker) == (8, False)
    assert (packet.sequence, packet.timestamp, packet.ssrc) == (65535, 2**32 - 1, 0xDEADBEEF)
    assert packet.payload == bytes(160)


def test_the_marker_is_no_part_of_the_payload_type() -> None:
    packet = rtp.parse(rtp_packet(1, payload_type=0x80 | 8))
    assert packet is not None
    assert packet.marker
    assert packet.payload_type == 8


@given(
    payload=st.binary(max_size=300),
    sources=st.lists(st.integers(0, 2**32 - 1), max_size=15).map(tuple),
    extension=st.none() | st.integers(0, 5).map(lambda words: b"\xbe" * 4 * words),
    padding=st.integers(0, 255),
)
def test_the_payload_is_found_behind_and_before_everything_else(
    payload: bytes, sources: tuple[int, ...], extension: bytes | None, padding: int
) -> None:
    data = rtp_packet(3, payload=payload, sources=sources, extension=extension, padding=padding)
    packet = rtp.parse(data)
    assert packet is not None
    assert packet.payload == payload


@given(st.binary(max_size=64))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    packet = rtp.parse(data)
    assert packet is None or len(packet.payload) <= len(data) - 12


@pytest.mark.parametrize(
    "data",
    [
        b"",
        rtp_packet(1)[:11],
        b"\x40" + rtp_packet(1)[1:],
        rtp_packet(1, sources=(1, 2, 3), payload=b"")[:20],
        rtp_packet(1, extension=bytes(8), payload=b"")[:18],
        b"\xa0" + rtp_packet(1, payload=bytes(4))[1:],
        b"\xa0" + rtp_packet(1, payload=b"\x05")[1:],
    ],
    ids=["nothing", "too short", "version 1", "sources", "extension", "no padding", "too much padding"],
)
def test_what_is_no_whole_packet_is_refused(data: bytes) -> None:
    assert rtp.parse(data) is None


def test_many_headers_are_read_at_once() -> None:
    packets = [rtp_packet(65530 + i, ssrc=2**32 - 1 - i) for i in range(10)]
    rows = np.frombuffer(b"".join(packets), np.uint8).reshape(10, -1)
    heads = rtp.headers(rows)
    assert heads["sequence"].tolist() == [(65530 + i) & 0xFFFF for i in range(10)]
    assert heads["ssrc"].tolist() == [2**32 - 1 - i for i in range(10)]
    assert heads["timestamp"].tolist() == [(65530 + i) * 160 for i in range(10)]
