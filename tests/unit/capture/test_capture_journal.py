"""The journal: read back, torn, altered, sealed, and read by a reader that knows only the specification."""

import base64
import hashlib
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
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from onrecord.capture.journal import JournalError, JournalReader

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
    assert not held.reader.torn


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


def test_nothing_is_left_in_the_folder_but_the_journal(tmp_path: Path) -> None:
    path = make_journal(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_follows_a_growing_journal(tmp_path: Path) -> None:
    whole = make_journal(tmp_path).read_bytes()
    growing = tmp_path / "growing.journal"
    header = JournalReader(journal_of(tmp_path), MASTER_KEY).header.raw
    growing.write_bytes(header)
    reader = JournalReader(growing, MASTER_KEY)
    read = []
    for size in range(len(header), len(whole) + 1000, 1000):
        growing.write_bytes(whole[:size])
        read += [chunk.number for chunk in reader.poll()]
        assert reader.torn == (min(size, len(whole)) > reader.valid_bytes)
    held = read_journal(journal_of(tmp_path))
    assert read == [chunk.number for chunk in held.chunks]
    assert reader.ended
    assert reader.chain == held.reader.chain


def test_a_journal_torn_at_any_byte_reads_to_its_last_whole_chunk(tmp_path: Path) -> None:
    whole = make_journal(tmp_path, packets=9).read_bytes()
    ends = chunk_ends(whole)
    torn = tmp_path / "torn.journal"
    for size in range(ends[0], len(whole)):
        torn.write_bytes(whole[:size])
        reader = JournalReader(torn, MASTER_KEY)
        assert len(list(reader.poll())) == sum(end <= size for end in ends[1:])
        assert reader.torn == (size not in ends)
        assert not reader.ended


def test_a_torn_header_is_no_journal(tmp_path: Path) -> None:
    whole = make_journal(tmp_path, packets=1).read_bytes()
    torn = tmp_path / "torn.journal"
    for size in range(chunk_ends(whole)[0]):
        torn.write_bytes(whole[:size])
        with pytest.raises(JournalError):
            list(JournalReader(torn, MASTER_KEY).poll())


def test_every_altered_byte_is_seen(tmp_path: Path) -> None:
    whole = make_journal(tmp_path, packets=9).read_bytes()
    good = read_journal(journal_of(tmp_path)).reader
    altered = tmp_path / "altered.journal"
    for place in range(len(whole)):
        altered.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        reader = JournalReader(altered, MASTER_KEY)
        try:
            list(reader.poll())
        except JournalError:
            continue
        assert reader.torn
        assert reader.chain != good.chain


def test_swapped_and_repeated_chunks_do_not_read(tmp_path: Path) -> None:
    whole = make_journal(tmp_path).read_bytes()
    ends = chunk_ends(whole)
    header, first, second = (
        whole[: ends[0]],
        whole[ends[0] : ends[1]],
        whole[ends[1] : ends[2]],
    )
    for content, readable in ((header + second + first, 0), (header + first + first, 1)):
        (tmp_path / "mixed.journal").write_bytes(content)
        reader = JournalReader(tmp_path / "mixed.journal", MASTER_KEY)
        assert len(list(reader.poll())) == readable
        assert reader.torn


def test_another_master_key_is_named_in_the_error(tmp_path: Path) -> None:
    reader = JournalReader(make_journal(tmp_path, packets=3), bytes(32))
    with pytest.raises(JournalError, match=hashlib.sha256(MASTER_KEY).hexdigest()[:8]):
        list(reader.poll())


def test_a_file_of_something_else_is_refused_plainly(tmp_path: Path) -> None:
    path = tmp_path / "song.journal"
    path.write_bytes(b"RIFF" + bytes(1000))
    with pytest.raises(JournalError, match="not a journal"):
        list(JournalReader(path, MASTER_KEY).poll())


def test_an_independent_reader_agrees(tmp_path: Path) -> None:
    path = make_journal(tmp_path)
    header, frames, chain = read_by_the_specification(path.read_bytes(), MASTER_KEY)
    held = read_journal(path)
    assert header["version"] == 1
    assert header["call_id"] == CALL_ID
    assert header["created_at"].endswith("Z")
    assert chain == held.reader.chain
    media = [(f["party"], f["sequence"], f["clock"], f["payload"]) for f in frames if f["kind"] == 1]
    assert media == held.media
    assert all(f["payload_type"] == 0 and f["ssrc"] == 1000 + f["party"] for f in frames if f["kind"] == 1)
    assert all(f["timestamp"] == f["sequence"] * 160 for f in frames if f["kind"] == 1)
    controls = [json.loads(f["payload"]) for f in frames if f["kind"] == 0]
    assert [control["type"] for control in controls] == held.types
    assert controls[0]["type"] == "policy"
    assert controls[-1]["type"] == "end"


def chunk_ends(data: bytes) -> list[int]:
    """Where the header and each chunk end."""
    ends = [12 + struct.unpack_from("<I", data, 8)[0]]
    while ends[-1] < len(data):
        ends.append(ends[-1] + 12 + struct.unpack_from("<I", data, ends[-1])[0])
    return ends


def read_by_the_specification(data: bytes, master_key: bytes) -> tuple[dict, list[dict], bytes]:
    """A reader written from docs/reference/journal.md alone: header, frames, chain."""
    assert data[:8] == b"ONRECJ01"
    start = 12 + int.from_bytes(data[8:12], "little")
    header = json.loads(data[12:start].decode("utf-8"))
    assert header["key_id"] == hashlib.sha256(master_key).hexdigest()[:8]
    cipher = AESGCM(aes_key_unwrap(master_key, base64.b64decode(header["wrapped_key"])))
    digest = chain = hashlib.sha256(data[:start]).digest()
    frames: list[dict] = []
    expected = 0
    while start + 12 <= len(data):
        length, epoch, number = struct.unpack_from("<III", data, start)
        chunk = data[start : start + 12 + length]
        if len(chunk) < 12 + length or number != expected:
            break
        try:
            opened = cipher.decrypt(struct.pack(">IQ", epoch, number), chunk[12:], digest)
        except InvalidTag:
            break
        chain = hashlib.sha256(chain + chunk).digest()
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
        start += len(chunk)
        expected += 1
    return header, frames, chain
