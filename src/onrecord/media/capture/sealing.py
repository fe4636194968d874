"""Keys and seals: AES key wrap (RFC 3394) and AES-256-GCM (NIST SP 800-38D), both by `cryptography`."""

import hashlib
import hmac
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

#: Bytes that sealing adds.
TAG_SIZE = 16
#: Largest sealed data of a chunk, in bytes.
MAX_SEALED = 1 << 20
#: The first bytes of every chunk, by which a reader finds the next one after damage.
MARKER = b"\xf1ONRECC\n"
#: `previous` of the first chunk.
NO_CHUNK = 0xFFFFFFFF

_HEAD = struct.Struct("<8sQIII")
_CHECK_SIZE = 16
#: Size of a chunk's head, in bytes.
HEAD_SIZE = _HEAD.size + _CHECK_SIZE
_NONCE = struct.Struct(">QI")
_NONCE_1 = struct.Struct(">IQ")


class JournalSealError(Exception):
    """Sealed data cannot be opened: wrong key, or altered bytes."""


def key_id(master_key: bytes) -> str:
    """Public ID of a master key: the first 8 hex digits of its SHA-256."""
    return hashlib.sha256(master_key).hexdigest()[:8]


def wrap_key(master_key: bytes, data_key: bytes) -> bytes:
    """Wrap a 32-byte data key with a 32-byte master key. Returns 40 bytes."""
    return aes_key_wrap(master_key, data_key)


def unwrap_key(master_key: bytes, wrapped: bytes) -> bytes:
    """The data key. Raises JournalSealError."""
    try:
        return aes_key_unwrap(master_key, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise JournalSealError("The wrapped key does not open with this master key.") from error


def header_check(data_key: bytes, header: bytes) -> bytes:
    """32 bytes that authenticate a journal's header: HMAC-SHA-256 with a key derived from the data key."""
    return hmac.digest(_derive(data_key, b"onrecord journal header", 32), header, "sha256")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkHead:
    """The head of a chunk, before its sealed data."""

    #: Random number of the process that wrote it.
    epoch: int
    number: int
    #: Number of the chunk written before it; NO_CHUNK for the first.
    previous: int
    #: Size of the sealed data, in bytes.
    length: int


class ChunkSeal:
    """Seals and opens the chunks of one journal. Never seal the same (epoch, number) twice."""

    def __init__(self, data_key: bytes, associated: bytes) -> None:
        keys = _derive(data_key, b"onrecord journal chunks", 64)
        self._aead, self._head_key = AESGCM(keys[:32]), keys[32:]
        self._associated = associated

    def seal(self, plaintext: bytes, *, epoch: int, number: int, previous: int) -> bytes:
        """A complete chunk: head and sealed data."""
        head = _HEAD.pack(MARKER, epoch, number, previous, len(plaintext) + TAG_SIZE)
        sealed = self._aead.encrypt(_NONCE.pack(epoch, number), plaintext, self._associated)
        return head + self._check(head) + sealed

    def head(self, data: bytes) -> ChunkHead | None:
        """The head at the start of `data`; None if it is not a head of this journal."""
        if len(data) < HEAD_SIZE or not data.startswith(MARKER):
            return None
        if not hmac.compare_digest(self._check(data[: _HEAD.size]), data[_HEAD.size : HEAD_SIZE]):
            return None
        _, epoch, number, previous, length = _HEAD.unpack_from(data)
        return ChunkHead(epoch=epoch, number=number, previous=previous, length=length)

    def open(self, head: ChunkHead, sealed: bytes) -> bytes:
        """Plaintext. Raises JournalSealError."""
        return _open(self._aead, _NONCE.pack(head.epoch, head.number), sealed, self._associated)

    def _check(self, head: bytes) -> bytes:
        return hmac.digest(self._head_key, self._associated + head, "sha256")[:_CHECK_SIZE]


class ChunkSeal1:
    """Opens the chunks of a version 1 journal, which use the data key itself."""

    def __init__(self, data_key: bytes, associated: bytes) -> None:
        self._aead = AESGCM(data_key)
        self._associated = associated

    def open(self, epoch: int, number: int, sealed: bytes) -> bytes:
        """Plaintext. Raises JournalSealError."""
        return _open(self._aead, _NONCE_1.pack(epoch, number), sealed, self._associated)


def _derive(data_key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(data_key)


def _open(aead: AESGCM, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    try:
        return aead.decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError) as error:
        raise JournalSealError("The chunk does not open.") from error
