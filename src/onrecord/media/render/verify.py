"""Verifies a stored recording against its manifest, step by step."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE
from onrecord.config import Config
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY, ControlFrame, JournalError
from onrecord.media.capture.reader import JournalReader
from onrecord.media.render import manifest as manifests
from onrecord.media.render.errors import RenderError
from onrecord.media.render.gating import entering
from onrecord.media.render.holes import holes
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.media.render.peaks import POINT
from onrecord.media.render.render_to_file import render
from onrecord.media.render.spans import spans
from onrecord.protocol.events import Span
from onrecord.storage.recording import NotWitnessedError, Witness, check_witness
from onrecord.storage.sealed import SealedReader, SealError
from onrecord.storage.store import AUDIO, MANIFEST, PEAKS, BlobStore, NoSuchObjectError
from onrecord.storage.stream import as_file

#: Opus decodes to this rate (RFC 7845).
_OPUS_RATE = 48_000
#: Opus decodes digital silence to values below this (measured: 2 of 32768).
_SILENCE = 32
#: A frame may be this far from its clock (journal.md), so sound near a span's edge is not checked.
_MARGIN_MS = 1000
_READ = 1 << 20
_SIDES = (Side.OURS, Side.CONTACT)


#: Methods of `_Proof`, in this order.
_CHECKS = (
    "manifest", "key", "witness", "signature", "entries", "audio", "samples", "spans", "complete", "peaks",
    "journal",
)  # fmt: skip
#: The check that fails when a recording is genuine but not all of the call.
_COMPLETE = "complete"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """The result of one check."""

    name: str
    passed: bool
    #: What was found.
    detail: str


class _FaultError(Exception):
    """A check did not pass."""


_NOT_PROVED = (_FaultError, NotWitnessedError, SealError, NoSuchObjectError, JournalError, RenderError)


def exit_status(checks: list[CheckResult]) -> int:
    """The command's exit status: 0 all passed, 3 genuine but incomplete, 1 anything else."""
    failed = {check.name for check in checks if not check.passed}
    return 0 if not failed else 3 if failed == {_COMPLETE} else 1


def verify(config: Config, call_id: str, witness: Witness) -> list[CheckResult]:
    """Check a stored recording against the `witness` in the database.

    Without its manifest or key no further checks are possible. Raises ValueError for an invalid call ID,
    StoreUnreachableError.
    """
    store = BlobStore(config.blob_url, config.secrets.master_key)
    store.exists(call_id)
    proof, checks = _Proof(config, store, call_id, witness), list[CheckResult]()
    for name in _CHECKS:
        try:
            check = CheckResult(name=name, passed=True, detail=getattr(proof, name)())
        except _NOT_PROVED as error:
            check = CheckResult(name=name, passed=False, detail=str(error))
        except (LookupError, TypeError, ValueError, AttributeError, av.FFmpegError) as error:
            check = CheckResult(name=name, passed=False, detail=f"It cannot be read ({error!r}).")
        checks.append(check)
        if not check.passed and name in ("manifest", "key"):
            break
    return checks


