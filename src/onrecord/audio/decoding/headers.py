"""What the headers of sound files say of their length, where libav does not tell it or guesses."""

import io
import struct

#: Sizes that writers of streams leave in a RIFF header, who cannot go back to fill them in: 0, or about the
#: largest number there is, signed or not (google/oboe#2108, muaz-khan/RecordRTC#401).
_LARGEST_SIZE = 0x7FFFF000
#: Chunks before the sound; files have a handful.
_MOST_CHUNKS = 100
#: Bytes from the start of the first MPEG frame within which its Xing or Info header begins.
_XING_WITHIN = 64


def wave_cut_s(file: io.BufferedIOBase, size: int) -> float:
    """Seconds that a WAV file of `size` bytes lacks of the sound it says it has; 0 for any other file."""
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
        # Chunks begin at even places.
        at += length + length % 2
    return 0.0


def mpeg_tells_length(file: io.BufferedIOBase) -> bool:
    """Whether an MP3 file says how long it is. Without, libav guesses by its first frames, and errs far."""
    file.seek(0)
    head = file.read(10)
    begin = 0
    if head[:3] == b"ID3" and len(head) == 10:
        # The length of the ID3v2 tag, in four times seven bits.
        begin = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(begin)
    first = file.read(_XING_WITHIN)
    return b"Xing" in first or b"Info" in first
