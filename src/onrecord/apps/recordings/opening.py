"""Opening what is stored of a recording: compared with its witness first, whatever it is opened for.

Comparing costs the manifest and the key, a few kilobytes. The sound itself is authenticated as it is read,
segment by segment, by the key that the witness knows.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_actions import note_fault
from onrecord.apps.calls.recording_faults import UNREACHABLE, Fault, Problem, fault_of
from onrecord.config import host_config
from onrecord.storage.recording import NotWitnessedError, StoredRecording, check_witness
from onrecord.storage.sealed import SealedReader, SealError
from onrecord.storage.store import AUDIO, PEAKS, BlobStore, NoSuchObjectError, StoreUnreachableError

log = logging.getLogger(__name__)

#: Of what was opened.
CANNOT_BE_READ = (NoSuchObjectError, SealError)


class FaultyRecordingError(Exception):
    """The recording cannot be opened. The text is for people."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.sentence)


@cache
def blob_store() -> BlobStore:
    return BlobStore(host_config().blob_url, host_config().secrets.master_key)


def open_manifest(recording: Recording) -> bytes:
    """As it is stored. This and all that follow raise FaultyRecordingError, StoreUnreachableError."""
    with _judging(recording):
        return _stored(recording).manifest


def open_peaks(recording: Recording) -> bytes:
    with _judging(recording):
        stored = _stored(recording)
    with reading_on(recording):
        return stored.get(PEAKS)


def open_audio(recording: Recording) -> SealedReader:
    """The sound, for random access. Read it within `reading_on`."""
    with _judging(recording):
        return _audio(_stored(recording), recording)


@contextmanager
def reading_on(recording: Recording) -> Iterator[None]:
    """A recording that was opened is read: what does not open now is damage inside."""
    try:
        yield
    except CANNOT_BE_READ as error:
        note_fault(recording, Fault.DAMAGED, str(error))
        raise FaultyRecordingError(Fault.DAMAGED) from error


def examine(recording: Recording) -> Fault | None:
    """Look at all that is stored, without reading the sound, and note what is found."""
    try:
        with _judging(recording):
            stored = _stored(recording)
            _audio(stored, recording)
        with reading_on(recording):
            # Without its waveform the sound can be heard all the same.
            stored.open(PEAKS)
    except FaultyRecordingError as error:
        return error.fault
    if recording.found_fault is not Fault.DAMAGED:
        # Of damage inside, reading all of it alone shows that it is mended.
        note_fault(recording, None)
    return recording.found_fault


def problem_of(recording: Recording) -> Problem | None:
    """What a page with a player has to say of the recording."""
    try:
        fault = examine(recording)
    except StoreUnreachableError as error:
        log.error("%s", error)
        return UNREACHABLE
    return Problem.of(fault) if fault else None


def _stored(recording: Recording) -> StoredRecording:
    stored = StoredRecording(blob_store(), recording.pk)
    check_witness(stored.witness, recording.witness)
    return stored


def _audio(stored: StoredRecording, recording: Recording) -> SealedReader:
    audio = stored.open(AUDIO)
    if audio.size != recording.bytes:
        raise NotWitnessedError(f"The audio has {audio.size} bytes, the database knows {recording.bytes}.")
    return audio


@contextmanager
def _judging(recording: Recording) -> Iterator[None]:
    try:
        yield
    except (*CANNOT_BE_READ, NotWitnessedError) as error:
        fault = fault_of(error)
        note_fault(recording, fault, str(error))
        raise FaultyRecordingError(fault) from error