class _Proof:
    """The checks of one recording. Each returns what it found or raises."""

    def __init__(self, config: Config, store: BlobStore, call_id: str, witness: Witness) -> None:
        self._config = config
        self._store = store
        self._call_id = call_id
        self._witness = witness
        self._stored = b""
        self._manifest: dict[str, Any] = {}
        self._data_key = b""

    def manifest(self) -> str:
        self._stored = self._store.get(self._call_id, MANIFEST)
        self._manifest = json.loads(self._stored)
        _expect(self._manifest["call_id"] == self._call_id, "It is the manifest of another call.")
        _expect(self._manifest["version"] == manifests.VERSION, "Its version is not supported.")
        return f"version {manifests.VERSION}, {len(self._manifest['entries'])} entries"

    def key(self) -> str:
        self._data_key = self._store.data_key(self._call_id)
        return "opens with this host's master key"

    def witness(self) -> str:
        """The manifest's signature alone proves nothing, because manifest and key could both be replaced."""
        check_witness(Witness.of(self._call_id, self._stored, self._data_key), self._witness)
        return "manifest and key match the database"

    def signature(self) -> str:
        _expect(
            manifests.is_signed(self._manifest, self._data_key),
            "The manifest was altered after it was signed.",
        )
        return "the manifest is unchanged since the renderer signed it"

    def entries(self) -> str:
        previous = manifests.first_hash(self._manifest)
        for number, entry in enumerate(self._manifest["entries"]):
            bare = {name: value for name, value in entry.items() if name != "hash"}
            previous = manifests.entry_hash(previous, bare)
            _expect(
                entry["hash"] == previous.hex(), f"Entry {number} ({entry.get('type')}) breaks the chain."
            )
        return f"{len(self._manifest['entries'])} entries form one chain"

    def audio(self) -> str:
        audio, digest = self._store.open(self._call_id, AUDIO, self._data_key), hashlib.sha256()
        _expect(
            audio.size == self._manifest["audio"]["bytes"],
            f"It has {audio.size} bytes, the manifest says {self._manifest['audio']['bytes']}.",
        )
        for start in range(0, audio.size, _READ):
            digest.update(audio.read(start, start + _READ))
        _expect(
            digest.hexdigest() == self._manifest["audio"]["sha256"],
            "Its SHA-256 differs from the manifest's.",
        )
        return f"{audio.size} bytes, SHA-256 {digest.hexdigest()[:16]}…"

    def samples(self) -> str:
        length = _length(self._store.open(self._call_id, AUDIO, self._data_key))
        expected = self._manifest["samples"]
        _expect(
            length * RATE == expected * _OPUS_RATE,
            f"The audio has {length * RATE / _OPUS_RATE:.0f} samples, the manifest says {expected}.",
        )
        return f"{expected} samples, {expected / RATE:.2f} s"

    def spans(self) -> str:
        """The spans and holes match the entries, and outside the spans there is silence."""
        stored, controls = self._manifest["spans"], _controls(self._manifest["entries"])
        found = spans(controls, until_ms=controls[-1].clock)
        _expect([span.document() for span in found] == stored, "The spans do not match the entries.")
        # Older manifests have no list of holes.
        missing = [hole.document() for hole in holes(controls)]
        _expect(missing == self._manifest.get("holes", []), "The holes do not match the entries.")
        captured = _captured(found, controls, self._manifest["begins_at_ms"], self._manifest["samples"])
        at = 0
        for block in _decode(self._store.open(self._call_id, AUDIO, self._data_key)):
            ms = (at + np.arange(len(block))) // (_OPUS_RATE // 1000)
            wrong = np.argwhere((np.abs(block) > _SILENCE) & ~captured[ms])
            if len(wrong):
                sample, channel = wrong[0]
                raise _FaultError(
                    f"There is sound of side {_SIDES[channel]} at {ms[sample] / 1000:.2f} s of the audio, "
                    "outside every span."
                )
            at += len(block)
        return f"{len(found)} {'span' if len(found) == 1 else 'spans'}; silence outside them"

    def complete(self) -> str:
        """Nothing is missing, and the journal was not damaged."""
        found = holes(_controls(self._manifest["entries"]))
        _expect(not found, f"Missing: {', '.join(map(str, found))}.")
        journal = self._manifest["journal"]
        _expect(
            not journal or not journal.get("damage"),
            "The journal was damaged before it was rendered; no sound is missing.",
        )
        return "nothing is missing"

    def peaks(self) -> str:
        opened, samples = self._store.open(self._call_id, PEAKS, self._data_key), self._manifest["samples"]
        peaks = opened.read(0, opened.size)
        _expect(
            hashlib.sha256(peaks).hexdigest() == self._manifest["peaks_sha256"],
            "Their SHA-256 differs from the manifest's.",
        )
        points = -(-samples // POINT)
        _expect(len(peaks) == 4 * points, f"There are {len(peaks) / 4:g} points for {samples} samples.")
        return f"{points} points of 20 ms"

    def journal(self) -> str:
        """If the journal still exists, rendering it again yields the same samples."""
        if self._manifest["journal"] is None:
            source = self._manifest["source"]
            return f"none: imported from {source['provider']}, file SHA-256 {source['file']['sha256'][:16]}…"
        path = self._config.journals / f"{self._call_id}.journal"
        if not path.exists():
            return "deleted after the recording was stored, as it should be"
        reader, digest = JournalReader(path, self._config.secrets.master_key), hashlib.sha256()
        for pcm in render(reader, JournalRenderer()):
            digest.update(pcm.data)
        _expect(
            reader.chain.hex() == self._manifest["journal"]["chain"], "Its chain differs from the manifest's."
        )
        _expect(
            digest.hexdigest() == self._manifest["pcm_sha256"], "Rendering it again gives different samples."
        )
        return "still there; rendering it again gives the same samples"


def _expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise _FaultError(otherwise)


def _controls(entries: list[dict[str, Any]]) -> list[ControlFrame]:
    return [
        ControlFrame(
            type=entry["type"], clock=entry["clock"], party=entry.get("party", NO_PARTY), fields=entry
        )
        for entry in entries
    ]


def _captured(
    found: list[Span], controls: list[ControlFrame], begins_at_ms: int, samples: int
) -> NDArray[np.bool_]:
    """Whether the spans allow sound, per millisecond of the recording and side, bool[n, 2]."""
    sides = {party: fields["side"] for control in controls for party, fields in entering(control)}
    captured = np.zeros((samples * 1000 // RATE + 1, 2), np.bool_)
    for span in found:
        start = max(0, span.start_ms - _MARGIN_MS - begins_at_ms)
        stop = max(0, span.end_ms + _MARGIN_MS - begins_at_ms)
        for party in span.parties:
            captured[start:stop, _SIDES.index(sides[party])] = True
    return captured


def _length(audio: SealedReader) -> int:
    """Number of samples at 48 kHz, from the end of the last packet.

    Decoding would be wrong: if 1 to 4 samples at 8 kHz are trimmed from the end, libav 62 trims them twice.
    """
    with av.open(as_file(audio), "r", format="ogg") as container:
        return max((packet.pts or 0) + (packet.duration or 0) for packet in container.demux(audio=0))


def _decode(audio: SealedReader) -> Iterator[NDArray[np.int16]]:
    """The decoded audio at 48 kHz, int16[n, 2] per frame; fetched and unsealed piece by piece."""
    with av.open(as_file(audio), "r", format="ogg") as container:
        resampler = av.AudioResampler("s16", "stereo", _OPUS_RATE)
        for frame in container.decode(audio=0):
            for converted in resampler.resample(frame):
                yield converted.to_ndarray().astype(np.int16, copy=False).reshape(-1, 2)
