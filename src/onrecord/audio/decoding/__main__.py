"""The confined process: reads a request, then sends `messages` until the file is decoded."""

import io
import os
import traceback
from typing import Any

from onrecord.audio.decoding import messages
from onrecord.audio.decoding.confinement import confine
from onrecord.audio.decoding.messages import DecodeEnd, DecodeRequest, MessageKind
from onrecord.audio.decoding.sound import Sound, Undecoded, UnusableError

#: Bytes of the file fetched at once.
_PIECE = 256 << 10
#: Longest traceback sent, in characters.
_LONGEST_TEXT = 4000


class _RemoteFile(io.RawIOBase):
    """The file, which the parent process holds."""

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
        wanted = min(len(buffer), messages.LARGEST, self._size - self._at)
        if wanted <= 0:
            return 0
        _send(MessageKind.READ, messages.RANGE.pack(self._at, wanted))
        (length,) = messages.LENGTH.unpack(_receive(messages.LENGTH.size))
        buffer[:length] = _receive(length)
        self._at += length
        return int(length)


def main() -> None:
    request = DecodeRequest.model_validate_json(_line())
    try:
        protections = confine(cpu_s=request.cpu_s, memory=request.memory)
        _send(MessageKind.READY, ",".join(protections).encode())
        _decode(request)
    except UnusableError as error:
        _send(MessageKind.UNUSABLE, str(error).encode())
    except MemoryError:
        _send(
            MessageKind.UNUSABLE,
            b"The file needs more memory than decoding may take. Send it in another format.",
        )
    except Exception:  # whatever it is, the parent process logs it
        _send(MessageKind.BROKEN, traceback.format_exc()[-_LONGEST_TEXT:].encode(errors="replace"))


def _decode(request: DecodeRequest) -> None:
    sound = Sound(io.BufferedReader(_RemoteFile(request.size), _PIECE), request)
    _send(MessageKind.FORMAT, sound.format.model_dump_json().encode())
    for piece in sound.pieces():
        if isinstance(piece, Undecoded):
            _send(MessageKind.HOLE, messages.SAMPLES.pack(piece.samples))
        else:
            _send_samples(piece.tobytes())
    _send(MessageKind.END, DecodeEnd(cut_s=sound.cut_s).model_dump_json().encode())


def _send_samples(pcm: bytes) -> None:
    for start in range(0, len(pcm), messages.LARGEST):
        _send(MessageKind.PCM, pcm[start : start + messages.LARGEST])


def _send(kind: MessageKind, payload: bytes) -> None:
    rest = memoryview(messages.message(kind, payload))
    while rest:
        rest = rest[os.write(1, rest) :]


def _line() -> bytes:
    """Read the first line, and nothing after it."""
    line = bytearray()
    while not line.endswith(b"\n"):
        line += _receive(1)
    return bytes(line)


def _receive(size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        piece = os.read(0, size - len(received))
        if not piece:
            # The parent process is gone.
            os._exit(1)
        received += piece
    return bytes(received)


if __name__ == "__main__":
    main()
    # Skip the cleanup of loaded modules, which would open files.
    os._exit(0)
