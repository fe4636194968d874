"""The manifest: a signed description of a recording and its history (docs/reference/storage.md). Pure."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.media.render.gating import entering
from onrecord.media.render.holes import holes
from onrecord.media.render.spans import spans

VERSION = 1


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def course(controls: Sequence[ControlFrame], first: bytes, *, until_ms: int) -> dict[str, Any]:
    """The part of the manifest that comes from the control frames, in journal order: entries, parties, holes.

    `first`: the hash that the first entry is chained to. `until_ms`: the end of a journal without an `end`.
    """
    chained = entries(controls, first)
    return {
        "decision": [entry for entry in chained if entry["type"] == "policy"],
        "entries": chained,
        "parties": _parties(controls),
        "spans": [span.document() for span in spans(controls, until_ms=until_ms)],
        "holes": [hole.document() for hole in holes(controls)],
    }


def _parties(controls: Iterable[ControlFrame]) -> list[dict[str, Any]]:
    """Everyone who was in the call, once each, in the order of joining."""
    found: dict[int, dict[str, Any]] = {}
    for party, fields in (one for control in controls for one in entering(control)):
        found.setdefault(party, {name: fields.get(name) for name in ("side", "role", "user")})
    return [{"party": party, **fields} for party, fields in found.items()]


def entries(controls: Iterable[ControlFrame], first: bytes) -> list[dict[str, Any]]:
    """Every control frame with its clock, each chained to the one before; `first` is the journal's H(0)."""
    chained: list[dict[str, Any]] = []
    previous = first
    for control in controls:
        entry = {**control.fields, "type": control.type, "clock": control.clock}
        if control.party != NO_PARTY:
            entry["party"] = control.party
        previous = entry_hash(previous, entry)
        chained.append({**entry, "hash": previous.hex()})
    return chained


def hash_of_source(source: Mapping[str, Any]) -> bytes:
    """The start of an imported recording's chain: it has a source instead of a journal."""
    return hashlib.sha256(canonical_json(source)).digest()


def first_hash(manifest: Mapping[str, Any]) -> bytes:
    """The hash that the first entry is chained to. Raises LookupError, TypeError, ValueError."""
    if manifest["journal"] is None:
        return hash_of_source(manifest["source"])
    return bytes.fromhex(manifest["journal"]["header"])


def entry_hash(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """The hash of an entry (without its `hash` field) that follows `previous`."""
    return hashlib.sha256(previous + canonical_json(entry)).digest()


def sign(manifest: Mapping[str, Any], data_key: bytes) -> dict[str, Any]:
    """The manifest with a signature, made with a key derived from the recording's data key."""
    return {**manifest, "signature": _signature(manifest, data_key)}


def is_signed(manifest: Mapping[str, Any], data_key: bytes) -> bool:
    """Whether the signature is valid for this manifest."""
    unsigned = {name: value for name, value in manifest.items() if name != "signature"}
    return hmac.compare_digest(str(manifest.get("signature")), _signature(unsigned, data_key))


def _signature(manifest: Mapping[str, Any], data_key: bytes) -> str:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"onrecord manifest").derive(data_key)
    return hmac.new(key, canonical_json(manifest), hashlib.sha256).hexdigest()
