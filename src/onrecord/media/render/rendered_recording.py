"""A rendered recording: what goes into the store, and what is reported to the web."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.audio.g711 import RATE
from onrecord.media.render.errors import RenderError
from onrecord.media.render.manifest import canonical_json, is_signed
from onrecord.media.render.peaks import thumbnail
from onrecord.protocol.events import RecordingCompleted
from onrecord.storage.recording import StoredRecording, Witness
from onrecord.storage.store import AUDIO, MANIFEST, PEAKS, BlobStore

_PER_MS = RATE // 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedRecording:
    """A finished recording that is not in the store yet."""

    call_id: str
    data_key: bytes
    #: Signed (docs/reference/storage.md).
    manifest: dict[str, Any]
    #: As in docs/reference/storage.md, but not sealed yet.
    peaks: bytes
    #: The file with the sealed audio; `put` removes it.
    sealed_audio: Path

    @property
    def witness(self) -> Witness:
        """What the database has to know about it."""
        return Witness.of(self.call_id, canonical_json(self.manifest), self.data_key)

    def put(self, store: BlobStore) -> None:
        """Store it durably, the manifest last. Leftovers of an earlier attempt are replaced."""
        store.begin(self.call_id, self.data_key)
        with self.sealed_audio.open("rb") as file:
            store.put_sealed(self.call_id, AUDIO, file)
        store.put(self.call_id, PEAKS, self.peaks)
        store.put(self.call_id, MANIFEST, canonical_json(self.manifest))
        store.sync(self.call_id)
        self.sealed_audio.unlink()


def completion(signed: dict[str, Any], peaks: bytes, witness: Witness) -> RecordingCompleted:
    """The `recording.completed` event for a signed manifest."""
    return RecordingCompleted(
        duration_ms=round(signed["samples"] / _PER_MS),
        samples=signed["samples"],
        spans=signed["spans"],
        # Older manifests have no list of holes.
        holes=signed.get("holes", []),
        # An imported file does not say how long the call rang or when the dialer began to record.
        ends_at_ms=signed["entries"][-1]["clock"] if signed["journal"] else None,
        damaged=bool(signed["journal"] and signed["journal"].get("damage")),
        bytes=signed["audio"]["bytes"],
        audio_sha256=signed["audio"]["sha256"],
        manifest_sha256=witness.manifest_sha256,
        key_commitment=witness.key_commitment,
        thumbnail=thumbnail(peaks),
        talk=signed["talk"],
    )


def stored_but_not_told(
    store: BlobStore, call_id: str, is_ours: Callable[[dict[str, Any]], bool]
) -> tuple[dict[str, Any], bytes, Witness]:
    """What a process stored before it was interrupted: manifest, peaks and witness, for `completion`.

    The store cannot vouch for itself, so `is_ours` compares the manifest with the journal or file at hand.
    Raises RenderError for a recording of something else, and the errors of StoredRecording.
    """
    stored = StoredRecording(store, call_id)
    peaks = stored.get(PEAKS)
    try:
        signed: dict[str, Any] = json.loads(stored.manifest)
        if (
            is_signed(signed, stored.data_key)
            and hashlib.sha256(peaks).hexdigest() == signed["peaks_sha256"]
            and is_ours(signed)
        ):
            return signed, peaks, stored.witness
    except (LookupError, TypeError, ValueError) as error:
        raise RenderError(f"What is stored under this call's ID cannot be read ({error!r}).") from error
    raise RenderError("What is stored under this call's ID was made from something else.")
