"""The journal format as docs/reference/journal.md specifies it, and its reader."""

import base64
import hashlib
import json
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from onrecord.capture import sealing

MAGIC = b"ONRECJ01"
#: Party of a frame that belongs to none.
NO_PARTY = 255
#: Most bytes of sealed data in a chunk; a larger length field is damage, not a promise of more bytes.
MAX_SEALED = 1 << 20
_MAX_HEADER_JSON = 1 << 16

CONTROL, MEDIA = 0, 1
CHUNK_HEAD = struct.Struct("<III")
FRAME_HEAD = struct.Struct("<HBBBBHIII")
#: The 20 bytes that begin every frame.
FRAME = np.dtype(
    [
        ("size", "<u2"),
        ("kind", "u1"),
        ("party", "u1"),
        ("payload_type", "u1"),
        ("reserved", "u1"),
        ("sequence", "<u2"),
        ("timestamp", "<u4"),
        ("ssrc", "<u4"),
        ("clock", "<u4"),
    ]
)
_LENGTH = struct.Struct("<I")


class JournalError(Exception):
    """The file is not a journal that can be read with this master key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalHeader:
    """What stands before the first chunk."""

    call_id: str
    #: Wall clock at which the journal was opened, UTC.
    created_at: datetime
    #: Which master key wrapped the data key.
    key_id: str
    wrapped_key: bytes
    #: The header as it stands in the file.
    raw: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the header: additional data of every chunk and start of the chain."""
        return hashlib.sha256(self.raw).digest()

    def cipher(self, master_key: bytes) -> sealing.ChunkCipher:
        """The journal's cipher. Raises JournalError when another master key wrapped its key."""
        if sealing.key_id(master_key) != self.key_id:
            raise JournalError(
                f"The journal of call {self.call_id} is sealed under master key {self.key_id}, "
                f"but this host has {sealing.key_id(master_key)}."
            )
        try:
            return sealing.ChunkCipher(sealing.unwrap_key(master_key, self.wrapped_key), self.digest)
        except sealing.SealError as error:
            raise JournalError(f"The key of call {self.call_id} is damaged: {error}") from error


def new_header(call_id: str, created_at: datetime, master_key: bytes) -> JournalHeader:
    """A header with a fresh data key. `created_at` in UTC."""
    identity = sealing.key_id(master_key)
    wrapped = sealing.wrap_key(master_key, secrets.token_bytes(32))
    body = json.dumps(
        {
            "version": 1,
            "call_id": call_id,
            "created_at": created_at.isoformat().replace("+00:00", "Z"),
            "key_id": identity,
            "wrapped_key": base64.b64encode(wrapped).decode(),
        }
    ).encode()
    raw = MAGIC + _LENGTH.pack(len(body)) + body
    return JournalHeader(
        call_id=call_id, created_at=created_at, key_id=identity, wrapped_key=wrapped, raw=raw
    )


