"""Reads the length of sound files from their headers where libav does not report it or guesses."""

import io
import struct

#: Streaming writers cannot go back to fill in the size in a RIFF header, and leave 0 or about the largest
#: number there is, signed or unsigned (google/oboe#2108, muaz-khan/RecordRTC#401).
_LARGEST_SIZE = 0x7FFFF000
#: Most chunks before the sound; files have a handful.
_MOST_CHUNKS = 100
#: The Xing or Info header begins within this many bytes of the start of the first MPEG frame.
_XING_WITHIN = 64


def wave_cut_s(file: io.BufferedIOBase, size: int) -> float:
    """Seconds of sound missing from a WAV file of `size` bytes, by its header; 0 for other files."""
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return 0.0
    at, bytes_a_second = 12, 0
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(24)
        if len(head) < 8:
            return 0.0
        name, length = struct.unpack_from("<4sI", head)
        at += 8
        if name == b"data":
            lacks = at + length - size
            return (
                lacks / bytes_a_second if 0 < length < _LARGEST_SIZE and lacks > 0 < bytes_a_second else 0.0
            )
        if name == b"fmt " and len(head) >= 20:
            bytes_a_second = struct.unpack_from("<I", head, 16)[0]
        # Chunks begin at even offsets.
        at += length + length % 2
    return 0.0


def mpeg_tells_length(file: io.BufferedIOBase) -> bool:
    """Whether an MP3 file states its length. If not, libav's guess from the first frames is far off."""
    file.seek(0)
    head = file.read(10)
    begin = 0
    if head[:3] == b"ID3" and len(head) == 10:
        # The length of the ID3v2 tag is four groups of seven bits.
        begin = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(begin)
    first = file.read(_XING_WITHIN)
    return b"Xing" in first or b"Info" in first
