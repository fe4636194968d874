"""Starting the confined process and hearing what it makes of a file.

It is not trusted either: what it says is checked against the protocol and the order, and it has so much time.
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

from onrecord.audio.decoding import protocol
from onrecord.audio.decoding.facts import Ending, Facts, Order
from onrecord.audio.decoding.protocol import Kind, ProtocolError
from onrecord.audio.g711 import RATE

log = logging.getLogger(__name__)

#: Seconds of waiting that are granted for each of processor time: the host may be busy.
_PATIENCE = 3
#: Nothing of ours: no address, no secret. One thread is all that may compute.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
_SLOW = "Decoding this file takes too long. Convert it to WAV or MP3 and send it again."
_FELL = "The decoder cannot cope with this file and stopped. Convert it to WAV or MP3 and send it again."


#: A WAV file of one sample.
_PROBE = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x02\0\0\0\0\0"


class Source(Protocol):
    """The file: read here and there."""

    def read(self, size: int, /) -> bytes | None: ...
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int: ...


class UndecodableError(ValueError):
    """The file cannot be used. The text says why and what to do."""


class Decoder:
    """One file, decoded elsewhere. Opens it; then `pieces` gives all of it, once."""

    def __init__(
        self,
        file: Source,
        *,
        longest_s: int,
        cpu_s: int,
        mono: bool = False,
        most_bytes: int | None = None,
    ) -> None:
        """Raises UndecodableError, OSError."""
        self._file = file
        limit = {} if most_bytes is None else {"most_bytes": most_bytes}
        self._order = Order(
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
        self._timer = threading.Timer(cpu_s * _PATIENCE, self._give_up)
        self._timer.daemon = True
        self._timer.start()
        #: What keeps the decoder in, by name.
        self.protections: list[str] = []
        #: Seconds by which the file breaks off before its end; known after the last piece.
        self.cut_s = 0.0
        try:
            self._write(self._order.model_dump_json().encode() + b"\n")
            self.protections = self._expect(Kind.READY).decode("ascii", "replace").split(",")
            self.facts = Facts.model_validate_json(self._expect(Kind.FACTS))
        except (ProtocolError, ValidationError) as error:
            self.close()
            raise self._fell(error) from error
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Of the process."""
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
        left = self._order.longest_s * RATE
        try:
            while True:
                kind, payload = self._hear()
                if kind is Kind.END:
                    self.cut_s = Ending.model_validate_json(payload).cut_s
                    return
                piece = self._piece(kind, payload)
                left -= piece if isinstance(piece, int) else len(piece)
                if left < 0:
                    raise ProtocolError("more samples than are wanted")
                yield piece
        except (ProtocolError, ValidationError) as error:
            raise self._fell(error) from error

    def _piece(self, kind: Kind, payload: bytes) -> NDArray[np.int16] | int:
        if kind is Kind.HOLE and len(payload) == protocol.SAMPLES.size:
            return int(protocol.SAMPLES.unpack(payload)[0])
        if kind is Kind.PCM and len(payload) % (2 * self.facts.channels) == 0:
            return np.frombuffer(payload, "<i2").reshape(-1, self.facts.channels)
        raise ProtocolError(f"{kind.name} of {len(payload)} bytes")

    def _expect(self, kind: Kind) -> bytes:
        said, payload = self._hear()
        if said is not kind:
            raise ProtocolError(f"{said.name} instead of {kind.name}")
        return payload

    def _hear(self) -> tuple[Kind, bytes]:
        """The next message that is not about reading the file. Raises UndecodableError, ProtocolError."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - for the type checker
        while True:
            found = protocol.receive(pipe.read)
            if found is None:
                raise ProtocolError("it ended without a word")
            kind, payload = found
            if kind is Kind.UNUSABLE:
                raise UndecodableError(payload.decode(errors="replace"))
            if kind is Kind.BROKEN:
                raise ProtocolError(payload.decode(errors="replace"))
            if kind is not Kind.READ:
                return kind, payload
            self._answer(payload)

    def _answer(self, payload: bytes) -> None:
        if len(payload) != protocol.RANGE.size:
            raise ProtocolError("a range that is none")
        offset, length = protocol.RANGE.unpack(payload)
        if length > protocol.LARGEST or offset > self._order.size:
            raise ProtocolError("a range outside of the file")
        self._file.seek(offset)
        data = _read(self._file, length)
        self._write(protocol.LENGTH.pack(len(data)) + data)

    def _write(self, data: bytes) -> None:
        pipe: IO[bytes] | None = self._process.stdin
        assert pipe is not None  # noqa: S101 - for the type checker
        try:
            pipe.write(data)
            pipe.flush()
        except BrokenPipeError as error:
            raise ProtocolError("it ended while it was read to") from error

    def _give_up(self) -> None:
        self._out_of_time.set()
        self._process.kill()

    def _fell(self, error: Exception) -> UndecodableError:
        """What to say of a decoder that did not come to its end."""
        self._process.kill()
        status = self._process.wait()
        log.warning("a decoder stopped with status %d: %s", status, error)
        slow = self._out_of_time.is_set() or status == -signal.SIGXCPU
        return UndecodableError(_SLOW if slow else _FELL)


def probe() -> list[str]:
    """What keeps a decoder in on this host, by name. Raises UndecodableError when none can be started."""
    with Decoder(io.BytesIO(_PROBE), longest_s=1, cpu_s=5) as decoder:
        return decoder.protections


def _read(file: Source, size: int) -> bytes:
    """That many bytes, fewer only at the end."""
    pieces = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
