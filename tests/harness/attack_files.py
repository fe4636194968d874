"""Sound files designed to crash or overload a decoder."""

import struct
from pathlib import Path

from harness import sound_files


def wave(
    *, rate: int = 8000, channels: int = 1, bits: int = 16, data: bytes = bytes(16_000), codec: int = 1
) -> bytes:
    """A WAV file with this header, whether or not it is true."""
    align = channels * bits // 8 & 0xFFFF
    form = struct.pack("<HHIIHH", codec, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    body = b"WAVE" + struct.pack("<4sI", b"fmt ", 16) + form + struct.pack("<4sI", b"data", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def silence(path: Path, *, seconds: int, rate: int = 48_000) -> bytes:
    """Hours of silence in kilobytes or megabytes; the file name determines the format."""
    source = ("-f", "lavfi", "-i", f"anullsrc=r={rate}:cl=mono:d={seconds}")
    opus = ("-c:a", "libopus", "-b:a", "6k", "-frame_duration", "60") if path.suffix == ".ogg" else ()
    sound_files.ffmpeg(*source, *opus, str(path))
    return path.read_bytes()


def m4a_with_huge_table(path: Path, table: bytes) -> bytes:
    """An M4A whose `table` (a box such as `stsz`) claims a quarter of a billion entries."""
    sound_files.mono(path)
    content = bytearray(path.read_bytes())
    # A box has size, name, version and flags; `stsz` has a common size before the count.
    at = content.index(table) + 8 + (4 if table == b"stsz" else 0)
    content[at : at + 4] = struct.pack(">I", 0x0FFFFFFF)
    return bytes(content)
