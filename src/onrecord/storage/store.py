"""The blob store of recordings (docs/reference/storage.md): a local folder or S3, depending on the URL.

A recording exists if and only if its manifest does. Writers store the key first and the manifest last;
nothing reads a recording before that, and what an interrupted writer left is replaced.
"""

import base64
import binascii
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import obstore
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, from_url

from onrecord.storage import sealed
from onrecord.storage.sealed import SealedReader, SealError

KEY, AUDIO, PEAKS, MANIFEST = "key", "audio", "peaks", "manifest"
#: In the order of erasure: without the key, any remaining copy of the rest is unreadable.
OBJECTS = (KEY, MANIFEST, AUDIO, PEAKS)
_SEALED = frozenset({AUDIO, PEAKS})
_CALL_ID = re.compile(r"[0-9a-f]{32}")


class NoSuchObjectError(LookupError):
    """The recording, or this object of it, is not in the store."""

    def __init__(self, call_id: str, name: str) -> None:
        #: The object's name.
        self.name = name
        super().__init__(f"Call {call_id} has no {name} in the blob store.")


class StoreUnreachableError(OSError):
    """The store did not respond, so nothing is known about the recording."""


class OtherMasterKeyError(SealError):
    """The recording's key is wrapped by a different master key than this host's."""


class AlreadyStoredError(Exception):
    """The recording is complete; it is never overwritten."""


class BlobStore:
    """Recordings under `recordings/<call id>/`; audio and peaks are sealed with the recording's own key."""

    def __init__(self, url: str, master_key: bytes) -> None:
        """`url` in obstore's format: `file:///folder` (created if missing) or `s3://bucket/prefix`."""
        self._master_key = master_key
        self._key_id = hashlib.sha256(master_key).hexdigest()[:8]
        parts = urlsplit(url)
        self._root = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self._store = LocalStore(self._root, mkdir=True) if self._root else from_url(url)

    def exists(self, call_id: str) -> bool:
        """Whether the recording is complete."""
        try:
            self._size(call_id, MANIFEST)
        except NoSuchObjectError:
            return False
        return True

    def begin(self, call_id: str, data_key: bytes) -> None:
        """Start a recording sealed with `data_key`, removing what an interrupted writer left.

        Raises AlreadyStoredError.
        """
        if self.exists(call_id):
            raise AlreadyStoredError(f"The recording of call {call_id} is already stored.")
        self.erase(call_id)
        wrapped = base64.b64encode(aes_key_wrap(self._master_key, data_key)).decode()
        self._create(
            call_id, KEY, json.dumps({"version": 1, "key_id": self._key_id, "wrapped_key": wrapped}).encode()
        )

    def put(self, call_id: str, name: str, content: bytes) -> None:
        """Store an object: `peaks` and `audio` are sealed on the way, `manifest` makes the recording exist.

        Raises AlreadyStoredError, NoSuchObjectError when there is no key yet.
        """
        if name in _SEALED:
            content = sealed.seal(content, self.data_key(call_id), call_id, name)
        self._create(call_id, name, content)

    def put_sealed(self, call_id: str, name: str, file: BinaryIO) -> None:
        """Store an already sealed object from the file's current position."""
        obstore.put(self._store, self._path(call_id, name), file)

    def data_key(self, call_id: str) -> bytes:
        """The recording's data key. Raises NoSuchObjectError, SealError."""
        try:
            fields = json.loads(self._fetch_whole(call_id, KEY))
            wrapped, key_id = base64.b64decode(fields["wrapped_key"]), fields["key_id"]
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise SealError(f"The key of call {call_id} is damaged ({error!r}).") from error
        if key_id != self._key_id:
            raise OtherMasterKeyError(
                f"Call {call_id} is sealed under master key {key_id}; this host has {self._key_id}."
            )
        try:
            return aes_key_unwrap(self._master_key, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise SealError(f"The key of call {call_id} cannot be opened.") from error

    def open(self, call_id: str, name: str, data_key: bytes) -> SealedReader:
        """A sealed object for random access, with a key that was read before.

        Raises NoSuchObjectError, SealError and, like every read, StoreUnreachableError.
        """
        return SealedReader(
            lambda ranges: self._fetch(call_id, name, ranges),
            self._size(call_id, name),
            data_key,
            call_id,
            name,
        )

    def get(self, call_id: str, name: str) -> bytes:
        """A whole object, unsealed. Raises NoSuchObjectError, SealError."""
        if name not in _SEALED:
            return self._fetch_whole(call_id, name)
        opened = self.open(call_id, name, self.data_key(call_id))
        return opened.read(0, opened.size)

    def erase(self, call_id: str) -> None:
        """Erase a recording, complete or not, for good: its key first."""
        for name in OBJECTS:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, self._path(call_id, name))
        if self._root is not None:
            folder = self._root / "recordings" / call_id
            if folder.is_dir():
                folder.rmdir()

    def sync(self, call_id: str) -> None:
        """Make a stored recording survive a power failure. S3 already guarantees that."""
        if self._root is None:
            return
        folder = self._root / "recordings" / call_id
        for path in (*folder.iterdir(), folder, folder.parent, self._root):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _fetch(self, call_id: str, name: str, ranges: list[tuple[int, int]]) -> list[bytes]:
        """Stored bytes of several ranges, in one request if they are close together."""
        starts, ends = zip(*ranges, strict=True)
        with _reading(call_id, name):
            found = obstore.get_ranges(self._store, self._path(call_id, name), starts=starts, ends=ends)
            return [bytes(part) for part in found]

    def _fetch_whole(self, call_id: str, name: str) -> bytes:
        with _reading(call_id, name):
            return bytes(obstore.get(self._store, self._path(call_id, name)).bytes())

    def _create(self, call_id: str, name: str, content: bytes) -> None:
        try:
            obstore.put(self._store, self._path(call_id, name), io.BytesIO(content), mode="create")
        except AlreadyExistsError as error:
            raise AlreadyStoredError(f"Call {call_id} already has its {name}.") from error

    def _size(self, call_id: str, name: str) -> int:
        with _reading(call_id, name):
            return obstore.head(self._store, self._path(call_id, name))["size"]

    def _path(self, call_id: str, name: str) -> str:
        if not _CALL_ID.fullmatch(call_id):
            raise ValueError(f"{call_id!r} is not a call ID. It must be 32 lowercase hexadecimal digits.")
        if name not in OBJECTS:
            raise ValueError(f"A recording does not have an object {name!r}. It has {', '.join(OBJECTS)}.")
        return f"recordings/{call_id}/{name}"


@contextmanager
def _reading(call_id: str, name: str) -> Iterator[None]:
    """Distinguish a missing object from a store that does not respond."""
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchObjectError(call_id, name) from error
    except (BaseError, OSError) as error:
        raise StoreUnreachableError(
            f"The blob store did not return the {name} of call {call_id}: {error}"
        ) from error
