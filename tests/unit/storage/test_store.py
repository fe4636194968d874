"""The blob store over a real folder."""

import io
import json
import secrets
from pathlib import Path

import pytest

from onrecord.storage.sealed import SEGMENT, SealedWriter, SealError
from onrecord.storage.store import (
    AUDIO,
    KEY,
    MANIFEST,
    PEAKS,
    AlreadyStoredError,
    BlobStore,
    NoSuchObjectError,
)

CALL = "a" * 32
MASTER = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore((tmp_path / "blob store").as_uri(), MASTER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blob store" / "recordings" / CALL


def stored(store: BlobStore, audio: bytes) -> bytes:
    """Put a whole recording; its data key."""
    data_key = secrets.token_bytes(32)
    store.begin(CALL, data_key)
    file = io.BytesIO()
    writer = SealedWriter(file, data_key, CALL, AUDIO)
    writer.write(audio)
    writer.finish()
    file.seek(0)
    store.put_sealed(CALL, AUDIO, file)
    store.put(CALL, PEAKS, b"\x00\x01\x02\x03")
    store.put(CALL, MANIFEST, b'{"version":1}')
    store.sync(CALL)
    return data_key


def test_a_recording_comes_back_as_it_was_put(store: BlobStore) -> None:
    audio = secrets.token_bytes(3 * SEGMENT + 17)
    data_key = stored(store, audio)
    assert store.exists(CALL)
    assert store.data_key(CALL) == data_key
    assert store.get(CALL, AUDIO) == audio
    assert store.get(CALL, PEAKS) == b"\x00\x01\x02\x03"
    assert store.get(CALL, MANIFEST) == b'{"version":1}'
    opened = store.open(CALL, AUDIO, data_key)
    assert opened.size == len(audio)
    assert opened.read(SEGMENT - 3, SEGMENT + 3) == audio[SEGMENT - 3 : SEGMENT + 3]


def test_nothing_of_the_audio_or_its_key_is_readable_on_disk(store: BlobStore, folder: Path) -> None:
    audio = secrets.token_bytes(SEGMENT + 100)
    data_key = stored(store, audio)
    on_disk = b"".join(path.read_bytes() for path in folder.iterdir())
    assert data_key not in on_disk
    assert not any(audio[at : at + 16] in on_disk for at in range(0, len(audio) - 16, 16))


def test_a_recording_exists_only_once_its_manifest_does(store: BlobStore) -> None:
    store.begin(CALL, secrets.token_bytes(32))
    store.put(CALL, PEAKS, b"")
    assert not store.exists(CALL)


def test_what_an_interrupted_writer_left_is_replaced(store: BlobStore) -> None:
    store.begin(CALL, secrets.token_bytes(32))
    store.put(CALL, PEAKS, b"old")
    stored(store, b"new audio")
    assert store.get(CALL, AUDIO) == b"new audio"
    assert store.get(CALL, PEAKS) == b"\x00\x01\x02\x03"


def test_a_complete_recording_is_never_overwritten(store: BlobStore) -> None:
    stored(store, b"audio")
    with pytest.raises(AlreadyStoredError):
        store.begin(CALL, secrets.token_bytes(32))
    with pytest.raises(AlreadyStoredError):
        store.put(CALL, MANIFEST, b"{}")
    assert store.get(CALL, AUDIO) == b"audio"


def test_an_erased_recording_is_gone_and_a_kept_copy_of_it_does_not_open(
    store: BlobStore, folder: Path
) -> None:
    stored(store, b"audio")
    copies = {path.name: path.read_bytes() for path in folder.iterdir()}
    store.erase(CALL)
    assert not folder.exists()
    assert not store.exists(CALL)
    folder.mkdir()
    for name in (AUDIO, PEAKS, MANIFEST):
        (folder / name).write_bytes(copies[name])
    with pytest.raises(NoSuchObjectError, match="no key"):
        store.get(CALL, AUDIO)


def test_erasing_what_is_not_there_does_nothing(store: BlobStore) -> None:
    store.erase(CALL)


def test_a_missing_recording_is_said_to_be_missing(store: BlobStore) -> None:
    with pytest.raises(NoSuchObjectError, match=f"Call {CALL} has no manifest"):
        store.get(CALL, MANIFEST)
    with pytest.raises(NoSuchObjectError, match=f"Call {CALL} has no audio"):
        store.open(CALL, AUDIO, bytes(32))


def test_another_master_key_is_named(store: BlobStore, tmp_path: Path) -> None:
    stored(store, b"audio")
    with pytest.raises(SealError, match="this host has"):
        BlobStore((tmp_path / "blob store").as_uri(), bytes(32)).get(CALL, AUDIO)


@pytest.mark.parametrize("damage", ["{}", "[", '{"key_id": 1, "wrapped_key": "=="}'])
def test_a_damaged_key_is_said_to_be_damaged(store: BlobStore, folder: Path, damage: str) -> None:
    stored(store, b"audio")
    (folder / KEY).write_text(damage)
    with pytest.raises(SealError):
        store.get(CALL, AUDIO)


def test_an_altered_wrapped_key_does_not_open(store: BlobStore, folder: Path) -> None:
    stored(store, b"audio")
    fields = json.loads((folder / KEY).read_text())
    fields["wrapped_key"] = "A" + fields["wrapped_key"][1:]
    (folder / KEY).write_text(json.dumps(fields))
    with pytest.raises(SealError, match="cannot be opened"):
        store.get(CALL, AUDIO)


@pytest.mark.parametrize("call_id", ["", "../secrets", "A" * 32, "a" * 31])
def test_what_is_no_call_id_never_becomes_a_path(store: BlobStore, call_id: str) -> None:
    with pytest.raises(ValueError, match="not a call ID"):
        store.get(call_id, MANIFEST)


def test_an_unknown_object_is_refused(store: BlobStore) -> None:
    with pytest.raises(ValueError, match="does not have an object 'notes'"):
        store.get(CALL, "notes")
