"""Every kind of damage to every range of a journal: what undamaged chunks hold is kept, the rest is told."""

import random
import struct
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from capture_support import CALL_ID, MASTER_KEY, read_journal
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import damage
from harness.damage import KINDS, check, original, swap_chunks
from onrecord.media.capture.header import copy_of
from onrecord.media.capture.journal import control_frame
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.recovery import LastWord, recover_journal
from onrecord.media.capture.sealing import MARKER

Kind = Callable[[bytes, int, int, random.Random], bytes]


@pytest.fixture(scope="module")
def path() -> Path:
    with TemporaryDirectory() as folder:
        yield Path(folder) / f"{damage.CALL_ID}.journal"


@st.composite
def places(draw: st.DrawFn, edges: list[int]) -> int:
    """Anywhere in a file, and often at the edge of a chunk."""
    size = edges[-1]
    near = st.builds(
        lambda edge, by: min(max(0, edge + by), size), st.sampled_from(edges), st.integers(-9, 9)
    )
    return draw(st.one_of(st.integers(0, size), near, st.sampled_from(edges)))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_damage_costs_only_the_chunks_it_hits_and_is_told(path: Path, data: st.DataObject) -> None:
    one = original(data.draw(st.integers(0, 5), "journal"))
    edges = [begin for begin, _ in one.places] + [len(one.data)]
    damaged = one.data
    for kind in data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3), "kinds"):
        a, b = sorted((data.draw(places(edges)), data.draw(places(edges))))
        a, b = min(a, len(damaged)), min(b, len(damaged))
        if a < len(damaged):
            damaged = kind(damaged, a, b, random.Random(data.draw(st.integers(0, 999))))
    check(one, damaged, path)


@given(st.integers(0, 5), st.integers(0, 99), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_swapped_chunks_are_read_in_the_order_of_their_numbers(
    path: Path, seed: int, first: int, second: int
) -> None:
    one = original(seed)
    count = len(one.places)
    check(one, swap_chunks(one, first % count, second % count), path)


def test_a_bit_flipped_anywhere_costs_its_chunk_at_most_and_is_told(path: Path) -> None:
    one = original(1, seconds=5, payload=1)
    chance = random.Random(1)
    for place in range(0, len(one.data), 41):
        check(one, damage.flip(one.data, place, place, chance), path)


def test_a_journal_cut_anywhere_is_told_to_lack_its_end(path: Path) -> None:
    one = original(1, seconds=5, payload=1)
    cuts = set(range(0, len(one.data), 61)) | {end for _, end in one.places}
    for size in cuts:
        check(one, one.data[:size], path)


@pytest.mark.parametrize("filler", [b"\x00", b"noise", MARKER], ids=["zeros", "noise", "markers"])
def test_a_file_that_is_mostly_something_else_gives_its_chunks(path: Path, filler: bytes) -> None:
    one = original(2)
    size = 1 << 18
    noise = random.Random(1).randbytes(size) if filler == b"noise" else filler * (size // len(filler))
    begin, end = one.places[3]
    check(one, one.data[:begin] + noise + one.data[begin:end] + noise + one.data[end:], path)


def test_a_head_copied_all_over_the_file_does_not_hide_the_others(path: Path) -> None:
    one = original(2)
    begin, end = one.places[2]
    heads = one.data[begin : begin + 44] * 5000
    check(one, one.data[:begin] + heads + one.data[end:], path)


def test_an_undamaged_journal_has_nothing_to_tell(path: Path) -> None:
    for seed in range(6):
        check(original(seed), original(seed).data, path)


def journal_1(*chunks: bytes) -> tuple[bytes, list[int]]:
    """A journal of version 1 by its specification, and where its header and chunks end."""
    import base64
    import hashlib
    import json

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    key = bytes(range(100, 132))
    fields = {
        "version": 1,
        "call_id": CALL_ID,
        "created_at": "2026-01-31T15:04:05Z",
        "key_id": hashlib.sha256(MASTER_KEY).hexdigest()[:8],
        "wrapped_key": base64.b64encode(aes_key_wrap(MASTER_KEY, key)).decode(),
    }
    body = json.dumps(fields).encode()
    data = b"ONRECJ01" + struct.pack("<I", len(body)) + body
    ends, digest = [len(data)], hashlib.sha256(data).digest()
    for number, plaintext in enumerate(chunks):
        sealed = AESGCM(key).encrypt(struct.pack(">IQ", 0, number), plaintext, digest)
        data += struct.pack("<III", len(sealed), 0, number) + sealed
        ends.append(len(data))
    return data, ends


OLD = (
    control_frame("policy", clock=0, mode="both", record_at_start=True, may_change=True, policy_version=1)
    + control_frame("join", clock=0, party=0, side="ours", role="rep", user="1")
    + control_frame("answer", clock=0, at="2026-01-31T15:04:05Z")
    + control_frame("start", clock=0, actor=None),
    control_frame("pause", clock=900, actor="1"),
    control_frame("resume", clock=1500, actor="1"),
    control_frame("end", clock=2000, status="completed", reason="rep_hung_up"),
)


def test_a_journal_of_version_1_reads_as_ever(tmp_path: Path) -> None:
    path = tmp_path / f"{CALL_ID}.journal"
    path.write_bytes(journal_1(*OLD)[0])
    held = read_journal(path)
    assert held.types == ["policy", "join", "answer", "start", "pause", "resume", "end"]
    assert held.reader.ended
    assert not held.reader.damage
    assert recover_journal(path, MASTER_KEY, LastWord(clock_ms=2000)) is None


@pytest.mark.parametrize(
    ("keep", "flipped", "types", "cause"),
    [
        ((3, -9), None, ["policy", "join", "answer", "start", "pause", "hole", "end"], "torn"),
        ((4, 0), 2, ["policy", "join", "answer", "start", "hole", "end"], "damaged"),
    ],
    ids=["torn", "damaged"],
)
def test_a_journal_of_version_1_is_ended_behind_what_is_there(
    tmp_path: Path, keep: tuple[int, int], flipped: int | None, types: list[str], cause: str
) -> None:
    data, ends = journal_1(*OLD)
    kept = bytearray(data[: ends[keep[0]] + keep[1]])
    if flipped:
        kept[ends[flipped] - 1] ^= 1
    path = tmp_path / f"{CALL_ID}.journal"
    path.write_bytes(kept)
    ending = ("completed", "rep_hung_up") if flipped else None
    recover_journal(path, MASTER_KEY, LastWord(clock_ms=2000, ending=ending))
    held = read_journal(path)
    assert path.read_bytes().startswith(kept)
    assert held.types == types
    assert held.controls[-2].fields["cause"] == cause
    assert JournalReader(path, MASTER_KEY).header.version == 1
    assert not copy_of(path).exists()
