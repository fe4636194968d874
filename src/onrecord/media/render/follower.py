"""One call: its journal followed while it grows, its audio sealed while it is made.

Nothing readable touches the disk: encoded bytes go through the seal into a draft.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE
from onrecord.media.capture.journal import ControlFrame
from onrecord.media.capture.reader import JournalReader
from onrecord.media.render import manifest
from onrecord.media.render.errors import RenderError
from onrecord.media.render.gating import entering
from onrecord.media.render.holes import holes
from onrecord.media.render.peaks import thumbnail
from onrecord.media.render.rendering import Rendering
from onrecord.media.render.spans import spans
from onrecord.media.render.writer import Draft
from onrecord.protocol.events import RecordingCompleted
from onrecord.protocol.recording_state import HoleCause
from onrecord.storage.recording import StoredRecording, Witness
from onrecord.storage.store import AUDIO, MANIFEST, PEAKS, BlobStore

_PER_MS = RATE // 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """A finished recording that waits to be put away."""

    call_id: str
    data_key: bytes
    #: Signed, see docs/reference/storage.md.
    manifest: dict[str, Any]
    #: As in docs/reference/storage.md, not sealed yet.
    peaks: bytes
    #: The sealed audio.
    draft: Path

    @property
    def witness(self) -> Witness:
        """What the database has to know of it."""
        return Witness.of(self.call_id, manifest.canonical(self.manifest), self.data_key)

    def put(self, store: BlobStore) -> None:
        """Put it into the store, the manifest last, and make it durable. Leftovers of an earlier try go."""
        store.begin(self.call_id, self.data_key)
        with self.draft.open("rb") as file:
            store.put_sealed(self.call_id, AUDIO, file)
        store.put(self.call_id, PEAKS, self.peaks)
        store.put(self.call_id, MANIFEST, manifest.canonical(self.manifest))
        store.sync(self.call_id)
        self.draft.unlink()


class Follower:
    """Renders one journal, a slice at a time. Memory does not grow with the call, but for the peaks."""

    def __init__(self, journal: Path, master_key: bytes, drafts: Path) -> None:
        """`drafts` is the folder for the sealed audio. Raises JournalError when the header cannot be used."""
        self.journal = journal
        self.reader = JournalReader(journal, master_key)
        self.call_id = self.reader.header.call_id
        #: Whether the last slice left chunks that already stand in the file.
        self.behind = True
        self._rendering = Rendering()
        self._drafts = drafts
        self._draft: Draft | None = None

    @property
    def clock_ms(self) -> int:
        """Greatest call clock in the journal so far."""
        return self._rendering.newest_ms

    def has_made(self, signed: dict[str, Any]) -> bool:
        """Whether a manifest is of this journal."""
        return bool(signed["journal"]["header"] == self.reader.header.digest.hex())

    @property
    def damaged(self) -> bool:
        """Whether sound of the call may have been lost to damage."""
        return any(hole.cause is HoleCause.DAMAGED for hole in holes(self._rendering.controls))

    @property
    def captured(self) -> bool:
        """Whether the journal holds media."""
        return bool(self._rendering.captured())

    def advance(self, most: int) -> bool:
        """Render up to `most` chunks; whether there was any. Raises JournalError, RenderError, OSError."""
        if not self.reader.has_news():
            self.behind = False
            return False
        chunks = list(islice(self.reader.poll(), most))
        self.behind = len(chunks) == most and not self.reader.ended
        self._write(self._rendering.feed(chunks))
        return bool(chunks)

    def finish(self) -> Recording | None:
        """The recording, None if nothing was captured. For once the reader has read the `end` frame."""
        self._write(self._rendering.finish())
        if self._draft is None:
            return None
        peaks = self._draft.finish()
        return Recording(
            call_id=self.call_id,
            data_key=self._draft.data_key,
            manifest=manifest.sign(self._manifest(self._draft, peaks), self._draft.data_key),
            peaks=peaks,
            draft=self._draft.path,
        )

    def close(self) -> None:
        """Give up: the draft goes."""
        if self._draft is not None:
            self._draft.discard()

    def _write(self, blocks: Iterator[NDArray[np.int16]]) -> None:
        for pcm in blocks:
            if self._draft is None:
                self._draft = Draft(self._drafts / f"{self.call_id}.audio", self.call_id)
            self._draft.add(pcm)

    def _manifest(self, draft: Draft, peaks: bytes) -> dict[str, Any]:
        rendering, header = self._rendering, self.reader.header.digest
        entries = manifest.entries(rendering.controls, header)
        found = spans(rendering.controls, until_ms=rendering.newest_ms)
        return {
            "version": manifest.VERSION,
            "call_id": self.call_id,
            "journal": {
                "header": header.hex(),
                "chain": self.reader.chain.hex(),
                "chunks": self.reader.chunks,
                "torn": self.reader.torn_bytes > 0,
                "damage": self.reader.damage.document(),
            },
            "decision": [entry for entry in entries if entry["type"] == "policy"],
            "entries": entries,
            "parties": _parties(rendering.controls),
            "spans": [span.document() for span in found],
            "holes": [hole.document() for hole in holes(rendering.controls)],
            "begins_at_ms": (rendering.begin or 0) // _PER_MS,
            "samples": draft.samples,
            "talk": draft.talk.finish({rendering.sides[party] for party in rendering.captured()}).document(),
            "frames": {str(party): counts for party, counts in rendering.captured().items()},
            "drops": sum(c.fields["frames"] for c in rendering.controls if c.type == "drops"),
            "audio": {"sha256": draft.audio_sha256, "bytes": draft.audio_bytes},
            "pcm_sha256": draft.pcm_sha256,
            "peaks_sha256": hashlib.sha256(peaks).hexdigest(),
        }


def _parties(controls: Iterable[ControlFrame]) -> list[dict[str, Any]]:
    """Who was in the call, each once, in the order of coming."""
    found: dict[int, dict[str, Any]] = {}
    for party, fields in (one for control in controls for one in entering(control)):
        found.setdefault(party, {name: fields.get(name) for name in ("side", "role", "user")})
    return [{"party": party, **fields} for party, fields in found.items()]


def completion(signed: dict[str, Any], peaks: bytes, witness: Witness) -> RecordingCompleted:
    """What a signed manifest says of the recording."""
    return RecordingCompleted(
        duration_ms=round(signed["samples"] / _PER_MS),
        samples=signed["samples"],
        spans=signed["spans"],
        # Manifests made before holes were told have none.
        holes=signed.get("holes", []),
        # An imported file knows nothing of the call: how long it rang, or when the dialer began to record.
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
    """What an interrupted process stored before it could tell: manifest, peaks and witness, for `completion`.

    The store is no witness of itself: `is_ours` compares the manifest with the journal or the file at hand.
    Raises RenderError for a recording of something else, and what StoredRecording does.
    """
    stored = StoredRecording(store, call_id)
    peaks = stored.get(PEAKS)
    try:
        signed: dict[str, Any] = json.loads(stored.manifest)
        if (
            manifest.is_signed(signed, stored.data_key)
            and hashlib.sha256(peaks).hexdigest() == signed["peaks_sha256"]
            and is_ours(signed)
        ):
            return signed, peaks, stored.witness
    except (LookupError, TypeError, ValueError) as error:
        raise RenderError(f"What is stored under this call's ID cannot be read ({error!r}).") from error
    raise RenderError("What is stored under this call's ID was made from something else.")
