"""Sealed objects: docs/reference/storage.md.

The STREAM construction over AES-256-GCM (Hoang, Reyhanitabar, Rogaway, Vizar: "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015): segments are opened one by one,
and none can be cut off, moved or taken from another object unnoticed.
"""

import io
import secrets
import struct
from collections.abc import Callable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"ONRECS01"
#: Plaintext bytes per segment.
SEGMENT = 65_536
_TAG = 16
_PREFIX = 7
#: Bytes before the first segment.
HEAD = len(MAGIC) + _PREFIX
_COUNTER = struct.Struct(">I?")

#: Returns the bytes of several ranges [begin, end) of the sealed object.
Fetch = Callable[[list[tuple[int, int]]], list[bytes]]


class SealError(Exception):
    """A sealed object cannot be opened: it was altered, cut, swapped or sealed with another key."""


def associated(call_id: str, name: str) -> bytes:
    """Additional data of every segment, which binds the object to its call and name."""
    return f"{call_id}/{name}".encode()


def sealed_size(size: int) -> int:
    """Size of the sealed object for `size` plaintext bytes."""
    return HEAD + size + _TAG * max(1, -(-size // SEGMENT))


def plain_size(size: int) -> int:
    """Plaintext size of a sealed object of `size` bytes. Raises SealError for an impossible size."""
    body = size - HEAD
    plain = body - _TAG * -(-body // (SEGMENT + _TAG))
    if plain < 0 or sealed_size(plain) != size:
        raise SealError(f"A sealed object cannot have {size} bytes. This one was cut off or altered.")
    return plain


class SealedWriter:
    """Seals what is written, segment by segment, into `file`. `finish` writes the last segment."""

    def __init__(self, file: BinaryIO, data_key: bytes, call_id: str, name: str) -> None:
        self._file = file
        self._segments = _Segments(data_key, secrets.token_bytes(_PREFIX), associated(call_id, name))
        self._pending = bytearray()
        self._count = 0
        #: Plaintext bytes written so far.
        self.size = 0
        file.write(MAGIC + self._segments.prefix)

    def write(self, data: bytes, /) -> int:
        """Add plaintext. Full segments are written to the file immediately."""
        self._pending += data
        self.size += len(data)
        # A full segment waits until more data follows, because it may be the last.
        while len(self._pending) > SEGMENT:
            self._put(bytes(self._pending[:SEGMENT]), last=False)
            del self._pending[:SEGMENT]
        return len(data)

    def finish(self) -> None:
        """Write the last segment. The file stays open."""
        self._put(bytes(self._pending), last=True)
        self._pending.clear()

    def _put(self, plaintext: bytes, *, last: bool) -> None:
        self._file.write(self._segments.seal(self._count, last, plaintext))
        self._count += 1


class SealedReader:
    """Random access to a sealed object. A read fetches and opens only the segments that it needs."""

    def __init__(self, fetch: Fetch, stored_size: int, data_key: bytes, call_id: str, name: str) -> None:
        """`stored_size`: size of the sealed object. Raises SealError if no object can have that size."""
        #: Plaintext size in bytes.
        self.size = plain_size(stored_size)
        self._fetch = fetch
        self._stored_size = stored_size
        self._seal = (data_key, call_id, name)

    def read(self, start: int, stop: int) -> bytes:
        """The plaintext [start, stop), cut at the object's end.

        Raises SealError, and ValueError for a negative or reversed range.
        """
        if not 0 <= start <= stop:
            raise ValueError(f"[{start}, {stop}) is not a range of bytes.")
        stop = min(stop, self.size)
        # The only segment of an empty object is opened too: it proves that the object is empty.
        if start >= stop and self.size:
            return b""
        first, last = start // SEGMENT, max(stop - 1, 0) // SEGMENT
        whole = SEGMENT + _TAG
        end = min(HEAD + (last + 1) * whole, self._stored_size)
        head, body = self._fetch([(0, HEAD), (HEAD + first * whole, end)])
        if len(head) != HEAD or not head.startswith(MAGIC):
            raise SealError("This is not a sealed object.")
        data_key, call_id, name = self._seal
        segments = _Segments(data_key, head[len(MAGIC) :], associated(call_id, name))
        final = max(self.size - 1, 0) // SEGMENT
        opened = b"".join(
            segments.open(number, number == final, body[(number - first) * whole :][:whole])
            for number in range(first, last + 1)
        )
        return opened[start - first * SEGMENT : stop - first * SEGMENT]


def seal(plaintext: bytes, data_key: bytes, call_id: str, name: str) -> bytes:
    """A whole sealed object in memory."""
    file = io.BytesIO()
    writer = SealedWriter(file, data_key, call_id, name)
    writer.write(plaintext)
    writer.finish()
    return file.getvalue()


class _Segments:
    """The AEAD of one object's segments."""

    def __init__(self, data_key: bytes, prefix: bytes, additional: bytes) -> None:
        self.prefix = prefix
        self._aead = AESGCM(data_key)
        self._additional = additional

    def seal(self, number: int, last: bool, plaintext: bytes) -> bytes:
        return self._aead.encrypt(self.prefix + _COUNTER.pack(number, last), plaintext, self._additional)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        try:
            return self._aead.decrypt(self.prefix + _COUNTER.pack(number, last), sealed, self._additional)
        except (InvalidTag, ValueError) as error:
            raise SealError(
                f"Segment {number} does not open: it was altered or is not where it was."
            ) from error
