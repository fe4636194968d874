"""The header of a journal: the call and its wrapped data key. Stored twice, in the journal and next to it."""

import base64
import hmac
import json
import secrets
import struct
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from onrecord.media.capture import sealing
from onrecord.media.capture.journal import JournalError

#: The first bytes of a journal, by format version.
MAGICS = {b"ONRECJ01": 1, b"ONRECJ02": 2}
_MAGIC = b"ONRECJ02"
_LENGTH = struct.Struct("<I")
_START = len(_MAGIC) + _LENGTH.size
_MAX_JSON = 1 << 16
_CHECK_SIZE = 32
#: Larger than any header.
_MAX_HEADER = _START + _MAX_JSON + _CHECK_SIZE


class HeaderLostError(JournalError):
    """Neither header of the journal can be read. Without one, nothing in the journal can ever be opened."""


class _DamagedError(Exception):
    """The header is incomplete or altered. The message is shown to people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalHeader:
    """Everything before the first chunk."""

    #: Format version: 1 or 2.
    version: int
    call_id: str
    #: Wall clock at which the journal was opened, UTC.
    created_at: datetime
    #: The header's bytes in the file.
    raw: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the header: the additional data of every chunk and the start of the hash chain."""
        return sha256(self.raw).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedHeader:
    """A header and its unwrapped data key."""

    header: JournalHeader
    #: 256 bits.
    data_key: bytes
    #: Whether this is the copy, because the journal's own header cannot be used.
    is_copy: bool = False


def copy_of(journal: Path) -> Path:
    """The path of the copy of a journal's header."""
    return journal.with_suffix(".header")


def new_header(call_id: str, created_at: datetime, master_key: bytes) -> OpenedHeader:
    """A header with a new data key. `created_at` is in UTC."""
    data_key = secrets.token_bytes(32)
    body = json.dumps(
        {
            "version": 2,
            "call_id": call_id,
            "created_at": created_at.isoformat().replace("+00:00", "Z"),
            "key_id": sealing.key_id(master_key),
            "wrapped_key": base64.b64encode(sealing.wrap_key(master_key, data_key)).decode(),
        }
    ).encode()
    signed = _MAGIC + _LENGTH.pack(len(body)) + body
    raw = signed + sealing.header_check(data_key, signed)
    header = JournalHeader(version=2, call_id=call_id, created_at=created_at, raw=raw)
    return OpenedHeader(header=header, data_key=data_key)


def open_header(journal: Path, master_key: bytes) -> OpenedHeader:
    """The header of a journal, or its copy if the header cannot be used.

    Raises HeaderLostError, JournalError when another master key wrapped the data key, OSError.
    """
    with journal.open("rb") as file:
        start = file.read(_MAX_HEADER)
    try:
        return _open(start, master_key)
    except (_DamagedError, JournalError) as error:
        problem = error
    try:
        return replace(_open(copy_of(journal).read_bytes()[:_MAX_HEADER], master_key), is_copy=True)
    except JournalError:
        raise
    except (_DamagedError, FileNotFoundError):
        if isinstance(problem, JournalError):
            raise problem from None
        raise HeaderLostError(f"{problem} There is no copy of it that can be read.") from problem


def _open(start: bytes, master_key: bytes) -> OpenedHeader:
    """The header that `start` begins with. Raises _DamagedError, JournalError for another master key."""
    version = MAGICS.get(start[: len(_MAGIC)])
    if version is None or len(start) < _START:
        raise _DamagedError("This is not a journal: it does not begin like one.")
    (length,) = _LENGTH.unpack_from(start, len(_MAGIC))
    end = _START + length + (_CHECK_SIZE if version > 1 else 0)
    if length > _MAX_JSON or len(start) < end:
        raise _DamagedError("The journal's header is incomplete.")
    try:
        fields = json.loads(start[_START : _START + length])
        if fields["version"] != version:
            raise _DamagedError("The journal's header gives two versions.")
        wrapped = base64.b64decode(fields["wrapped_key"])
        key_id = str(fields["key_id"])
        header = JournalHeader(
            version=version,
            call_id=str(fields["call_id"]),
            created_at=datetime.fromisoformat(fields["created_at"]),
            raw=start[:end],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _DamagedError(f"The journal's header is damaged ({error!r}).") from error
    if sealing.key_id(master_key) != key_id:
        raise JournalError(
            f"The journal of call {header.call_id} is sealed under master key {key_id}, "
            f"but this host has {sealing.key_id(master_key)}."
        )
    try:
        data_key = sealing.unwrap_key(master_key, wrapped)
    except sealing.JournalSealError as error:
        raise _DamagedError(f"The key of call {header.call_id} is damaged.") from error
    signed, check = start[: _START + length], start[_START + length : end]
    if version > 1 and not hmac.compare_digest(check, sealing.header_check(data_key, signed)):
        raise _DamagedError("The journal's header was altered.")
    return OpenedHeader(header=header, data_key=data_key)
