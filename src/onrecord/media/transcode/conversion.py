"""One sound file from elsewhere becomes one stored recording, by the encoder of all others."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import AwareDatetime, BaseModel

from onrecord.audio.decoding.process import Decoder
from onrecord.audio.g711 import RATE
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.media.render import manifest
from onrecord.media.render.follower import Recording, completion, stored_but_not_told
from onrecord.media.render.holes import holes
from onrecord.media.render.spans import spans
from onrecord.media.render.writer import Draft
from onrecord.media.transcode.damage import Damage, cut
from onrecord.media.transcode.sides import Channel, sides
from onrecord.policy.mode import Mode
from onrecord.protocol.events import RecordingCompleted
from onrecord.storage.pending import PendingFile
from onrecord.storage.store import AlreadyStoredError, BlobStore

#: Hours of the longest recording taken.
LONGEST_H = 12
#: Seconds of processor time for decoding one (measured: `bench imports`).
DECODING_S = 150
#: Samples of silence written at once.
_BLOCK = 4 * RATE

_PARTIES = {Side.OURS: (0, "rep"), Side.CONTACT: (1, "contact")}


class Order(BaseModel):
    """What is to be converted, and under which decision."""

    call_id: str
    #: A pending file (`storage.pending`).
    file: Path
    #: `mode`, `record_at_start`, `may_change` and `policy_version` of the decision.
    policy: dict[str, Any]
    #: Whose voice each channel is, as the dialer says; None where it does not.
    channels: list[Channel] | None
    #: User id of the rep.
    user: str
    answered_at: AwareDatetime
    #: `provider`, `call_id` and `recording_id` of the delivery.
    source: dict[str, str]


def convert(order: Order, store: BlobStore, drafts: Path, master_key: bytes) -> RecordingCompleted:
    """Make and store the recording; what its `recording.completed` says.

    Done already, it is only told again. Raises UndecodableError, SidesMixedError, RenderError, OSError.
    """
    if not store.exists(order.call_id):
        made = _make(order, drafts, master_key)
        try:
            made.put(store)
        except AlreadyStoredError:
            # Somebody else stored it meanwhile: that one counts.
            made.draft.unlink()
        else:
            return completion(made.manifest, made.peaks, made.witness)
    with PendingFile(order.file, master_key) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()

    def is_of_file(signed: dict[str, Any]) -> bool:
        return bool(signed["source"]["file"]["sha256"] == sha256)

    return completion(*stored_but_not_told(store, order.call_id, is_of_file))


def _make(order: Order, drafts: Path, master_key: bytes) -> Recording:
    with (
        PendingFile(order.file, master_key) as file,
        Decoder(file, longest_s=LONGEST_H * 3600, cpu_s=DECODING_S) as sound,
    ):
        picked = sides(sound.format.channels, order.channels, Mode(order.policy["mode"]))
        draft, damage = Draft(drafts / f"{order.call_id}.audio", order.call_id), Damage()
        try:
            for piece in sound.pieces():
                if isinstance(piece, int):
                    damage.add(draft.samples, piece)
                    _add_silence(draft, piece)
                else:
                    draft.add(picked.pick(piece))
        except BaseException:
            draft.discard()
            raise
        facts = _file(file, sound, damage)
    peaks = draft.finish()
    source = {
        **order.source,
        "file": facts,
        "channels": [channel.value for channel in order.channels] if order.channels else None,
    }
    controls = _controls(order, picked.heard, damage, round(draft.samples * 1000 / RATE), sound.cut_s)
    # Of voices in one channel nobody can say whose turn it is.
    apart = set(picked.heard) if picked.ours != picked.contact else set()
    talk = draft.talk.finish(apart).document()
    unsigned = _manifest(order.call_id, source, controls, draft, peaks) | {"talk": talk}
    return Recording(
        call_id=order.call_id,
        data_key=draft.data_key,
        manifest=manifest.sign(unsigned, draft.data_key),
        peaks=peaks,
        draft=draft.path,
    )


def _add_silence(draft: Draft, samples: int) -> None:
    for start in range(0, samples, _BLOCK):
        draft.add(np.zeros((min(_BLOCK, samples - start), 2), np.int16))


def _file(file: PendingFile, sound: Decoder, damage: Damage) -> dict[str, Any]:
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
    order: Order, heard: list[Side], damage: Damage, duration_ms: int, cut_s: float
) -> list[ControlFrame]:
    """What a journal would say of a call that was recorded from end to end, but for what was damaged."""

    def control(kind: str, clock: int, party: int = NO_PARTY, **fields: Any) -> ControlFrame:
        return ControlFrame(type=kind, clock=clock, party=party, fields=fields)

    joins = []
    for side in heard:
        party, role = _PARTIES[side]
        user = order.user if side is Side.OURS else None
        joins.append(control("join", 0, party, side=side.value, role=role, user=user))
    return [
        control("policy", 0, **order.policy),
        *joins,
        control("answer", 0, at=order.answered_at.isoformat()),
        control("start", 0, actor=None),
        *damage.controls(mode=order.policy["mode"], parties={_PARTIES[side][0]: side for side in heard}),
        *cut(duration_ms, cut_s),
        control("end", duration_ms, status="completed", reason="imported"),
    ]


def _manifest(
    call_id: str, source: dict[str, Any], controls: list[ControlFrame], draft: Draft, peaks: bytes
) -> dict[str, Any]:
    entries = manifest.entries(controls, manifest.hash_of_source(source))
    return {
        "version": manifest.VERSION,
        "call_id": call_id,
        "journal": None,
        "source": source,
        "decision": [entry for entry in entries if entry["type"] == "policy"],
        "entries": entries,
        "parties": [
            {"party": entry["party"], "side": entry["side"], "role": entry["role"], "user": entry["user"]}
            for entry in entries
            if entry["type"] == "join"
        ],
        "spans": [span.document() for span in spans(controls, until_ms=controls[-1].clock)],
        "holes": [hole.document() for hole in holes(controls)],
        "begins_at_ms": 0,
        "samples": draft.samples,
        "frames": {},
        "drops": 0,
        "audio": {"sha256": draft.audio_sha256, "bytes": draft.audio_bytes},
        "pcm_sha256": draft.pcm_sha256,
        "peaks_sha256": hashlib.sha256(peaks).hexdigest(),
    }
