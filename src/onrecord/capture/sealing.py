"""Keys and seals: AES key wrap (RFC 3394) and AES-256-GCM (NIST SP 800-38D), both by `cryptography`."""

import hashlib
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

#: Bytes that a seal adds.
TAG_SIZE = 16
_NONCE = struct.Struct(">IQ")


class SealError(Exception):
    """Something sealed does not open: another key, or altered bytes."""


def key_id(master_key: bytes) -> str:
    """Public name of a master key: the first 8 hex digits of its SHA-256."""
    return hashlib.sha256(master_key).hexdigest()[:8]


def wrap_key(master_key: bytes, data_key: bytes) -> bytes:
    """A 32-byte data key wrapped by a 32-byte master key: 40 bytes."""
    return aes_key_wrap(master_key, data_key)


def unwrap_key(master_key: bytes, wrapped: bytes) -> bytes:
    """The data key. Raises SealError."""
    try:
        return aes_key_unwrap(master_key, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise SealError("The wrapped key does not open with this master key.") from error


class ChunkCipher:
    """Seals and opens the chunks of one journal. A pair (epoch, number) must be sealed once only."""

    def __init__(self, data_key: bytes, associated: bytes) -> None:
        self._aead = AESGCM(data_key)
        self._associated = associated

    def seal(self, epoch: int, number: int, plaintext: bytes) -> bytes:
        """Ciphertext and tag."""
        return self._aead.encrypt(_NONCE.pack(epoch, number), plaintext, self._associated)

    def open(self, epoch: int, number: int, sealed: bytes) -> bytes:
        """Plaintext. Raises SealError."""
        try:
            return self._aead.decrypt(_NONCE.pack(epoch, number), sealed, self._associated)
        except (InvalidTag, ValueError) as error:
            raise SealError("The chunk does not open.") from error
