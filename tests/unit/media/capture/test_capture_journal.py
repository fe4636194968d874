"""The journal: read back, torn, sealed, and read by a reader that knows only the specification."""

import base64
import hashlib
import hmac
import json
import struct
from pathlib import Path

import pytest
from capture_support import (
    CALL_ID,
    CONTACT,
    MASTER_KEY,
    OURS,
    Clock,
    capture_host,
    journal_of,
    open_call,
    read_journal,
    speak,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from onrecord.media.capture.header import HeaderLostError, copy_of
from onrecord.media.capture.journal import JournalError
from onrecord.media.capture.reader import JournalReader

WORDS = [b"spoken by our side  " * 8, b"spoken by the other " * 8]


def make_journal(folder: Path, *, packets: int = 150) -> Path:
    """A finished call of `packets` packets a side, 20 ms apart, paused over its second third."""
    clock = Clock()
    with capture_host(folder, clock) as host:
        call = open_call(host)
        for number in range(packets):
            if number == packets // 3:
                call.pause("42")
            if number == 2 * packets // 3:
                call.record("42")
            for party in (OURS, CONTACT):
                speak(call, party, number, WORDS[party])
            clock.advance(20)
            if number % 5 == 4:
                host.tick()
        call.end("completed", "rep_hung_up")
    return journal_of(folder)


def test_a_journal_reads_back_what_was_captured(tmp_path: Path) -> None:
    held = read_journal(make_journal(tmp_path))
    spoken = [*range(50), *range(100, 150)]
    assert held.spoken(OURS) == spoken
    assert held.spoken(CONTACT) == spoken
    assert all(payload == WORDS[party] for party, _, _, payload in held.media)
    assert all(clock == sequence * 20 for _, sequence, clock, _ in held.media)
    assert held.types == ["policy", "join", "join", "answer", "start", "pause", "resume", "end"]
    assert [frame.clock for frame in held.controls] == [0, 0, 0, 0, 0, 1000, 2000, 3000]
    assert held.reader.ended
    assert not held.reader.damage


def test_control_frames_carry_the_fields_of_the_specification(tmp_path: Path) -> None:
    held = read_journal(make_journal(tmp_path))
    fields = [(frame.party, frame.fields) for frame in held.controls]
    assert fields == [
        (255, {"mode": "both", "record_at_start": True, "may_change": True, "policy_version": 7}),
        (0, {"party": 0, "side": "ours", "role": "rep", "user": "42", "informed": True}),
        (1, {"party": 1, "side": "contact", "role": "contact", "user": None, "informed": True}),
        (255, {"at": "2026-01-31T15:04:05Z"}),
        (255, {"actor": None}),
        (255, {"actor": "42"}),
        (255, {"actor": "42"}),
        (255, {"status": "completed", "reason": "rep_hung_up"}),
    ]


def test_no_chunk_covers_more_than_a_second(tmp_path: Path) -> None:
    held = read_journal(make_journal(tmp_path, packets=500))
    for chunk in held.chunks:
        clocks = chunk.media().headers["clock"]
        assert len(clocks) == 0 or int(clocks.max()) - int(clocks.min()) < 1000


def test_no_known_payload_stands_in_the_file(tmp_path: Path) -> None:
    data = make_journal(tmp_path).read_bytes()
    for words in WORDS:
        assert words[:20] not in data
    assert b"rep_hung_up" not in data
    assert MASTER_KEY not in data


def test_nothing_is_left_in_the_folder_but_the_journal_and_the_copy_of_its_header(tmp_path: Path) -> None:
    path = make_journal(tmp_path)
    assert set(tmp_path.iterdir()) == {path, copy_of(path)}
    assert path.read_bytes().startswith(copy_of(path).read_bytes())
    assert copy_of(path).stat().st_mode & 0o777 == 0o600


def test_a_reader_follows_a_growing_journal(tmp_path: Path) -> None:
    whole = make_journal(tmp_path).read_bytes()
    growing = tmp_path / "growing.journal"
    header = JournalReader(journal_of(tmp_path), MASTER_KEY).header.raw
    growing.write_bytes(header)
    reader = JournalReader(growing, MASTER_KEY)
    read = []
    ends = chunk_ends(whole)
    for size in range(len(header), len(whole) + 1000, 1000):
        growing.write_bytes(whole[:size])
        read += [chunk.number for chunk in reader.poll()]
        assert len(read) == sum(end <= size for end in ends[1:])
        assert not reader.has_news()
    held = read_journal(journal_of(tmp_path))
    assert read == [chunk.number for chunk in held.chunks]
    assert reader.ended
    assert reader.chain == held.reader.chain
    assert not reader.damage


def test_a_journal_torn_at_any_byte_reads_to_its_last_whole_chunk(tmp_path: Path) -> None:
    whole = make_journal(tmp_path, packets=9).read_bytes()
    ends = chunk_ends(whole)
    torn = tmp_path / "torn.journal"
    for size in range(ends[0], len(whole)):
        torn.write_bytes(whole[:size])
        reader = JournalReader(torn, MASTER_KEY)
        assert len(list(reader.read_all())) == sum(end <= size for end in ends[1:])
        assert not reader.ended
        assert not reader.has_altered_end


def test_a_header_that_is_not_whole_is_read_from_its_copy_and_lost_without(tmp_path: Path) -> None:
    path = make_journal(tmp_path, packets=1)
    whole, copy = path.read_bytes(), copy_of(path).read_bytes()
    for size in range(chunk_ends(whole)[0]):
        path.write_bytes(whole[:size])
        copy_of(path).write_bytes(copy)
        reader = JournalReader(path, MASTER_KEY)
        assert reader.header.raw == copy
        assert reader.damage.header
        for broken in (copy[: size - 1] if size else b"", bytes(len(copy))):
            copy_of(path).write_bytes(broken)
            with pytest.raises(HeaderLostError):
                list(JournalReader(path, MASTER_KEY).poll())
        copy_of(path).unlink()
        with pytest.raises(HeaderLostError):
            list(JournalReader(path, MASTER_KEY).poll())


def test_another_master_key_is_named_in_the_error(tmp_path: Path) -> None:
    reader = JournalReader(make_journal(tmp_path, packets=3), bytes(32))
    with pytest.raises(JournalError, match=hashlib.sha256(MASTER_KEY).hexdigest()[:8]):
        list(reader.poll())


def test_a_file_of_something_else_is_refused_plainly(tmp_path: Path) -> None:
    path = tmp_path / "song.journal"
    path.write_bytes(b"RIFF" + bytes(1000))
    with pytest.raises(JournalError, match="not a journal"):
        list(JournalReader(path, MASTER_KEY).poll())


def test_a_copy_of_the_header_serves_only_where_the_first_cannot(tmp_path: Path) -> None:
    path = make_journal(tmp_path, packets=3)
    copy_of(path).write_bytes(b"scribble")
    held = read_journal(path)
    assert held.reader.ended
    assert not held.reader.damage


def test_an_independent_reader_agrees(tmp_path: Path) -> None:
    path = make_journal(tmp_path)
    header, frames, chain = read_by_the_specification(path.read_bytes(), MASTER_KEY)
    held = read_journal(path)
    assert header["version"] == 2
    assert header["call_id"] == CALL_ID
    assert header["created_at"].endswith("Z")
    assert chain == held.reader.chain
    media = [(f["party"], f["sequence"], f["clock"], f["payload"]) for f in frames if f["kind"] == 1]
    assert media == held.media
    assert all(f["payload_type"] == 0 and f["ssrc"] == 1000 + f["party"] for f in frames if f["kind"] == 1)
    assert all(f["timestamp"] == f["sequence"] * 160 for f in frames if f["kind"] == 1)
    controls = [json.loads(f["payload"]) for f in frames if f["kind"] == 0]
    states = [control for control in controls if control["type"] == "state"]
    assert len(states) == len(held.chunks)
    assert states[-1]["recording"] == "recording"
    assert [party["side"] for party in states[-1]["parties"]] == ["ours", "contact"]
    controls = [control for control in controls if control["type"] != "state"]
    assert [control["type"] for control in controls] == held.types
    assert controls[0]["type"] == "policy"
    assert controls[-1]["type"] == "end"


def chunk_ends(data: bytes) -> list[int]:
    """Where the header and each chunk end."""
    ends = [44 + struct.unpack_from("<I", data, 8)[0]]
    while ends[-1] < len(data):
        ends.append(ends[-1] + 44 + struct.unpack_from("<I", data, ends[-1] + 24)[0])
    return ends


def read_by_the_specification(data: bytes, master_key: bytes) -> tuple[dict, list[dict], bytes]:
    """A reader of what is undamaged, from docs/reference/journal.md alone: header, frames, chain."""
    assert data[:8] == b"ONRECJ02"
    start = 12 + int.from_bytes(data[8:12], "little")
    header = json.loads(data[12:start].decode("utf-8"))
    assert header["key_id"] == hashlib.sha256(master_key).hexdigest()[:8]
    data_key = aes_key_unwrap(master_key, base64.b64decode(header["wrapped_key"]))
    check = hmac.digest(derived(data_key, b"onrecord journal header", 32), data[:start], "sha256")
    assert data[start : start + 32] == check
    start += 32
    digest = chain = hashlib.sha256(data[:start]).digest()
    keys = derived(data_key, b"onrecord journal chunks", 64)
    cipher = AESGCM(keys[:32])
    frames: list[dict] = []
    last = 0xFFFFFFFF
    while start < len(data):
        marker, epoch, number, previous, length = struct.unpack_from("<8sQIII", data, start)
        assert marker == b"\xf1ONRECC\n"
        head, check = data[start : start + 28], data[start + 28 : start + 44]
        assert check == hmac.digest(keys[32:], digest + head, "sha256")[:16]
        assert previous == last
        chunk = data[start : start + 44 + length]
        opened = cipher.decrypt(struct.pack(">QI", epoch, number), chunk[44:], digest)
        chain = hashlib.sha256(chain + chunk).digest()
        frames += frames_of(opened)
        start += len(chunk)
        last = number
    return header, frames, chain


def derived(data_key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(data_key)


def frames_of(opened: bytes) -> list[dict]:
    frames = []
    at = 0
    while at < len(opened):
        size, kind, party, payload_type, _, sequence, timestamp, ssrc, clock = struct.unpack_from(
            "<HBBBBHIII", opened, at
        )
        frames.append(
            {
                "kind": kind,
                "party": party,
                "payload_type": payload_type,
                "sequence": sequence,
                "timestamp": timestamp,
                "ssrc": ssrc,
                "clock": clock,
                "payload": opened[at + 20 : at + 20 + size],
            }
        )
        at += 20 + size
    return frames
