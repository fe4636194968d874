"""Opening stored recordings. Each is compared with its witness first.

That reads only the manifest and the key, a few kilobytes. The sound is authenticated as it is read, segment
by segment, with the key that the witness confirms.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_actions import note_fault
from onrecord.apps.calls.recording_faults import UNREACHABLE, Fault, PlayerMessage, fault_of
from onrecord.config import host_config
from onrecord.storage.recording import NotWitnessedError, StoredRecording, check_witness
from onrecord.storage.sealed import SealedReader, SealError
from onrecord.storage.store import AUDIO, PEAKS, BlobStore, NoSuchObjectError, StoreUnreachableError

log = logging.getLogger(__name__)

#: Errors while reading a recording that was opened.
CANNOT_BE_READ = (NoSuchObjectError, SealError)


class FaultyRecordingError(Exception):
    """The recording cannot be opened. The text is for users."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.sentence)


@cache
def blob_store() -> BlobStore:
    return BlobStore(host_config().blob_url, host_config().secrets.master_key)


def open_manifest(recording: Recording) -> bytes:
    """The stored manifest. This and the functions below raise FaultyRecordingError, StoreUnreachableError."""
    with _judging(recording):
        return _stored(recording).manifest


def open_peaks(recording: Recording) -> bytes:
    with _judging(recording):
        stored = _stored(recording)
    with reading_on(recording):
        return stored.get(PEAKS)


def open_audio(recording: Recording) -> SealedReader:
    """The sound, for random access. Read it inside `reading_on`."""
    with _judging(recording):
        return _audio(_stored(recording), recording)


@contextmanager
def reading_on(recording: Recording) -> Iterator[None]:
    """For reading a recording that was opened. A part that does not open now is damaged."""
    try:
        yield
    except CANNOT_BE_READ as error:
        note_fault(recording, Fault.DAMAGED, str(error))
        raise FaultyRecordingError(Fault.DAMAGED) from error


def examine(recording: Recording) -> Fault | None:
    """Check everything that is stored except the sound, and store the fault that is found."""
    try:
        with _judging(recording):
            stored = _stored(recording)
            _audio(stored, recording)
        with reading_on(recording):
            # A recording without a waveform can still be played.
            stored.open(PEAKS)
    except FaultyRecordingError as error:
        return error.fault
    if recording.found_fault is not Fault.DAMAGED:
        # Only reading all of the sound can show that damage inside it was repaired.
        note_fault(recording, None)
    return recording.found_fault


def problem_of(recording: Recording) -> PlayerMessage | None:
    """What the page with the player has to say about the state of the recording."""
    try:
        fault = examine(recording)
    except StoreUnreachableError as error:
        log.error("%s", error)
        return UNREACHABLE
    return PlayerMessage.of(fault) if fault else None


def _stored(recording: Recording) -> StoredRecording:
    stored = StoredRecording(blob_store(), recording.pk)
    check_witness(stored.witness, recording.witness)
    return stored


def _audio(stored: StoredRecording, recording: Recording) -> SealedReader:
    audio = stored.open(AUDIO)
    if audio.size != recording.bytes:
        raise NotWitnessedError(f"The audio has {audio.size} bytes, the database has {recording.bytes}.")
    return audio


@contextmanager
def _judging(recording: Recording) -> Iterator[None]:
    try:
        yield
    except (*CANNOT_BE_READ, NotWitnessedError) as error:
        fault = fault_of(error)
        note_fault(recording, fault, str(error))
        raise FaultyRecordingError(fault) from error
