"""No packet of a browser keeps the switch busy for longer than a packet does."""

import struct
from contextlib import suppress

import pytest
from aiortc.rtcsctptransport import (
    CHUNK_CLASSES,
    DataChunk,
    ForwardTsnChunk,
    InitChunk,
    SackChunk,
    parse_packet,
)
from google_crc32c import value as crc32c
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.legs.sctp import MOST_ACKNOWLEDGED, is_readable


def packet(*chunks: tuple[int, bytes]) -> bytes:
    """A packet of chunks, each its type and body, with the right checksum."""
    said = b"".join(
        struct.pack("!BBH", kind, 3, len(body) + 4) + body + bytes(-len(body) % 4) for kind, body in chunks
    )
    head = struct.pack("!HHL", 5000, 5000, 7)
    return head + struct.pack("<L", crc32c(head + bytes(4) + said)) + said


def sack(*gaps: tuple[int, int]) -> bytes:
    return struct.pack("!LLHH", 1, 1, len(gaps), 0) + b"".join(struct.pack("!HH", *gap) for gap in gaps)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *[(kind, bytes(4)) for kind in (4, 5, 6, 9, 130)],
        (130, struct.pack("!HH", 13, 3)),
        (130, struct.pack("!HHL", 13, 8, 0) + bytes(4)),
        *[(kind, bytes(20)) for kind in (1, 2)],
        (3, sack((0, 65535))),
        (192, struct.pack("!LHHHH", 9, 1, 1, 2, 1)),
        (3, sack(*[(1, MOST_ACKNOWLEDGED // 100)] * 101)),
    ],
)
def test_what_would_keep_aiortc_busy_is_not_passed_on(kind: int, body: bytes) -> None:
    assert not is_readable(packet((kind, body)))
    assert not is_readable(packet((0, b"12"), (kind, body)))


def test_what_browsers_send_is_passed_on() -> None:
    init = InitChunk()
    init.params = [(0xC000, b""), (0x8008, b"\xc0\x82")]
    data = DataChunk()
    data.user_data = b"hello"
    acknowledged = SackChunk()
    acknowledged.gaps = [(2, 3), (7, 400)]
    for chunk in (
        init,
        data,
        acknowledged,
        *[kind() for kind in CHUNK_CLASSES if kind is not ForwardTsnChunk],
    ):
        assert is_readable(bytes(12) + bytes(chunk)), chunk


TYPES = st.sampled_from([kind.type for kind in CHUNK_CLASSES]) | st.integers(0, 255)
#: Zeros and small numbers are what lengths go wrong with.
BODIES = st.binary(max_size=60) | st.lists(st.sampled_from([0, 1, 3, 4, 5, 255]), max_size=40).map(bytes)


@given(st.lists(st.tuples(TYPES, BODIES), min_size=1, max_size=4), st.binary(max_size=3))
def test_what_is_passed_on_is_read_or_refused(chunks: list[tuple[int, bytes]], rest: bytes) -> None:
    said = packet(*chunks) + rest
    if is_readable(said):
        checked = said[:8] + struct.pack("<L", crc32c(said[:8] + bytes(4) + said[12:])) + said[12:]
        with suppress(ValueError, struct.error):
            parse_packet(checked)


@given(st.binary(max_size=200))
def test_no_packet_breaks_it(said: bytes) -> None:
    is_readable(said)
