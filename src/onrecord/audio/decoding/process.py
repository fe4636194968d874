"""Starts the confined process and reads its messages.

The process is not trusted: its messages are checked against the request, and its time is limited.
"""

import io
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from onrecord.audio.decoding import messages
from onrecord.audio.decoding.messages import (
    DecodeEnd,
    DecodeRequest,
    DecoderMessageError,
    MessageKind,
    SoundFormat,
)
from onrecord.audio.g711 import RATE

log = logging.getLogger(__name__)

#: Seconds to wait per second of CPU time, because the host may be busy.
_PATIENCE = 3
#: Nothing of ours, no address and no secret, and only one thread for computing.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
_SLOW = "Decoding this file takes too long. Convert it to WAV or MP3 and send it again."
_FAILED = "The decoder could not handle this file and stopped. Convert it to WAV or MP3 and send it again."


#: A WAV file of one sample.
_PROBE = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x02\0\0\0\0\0"


class SeekableFile(Protocol):
    """The file, for random access."""

    def read(self, size: int, /) -> bytes | None: ...
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int: ...


class UndecodableError(ValueError):
    """The file cannot be used. The text says why and what to do."""


class Decoder:
    """A file decoded in the confined process. The constructor opens it; `pieces` yields its samples, once."""

    def __init__(
        self,
        file: SeekableFile,
        *,
        longest_s: int,
        cpu_s: int,
        mono: bool = False,
        most_bytes: int | None = None,
    ) -> None:
        """Raises UndecodableError, OSError."""
        self._file = file
        limit = {} if most_bytes is None else {"most_bytes": most_bytes}
        self._request = DecodeRequest(
            size=file.seek(0, io.SEEK_END), longest_s=longest_s, cpu_s=cpu_s, mono=mono, **limit
        )
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "onrecord.audio.decoding"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
        )
        self._out_of_time = threading.Event()
        self._timer = threading.Timer(cpu_s * _PATIENCE, self._time_out)
        self._timer.daemon = True
        self._timer.start()
        #: The names of the protections in force.
        self.protections: list[str] = []
        #: Seconds missing at the end of the file; known after the last piece.
        self.cut_s = 0.0
        try:
            self._write(self._request.model_dump_json().encode() + b"\n")
            self.protections = self._expect(MessageKind.READY).decode("ascii", "replace").split(",")
            self.format = SoundFormat.model_validate_json(self._expect(MessageKind.FORMAT))
        except (DecoderMessageError, ValidationError) as error:
            self.close()
            raise self._failure(error) from error
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process ID of the decoder."""
        return self._process.pid

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._timer.cancel()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # noqa: S101 - for the type checker: both are pipes
            pipe.close()

    def pieces(self) -> Iterator[NDArray[np.int16] | int]:
        """int16[n, channels] at 8 kHz, or a count of samples that could not be decoded.

        Raises UndecodableError.
        """
        left = self._request.longest_s * RATE
        try:
            while True:
                kind, payload = self._next_message()
                if kind is MessageKind.END:
                    self.cut_s = DecodeEnd.model_validate_json(payload).cut_s
                    return
                piece = self._piece(kind, payload)
                left -= piece if isinstance(piece, int) else len(piece)
                if left < 0:
                    raise DecoderMessageError("more samples than are wanted")
                yield piece
        except (DecoderMessageError, ValidationError) as error:
            raise self._failure(error) from error

    def _piece(self, kind: MessageKind, payload: bytes) -> NDArray[np.int16] | int:
        if kind is MessageKind.HOLE and len(payload) == messages.SAMPLES.size:
            return int(messages.SAMPLES.unpack(payload)[0])
        if kind is MessageKind.PCM and len(payload) % (2 * self.format.channels) == 0:
            return np.frombuffer(payload, "<i2").reshape(-1, self.format.channels)
        raise DecoderMessageError(f"{kind.name} of {len(payload)} bytes")

    def _expect(self, kind: MessageKind) -> bytes:
        said, payload = self._next_message()
        if said is not kind:
            raise DecoderMessageError(f"{said.name} instead of {kind.name}")
        return payload

    def _next_message(self) -> tuple[MessageKind, bytes]:
        """The next message other than READ. Raises UndecodableError, DecoderMessageError."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - for the type checker
        while True:
            found = messages.receive_message(pipe.read)
            if found is None:
                raise DecoderMessageError("it ended without an answer")
            kind, payload = found
            if kind is MessageKind.UNUSABLE:
                raise UndecodableError(payload.decode(errors="replace"))
            if kind is MessageKind.BROKEN:
                raise DecoderMessageError(payload.decode(errors="replace"))
            if kind is not MessageKind.READ:
                return kind, payload
            self._answer(payload)

    def _answer(self, payload: bytes) -> None:
        if len(payload) != messages.RANGE.size:
            raise DecoderMessageError("a range that is not valid")
        offset, length = messages.RANGE.unpack(payload)
        if length > messages.LARGEST or offset > self._request.size:
            raise DecoderMessageError("a range outside the file")
        self._file.seek(offset)
        data = _read(self._file, length)
        self._write(messages.LENGTH.pack(len(data)) + data)

    def _write(self, data: bytes) -> None:
        pipe: IO[bytes] | None = self._process.stdin
        assert pipe is not None  # noqa: S101 - for the type checker
        try:
            pipe.write(data)
            pipe.flush()
        except BrokenPipeError as error:
            raise DecoderMessageError("it ended while it was read to") from error

    def _time_out(self) -> None:
        self._out_of_time.set()
        self._process.kill()

    def _failure(self, error: Exception) -> UndecodableError:
        """The error for a decoder that stopped before the end."""
        self._process.kill()
        status = self._process.wait()
        log.warning("a decoder exited with status %d: %s", status, error)
        slow = self._out_of_time.is_set() or status == -signal.SIGXCPU
        return UndecodableError(_SLOW if slow else _FAILED)


def probe() -> list[str]:
    """The protections in force for a decoder on this host. Raises UndecodableError if it cannot start."""
    with Decoder(io.BytesIO(_PROBE), longest_s=1, cpu_s=5) as decoder:
        return decoder.protections


def _read(file: SeekableFile, size: int) -> bytes:
    """Read `size` bytes, or fewer only at the end."""
    pieces = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
