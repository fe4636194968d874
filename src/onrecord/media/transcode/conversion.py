"""Converts one sound file from another dialer into a stored recording, with the same encoder as our own."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from onrecord.audio.decoding.process import Decoder
from onrecord.audio.g711 import RATE
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.media.render import manifest
from onrecord.media.render.recording_writer import RecordingWriter
from onrecord.media.render.rendered_recording import RenderedRecording, completion, stored_but_not_told
from onrecord.media.transcode.damage import FileDamage, cut_hole
from onrecord.media.transcode.sides import Sides, sides
from onrecord.protocol.events import RecordingCompleted
from onrecord.protocol.transcoding import TranscodeRequest
from onrecord.storage.pending import PendingFile
from onrecord.storage.store import AlreadyStoredError, BlobStore

#: Longest recording accepted, in hours.
LONGEST_H = 12
#: CPU time allowed for decoding one file, in seconds (measured: `bench imports`).
DECODING_S = 150
#: Samples of silence written at once.
_BLOCK = 4 * RATE

_PARTIES = {Side.OURS: (0, "rep"), Side.CONTACT: (1, "contact")}


def convert(
    request: TranscodeRequest, store: BlobStore, unfinished: Path, master_key: bytes
) -> RecordingCompleted:
    """Make and store the recording. Returns its `recording.completed` event.

    If it is already stored, only the event is returned. Raises UndecodableError, SidesMixedError,
    RenderError, OSError.
    """
    if not store.exists(request.call_id):
        made = _make(request, unfinished, master_key)
        try:
            made.put(store)
        except AlreadyStoredError:
            # Another process stored it in the meantime: keep that one.
            made.sealed_audio.unlink()
        else:
            return completion(made.manifest, made.peaks, made.witness)
    with PendingFile(request.file, master_key) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()

    def is_of_file(signed: dict[str, Any]) -> bool:
        return bool(signed["source"]["file"]["sha256"] == sha256)

    return completion(*stored_but_not_told(store, request.call_id, is_of_file))


def _make(request: TranscodeRequest, unfinished: Path, master_key: bytes) -> RenderedRecording:
    with (
        PendingFile(request.file, master_key) as file,
        Decoder(file, longest_s=LONGEST_H * 3600, cpu_s=DECODING_S) as sound,
    ):
        picked = sides(sound.format.channels, request.channels, request.decision.mode)
        writer = RecordingWriter(unfinished / f"{request.call_id}.audio", request.call_id)
        damage = _write(sound, picked, writer)
        facts = _file(file, sound, damage)
    peaks = writer.finish()
    source = {
        **request.source.document(),
        "file": facts,
        "channels": [channel.value for channel in request.channels] if request.channels else None,
    }
    controls = _controls(request, picked.heard, damage, round(writer.samples * 1000 / RATE), sound.cut_s)
    # When both voices are in one channel, it is unknown who is talking.
    apart = set(picked.heard) if picked.ours != picked.contact else set()
    unsigned = {
        "version": manifest.VERSION,
        "call_id": request.call_id,
        "journal": None,
        "source": source,
        **manifest.course(controls, manifest.hash_of_source(source), until_ms=controls[-1].clock),
        **writer.document(peaks),
        "begins_at_ms": 0,
        "talk": writer.talk.finish(apart).document(),
        "frames": {},
        "drops": 0,
    }
    return RenderedRecording(
        call_id=request.call_id,
        data_key=writer.data_key,
        manifest=manifest.sign(unsigned, writer.data_key),
        peaks=peaks,
        sealed_audio=writer.path,
    )


def _write(sound: Decoder, picked: Sides, writer: RecordingWriter) -> FileDamage:
    """Write all sound, with silence where it could not be decoded; what that was."""
    damage = FileDamage()
    try:
        for piece in sound.pieces():
            if isinstance(piece, int):
                damage.add(writer.samples, piece)
                _add_silence(writer, piece)
            else:
                writer.add(picked.pick(piece))
    except BaseException:
        writer.discard()
        raise
    return damage


def _add_silence(writer: RecordingWriter, samples: int) -> None:
    for start in range(0, samples, _BLOCK):
        writer.add(np.zeros((min(_BLOCK, samples - start), 2), np.int16))


def _file(file: PendingFile, sound: Decoder, damage: FileDamage) -> dict[str, Any]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = sound.format
    return {
        "sha256": digest,
        "bytes": file.size,
        "container": known.container,
        "codec": known.codec,
        "rate": known.rate,
        "channels": known.channels,
        "truncated": sound.cut_s > 0,
        "unreadable_ms": round(damage.samples * 1000 / RATE),
    }


def _controls(
    request: TranscodeRequest, heard: list[Side], damage: FileDamage, duration_ms: int, cut_s: float
) -> list[ControlFrame]:
    """The control frames that a journal would have for a call recorded in full, apart from damage."""

    def control(kind: str, clock: int, party: int = NO_PARTY, **fields: Any) -> ControlFrame:
        return ControlFrame(type=kind, clock=clock, party=party, fields=fields)

    joins = []
    for side in heard:
        party, role = _PARTIES[side]
        user = request.user if side is Side.OURS else None
        joins.append(control("join", 0, party, side=side.value, role=role, user=user))
    return [
        control("policy", 0, **request.decision.document()),
        *joins,
        control("answer", 0, at=request.answered_at.isoformat()),
        control("start", 0, actor=None),
        *damage.controls(mode=request.decision.mode, parties={_PARTIES[side][0]: side for side in heard}),
        *cut_hole(duration_ms, cut_s),
        control("end", duration_ms, status="completed", reason="imported"),
    ]
