"""A stored recording, and its witness outside the store (docs/reference/storage.md, "Witnesses")."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Self

from onrecord.storage.sealed import SealedReader
from onrecord.storage.store import MANIFEST, BlobStore

_TEXT = re.compile("([0-9a-f]{64}):([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """What the database keeps about a recording, so that a change in the store alone is detected."""

    #: SHA-256 of the stored manifest, hexadecimal; empty if unknown.
    manifest_sha256: str
    #: Identifies the data key without revealing it (`commitment`), hexadecimal; empty if unknown.
    key_commitment: str

    @classmethod
    def of(cls, call_id: str, manifest: bytes, data_key: bytes) -> Self:
        return cls(
            manifest_sha256=hashlib.sha256(manifest).hexdigest(), key_commitment=commitment(call_id, data_key)
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str`. Raises ValueError."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a witness. Copy it from the Proof section of the call's page.")
        return cls(manifest_sha256=match[1], key_commitment=match[2])

    def __str__(self) -> str:
        return f"{self.manifest_sha256}:{self.key_commitment}"


def commitment(call_id: str, data_key: bytes) -> str:
    """HMAC-SHA-256 with the data key over the recording's identity, hexadecimal.

    It does not reveal the key, which is 256 random bits: HMAC-SHA-256 is a pseudorandom function, so the only
    attack is to try all keys. It is binding: a second key with the same commitment would be a SHA-256
    collision. AES-GCM alone is not, because a ciphertext can be constructed that opens under two keys (Dodis,
    Grubbs, Ristenpart, Woodage: "Fast Message Franking", CRYPTO 2018).
    """
    return hmac.new(data_key, f"onrecord data key of {call_id}".encode(), hashlib.sha256).hexdigest()


class NotWitnessedError(Exception):
    """What is stored does not match its witness."""


def check_witness(found: Witness, known: Witness) -> None:
    """Raises NotWitnessedError if `found` does not match `known`."""
    differ = [
        name
        for name, one, other in (
            ("manifest", found.manifest_sha256, known.manifest_sha256),
            ("key", found.key_commitment, known.key_commitment),
        )
        if one != other
    ]
    if differ:
        raise NotWitnessedError(f"The database has a different {' and a different '.join(differ)} of it.")


class StoredRecording:
    """A recording in the store: its manifest and data key, read once, and the objects that the key opens."""

    def __init__(self, store: BlobStore, call_id: str) -> None:
        """Raises NoSuchObjectError, SealError, StoreUnreachableError."""
        self.call_id = call_id
        #: As stored.
        self.manifest = store.get(call_id, MANIFEST)
        self.data_key = store.data_key(call_id)
        self._store = store

    @property
    def witness(self) -> Witness:
        """The witness of exactly this recording."""
        return Witness.of(self.call_id, self.manifest, self.data_key)

    def open(self, name: str) -> SealedReader:
        """Audio or peaks for random access. Raises NoSuchObjectError, SealError, StoreUnreachableError."""
        return self._store.open(self.call_id, name, self.data_key)

    def get(self, name: str) -> bytes:
        """Audio or peaks, whole. Raises what `open` does."""
        opened = self.open(name)
        return opened.read(0, opened.size)
