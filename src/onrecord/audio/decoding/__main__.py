"""The confined process: an order on standard input, then `protocol`, until the file is decoded."""

import io
import os
import traceback
from typing import Any

from onrecord.audio.decoding import protocol
from onrecord.audio.decoding.confinement import confine
from onrecord.audio.decoding.facts import Ending, Order
from onrecord.audio.decoding.protocol import Kind
from onrecord.audio.decoding.sound import Hole, Sound, UnusableError

#: Bytes of the file that are fetched at once.
_PIECE = 256 << 10
#: Of a traceback.
_LONGEST_TEXT = 4000


class _Far(io.RawIOBase):
    """The file, which the other side holds."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = min(max(0, base + offset), self._size)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        wanted = min(len(buffer), protocol.LARGEST, self._size - self._at)
        if wanted <= 0:
            return 0
        _send(Kind.READ, protocol.RANGE.pack(self._at, wanted))
        (length,) = protocol.LENGTH.unpack(_receive(protocol.LENGTH.size))
        buffer[:length] = _receive(length)
        self._at += length
        return int(length)


def main() -> None:
    order = Order.model_validate_json(_line())
    try:
        protections = confine(cpu_s=order.cpu_s, memory=order.memory)
        _send(Kind.READY, ",".join(protections).encode())
        _decode(order)
    except UnusableError as error:
        _send(Kind.UNUSABLE, str(error).encode())
    except MemoryError:
        _send(Kind.UNUSABLE, b"The file needs more memory than decoding may take. Send it in another format.")
    except Exception:  # whatever it is, the other side logs it
        _send(Kind.BROKEN, traceback.format_exc()[-_LONGEST_TEXT:].encode(errors="replace"))


def _decode(order: Order) -> None:
    sound = Sound(io.BufferedReader(_Far(order.size), _PIECE), order)
    _send(Kind.FACTS, sound.facts.model_dump_json().encode())
    for piece in sound.pieces():
        if isinstance(piece, Hole):
            _send(Kind.HOLE, protocol.SAMPLES.pack(piece.samples))
        else:
            _send_samples(piece.tobytes())
    _send(Kind.END, Ending(cut_s=sound.cut_s).model_dump_json().encode())


def _send_samples(pcm: bytes) -> None:
    for start in range(0, len(pcm), protocol.LARGEST):
        _send(Kind.PCM, pcm[start : start + protocol.LARGEST])


def _send(kind: Kind, payload: bytes) -> None:
    rest = memoryview(protocol.message(kind, payload))
    while rest:
        rest = rest[os.write(1, rest) :]


def _line() -> bytes:
    """The first line, and nothing of what follows it."""
    line = bytearray()
    while not line.endswith(b"\n"):
        line += _receive(1)
    return bytes(line)


def _receive(size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        piece = os.read(0, size - len(received))
        if not piece:
            # Whoever started this process is gone.
            os._exit(1)
        received += piece
    return bytes(received)


if __name__ == "__main__":
    main()
    # Without taking down what was loaded, which would open files.
    os._exit(0)
