"""What headers say of a file's length, and what of that is to be believed."""

import io
import struct

import pytest

from onrecord.audio.decoding.headers import mpeg_tells_length, wave_cut_s

SECOND = bytes(16_000)


def wave(*, data_size: int, data: bytes, riff_size: int = 0, extra: bytes = b"") -> bytes:
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16_000, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", riff_size)
        + b"WAVE"
        + extra
        + head
        + struct.pack("<4sI", b"data", data_size)
        + data
    )


@pytest.mark.parametrize(
    ("file", "cut_s"),
    [
        (wave(data_size=16_000, data=SECOND), 0),
        (wave(data_size=32_000, data=SECOND), 1),
        (wave(data_size=0x7FFFFFFF, data=SECOND), 0),
        (wave(data_size=0x7FFFFFDB, data=SECOND, riff_size=0x7FFFFFFF), 0),
        (wave(data_size=0xFFFFFFFF, data=SECOND), 0),
        (wave(data_size=0, data=SECOND), 0),
        # What RIFF says of the whole is of no account: a tag behind the sound may be cut.
        (wave(data_size=16_000, data=SECOND, riff_size=99_999), 0),
        (wave(data_size=32_000, data=SECOND, extra=b"LIST" + struct.pack("<I", 3) + b"abc\0"), 1),
        (b"RIFF\0\0\0\0WAVE", 0),
        (b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"LIST", 0xFFFFFFFF), 0),
        (b"OggS" + SECOND, 0),
        (b"", 0),
    ],
)
def test_a_wave_is_cut_by_what_its_data_chunk_lacks(file: bytes, cut_s: float) -> None:
    assert wave_cut_s(io.BytesIO(file), len(file)) == cut_s


@pytest.mark.parametrize(
    ("file", "tells"),
    [
        (b"\xff\xfb\x90\x00" + bytes(32) + b"Xing" + bytes(100), True),
        (b"\xff\xf3\x40\x00" + bytes(17) + b"Info" + bytes(100), True),
        (b"ID3\x04\0\0\0\0\x02\x00" + bytes(256) + b"\xff\xfb\x90\x00" + bytes(32) + b"Xing", True),
        (b"\xff\xfb\x90\x00" + bytes(400), False),
        (b"ID3", False),
        (b"", False),
    ],
)
def test_only_an_mp3_with_a_xing_header_knows_its_length(file: bytes, tells: bool) -> None:
    assert mpeg_tells_length(io.BytesIO(file)) is tells
