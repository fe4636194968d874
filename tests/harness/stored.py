"""Recordings in the blob store as the renderer stores them, with what the database knows about them."""

import os

from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.recordings.opening import blob_store
from onrecord.storage.recording import StoredRecording, Witness
from onrecord.storage.store import AUDIO, MANIFEST, PEAKS, BlobStore


def store_recording(
    call: Call, audio: bytes, *, peaks: bytes = b"\x00\x01\x02\x03", manifest: bytes = b'{"version":1}'
) -> None:
    """Store a recording for a call whose row says that it has one. Erase it afterward."""
    store = blob_store()
    store.begin(call.pk, os.urandom(32))
    for name, content in ((AUDIO, audio), (PEAKS, peaks), (MANIFEST, manifest)):
        store.put(call.pk, name, content)
    known = witness_of_stored(store, call.pk)
    Recording.objects.filter(pk=call.pk).update(
        bytes=len(audio), manifest_sha256=known.manifest_sha256, key_commitment=known.key_commitment
    )
    call.recording.refresh_from_db()


def witness_of_stored(store: BlobStore, call_id: str) -> Witness:
    """The witness that the renderer reported when storing the recording. Call this before altering it."""
    return StoredRecording(store, call_id).witness