def read_header(file: BinaryIO) -> JournalHeader:
    """Read the header; the file then stands at the first chunk. Raises JournalError."""
    start = file.read(len(MAGIC) + _LENGTH.size)
    if len(start) < len(MAGIC) + _LENGTH.size or not start.startswith(MAGIC):
        raise JournalError("This is not a journal: it does not begin as one.")
    (length,) = _LENGTH.unpack_from(start, len(MAGIC))
    body = file.read(min(length, _MAX_HEADER_JSON))
    if len(body) < length:
        raise JournalError("The journal's header is incomplete.")
    try:
        fields = json.loads(body)
        if fields["version"] != 1:
            raise JournalError(f"This is a journal of version {fields['version']}; version 1 is understood.")
        return JournalHeader(
            call_id=fields["call_id"],
            created_at=datetime.fromisoformat(fields["created_at"]),
            key_id=fields["key_id"],
            wrapped_key=base64.b64decode(fields["wrapped_key"]),
            raw=start + body,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise JournalError(f"The journal's header is damaged ({error!r}).") from error


def control_frame(kind: str, *, clock: int, party: int = NO_PARTY, **fields: Any) -> bytes:
    """A control frame. `clock` in milliseconds since answer; `party` where it is about a voice."""
    about = {} if party == NO_PARTY else {"party": party}
    body = json.dumps({"type": kind, **about, **fields}).encode()
    return FRAME_HEAD.pack(len(body), CONTROL, party, 0, 0, 0, 0, 0, clock) + body


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlFrame:
    """One event of the call."""

    type: str
    #: Milliseconds since answer; 0 before it.
    clock: int
    #: Number of the voice, 255 for none.
    party: int
    #: The other fields, `actor` among them where a person caused it.
    fields: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaFrames:
    """The media frames of a chunk in journal order."""

    #: FRAME[n].
    headers: NDArray[np.void]
    #: int64[n]: where each payload begins in `plaintext`; its length is the header's `size`.
    offsets: NDArray[np.int64]
    plaintext: bytes


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """An opened chunk."""

    number: int
    epoch: int
    plaintext: bytes

    def media(self) -> MediaFrames:
        """Its media frames. Raises JournalError when the frames do not add up."""
        positions, headers = self._frames
        chosen = headers["kind"] == MEDIA
        return MediaFrames(
            headers=headers[chosen], offsets=positions[chosen] + FRAME.itemsize, plaintext=self.plaintext
        )

    def controls(self) -> list[ControlFrame]:
        """Its control frames in order. Raises JournalError when one cannot be read."""
        positions, headers = self._frames
        return [self._control(int(positions[i])) for i in np.flatnonzero(headers["kind"] == CONTROL)]

    @property
    def ends(self) -> bool:
        """Whether the last frame is the call's `end`."""
        positions, headers = self._frames
        if not len(positions) or headers["kind"][-1] != CONTROL:
            return False
        return self._control(int(positions[-1])).type == "end"

    @cached_property
    def _frames(self) -> tuple[NDArray[np.int64], NDArray[np.void]]:
        positions, position = [], 0
        while position + FRAME.itemsize <= len(self.plaintext):
            positions.append(position)
            position += FRAME.itemsize + self.plaintext[position] + (self.plaintext[position + 1] << 8)
        if position != len(self.plaintext):
            raise JournalError(f"The frames of chunk {self.number} do not add up.")
        starts = np.array(positions, np.int64)
        view = np.frombuffer(self.plaintext, np.uint8)
        rows = view[starts[:, None] + np.arange(FRAME.itemsize)] if len(starts) else view.reshape(0, 20)
        return starts, rows.view(FRAME)[:, 0]

    def _control(self, position: int) -> ControlFrame:
        size, _, party, _, _, _, _, _, clock = FRAME_HEAD.unpack_from(self.plaintext, position)
        start = position + FRAME_HEAD.size
        try:
            fields = json.loads(self.plaintext[start : start + size])
            return ControlFrame(type=fields.pop("type"), clock=clock, party=party, fields=fields)
        except (AttributeError, KeyError, ValueError) as error:
            raise JournalError(f"Chunk {self.number} holds a control frame that is not one.") from error


class JournalReader:
    """Reads a journal that may still grow. Holds no file open between polls."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        self._path = path
        self._master_key = master_key
        #: Chunks read so far.
        self.chunks = 0
        #: Epoch of the last chunk.
        self.epoch = 0
        #: Whether the call's `end` frame was read.
        self.ended = False
        #: Whether bytes stood after the last valid chunk at the last poll. While the journal is written that
        #: may only be a chunk on its way; in a finished one its end was torn off or altered.
        self.torn = False

    @cached_property
    def header(self) -> JournalHeader:
        """Raises JournalError when there is no whole header or the file is no journal."""
        with self._path.open("rb") as file:
            return read_header(file)

    @cached_property
    def chain(self) -> bytes:
        """The chain's value after the last chunk read (32 bytes)."""
        return self.header.digest

    @cached_property
    def valid_bytes(self) -> int:
        """Length of the file up to the end of the last chunk read."""
        return len(self.header.raw)

    @cached_property
    def _cipher(self) -> sealing.ChunkCipher:
        return self.header.cipher(self._master_key)

    def poll(self) -> Iterator[Chunk]:
        """Chunks completed since the last poll. Raises JournalError for a header that cannot be used."""
        with self._path.open("rb") as file:
            file.seek(self.valid_bytes)
            while not self.ended and (chunk := self._next(file)) is not None:
                yield chunk
            file.seek(self.valid_bytes)
            self.torn = bool(file.read(1))

    def _next(self, file: BinaryIO) -> Chunk | None:
        head = file.read(CHUNK_HEAD.size)
        if len(head) < CHUNK_HEAD.size:
            return None
        length, epoch, number = CHUNK_HEAD.unpack(head)
        if length > MAX_SEALED or number != self.chunks or epoch < self.epoch:
            return None
        sealed = file.read(length)
        if len(sealed) < length:
            return None
        try:
            plaintext = self._cipher.open(epoch, number, sealed)
        except sealing.SealError:
            return None
        chunk = Chunk(number=number, epoch=epoch, plaintext=plaintext)
        self.ended = chunk.ends
        self.chunks, self.epoch = number + 1, epoch
        self.chain = hashlib.sha256(self.chain + head + sealed).digest()
        self.valid_bytes += len(head) + length
        return chunk
