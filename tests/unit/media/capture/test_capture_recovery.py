"""After a crash: what is kept, what is written, and that no nonce is used twice."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from capture_support import (
    CALL_ID,
    MASTER_KEY,
    OURS,
    Clock,
    capture_host,
    journal_of,
    nothing_heard,
    open_call,
    read_journal,
    speak,
)

from onrecord.media.capture.header import copy_of
from onrecord.media.capture.recovery import RecoveredCall, recover


def crashed_call(folder: Path, *, answered: bool = True, packets: int = 100) -> Path:
    """A call whose process went away: no `end` frame."""
    clock = Clock()
    with capture_host(folder, clock) as host:
        call = open_call(host, answered=answered)
        for number in range(packets):
            speak(call, OURS, number)
            clock.advance(20)
            host.tick()
    return journal_of(folder)


def test_recovery_ends_the_call_where_it_broke_off(tmp_path: Path) -> None:
    crashed_call(tmp_path)
    with capture_host(tmp_path, Clock()) as host:
        calls = host.recover(nothing_heard)
    assert calls == [
        RecoveredCall(
            call_id=CALL_ID,
            status="completed",
            reason="switch_restarted",
            duration_ms=99 * 20,
            captured=True,
        )
    ]
    held = read_journal(journal_of(tmp_path))
    assert held.spoken(OURS) == list(range(100))
    assert held.controls[-1].fields == {"status": "completed", "reason": "switch_restarted"}
    assert held.controls[-1].clock == 99 * 20
    assert held.chunks[-1].epoch != held.chunks[0].epoch
    assert held.reader.ended
    assert not held.reader.damage


def test_a_call_that_was_never_answered_has_failed(tmp_path: Path) -> None:
    crashed_call(tmp_path, answered=False)
    (call,) = recover(tmp_path, MASTER_KEY, nothing_heard)
    assert (call.status, call.duration_ms, call.captured) == ("failed", 0, False)


def test_an_ended_call_is_left_alone(tmp_path: Path) -> None:
    crashed_call(tmp_path)
    assert len(recover(tmp_path, MASTER_KEY, nothing_heard)) == 1
    content = journal_of(tmp_path).read_bytes()
    assert recover(tmp_path, MASTER_KEY, nothing_heard) == []
    assert journal_of(tmp_path).read_bytes() == content


def test_a_journal_torn_at_any_byte_is_ended_after_its_last_whole_chunk(tmp_path: Path) -> None:
    whole = crashed_call(tmp_path, packets=60).read_bytes()
    before = read_journal(journal_of(tmp_path))
    header = len(before.reader.header.raw)
    for size in range(header, len(whole), 97):
        journal_of(tmp_path).write_bytes(whole[:size])
        kept = len(list(read_journal(journal_of(tmp_path)).chunks))
        recover(tmp_path, MASTER_KEY, nothing_heard)
        held = read_journal(journal_of(tmp_path))
        assert held.reader.ended
        assert not held.reader.damage
        assert journal_of(tmp_path).read_bytes().startswith(whole[:size])
        (hole,) = [frame for frame in held.controls if frame.type == "hole"]
        assert hole.fields["cause"] == "torn"
        assert len(held.chunks) == kept + 1
        assert [chunk.plaintext for chunk in held.chunks[:-1]] == [
            chunk.plaintext for chunk in before.chunks[:kept]
        ]


def test_no_nonce_comes_twice_however_often_it_crashes(tmp_path: Path) -> None:
    path = crashed_call(tmp_path)
    used = {(chunk.epoch, chunk.number) for chunk in read_journal(path).chunks}
    for torn in (40, 13, 0, 60):
        before = path.stat().st_size
        recover(tmp_path, MASTER_KEY, nothing_heard)
        ending = read_journal(path).chunks[-1]
        assert (ending.epoch, ending.number) not in used
        used.add((ending.epoch, ending.number))
        # The recovering process crashes in turn, in the middle of its own write.
        with path.open("r+b") as file:
            file.truncate(before + torn)
    assert len({epoch for epoch, _ in used}) == 5


def test_a_call_whose_headers_cannot_be_read_is_reported_and_left(tmp_path: Path) -> None:
    path = crashed_call(tmp_path)
    copy_of(path).unlink()
    content = b"?" + path.read_bytes()[1:]
    path.write_bytes(content)
    (call,) = recover(tmp_path, MASTER_KEY, nothing_heard)
    assert (call.call_id, call.status, call.captured) == (CALL_ID, "failed", True)
    assert path.read_bytes() == content


def test_a_journal_under_another_master_key_is_reported_and_left(tmp_path: Path) -> None:
    content = crashed_call(tmp_path).read_bytes()
    (call,) = recover(tmp_path, bytes(32), nothing_heard)
    assert (call.call_id, call.status) == (CALL_ID, "failed")
    assert journal_of(tmp_path).read_bytes() == content


def test_a_journal_that_was_only_being_begun_is_removed(tmp_path: Path) -> None:
    (tmp_path / f"{CALL_ID}.journal.new").write_bytes(b"ONRECJ01")
    assert recover(tmp_path, MASTER_KEY, nothing_heard) == []
    assert list(tmp_path.iterdir()) == []


CAPTURING = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from capture_support import MASTER_KEY, OURS, open_call, speak
from onrecord.media.capture.capture_host import CaptureHost
host = CaptureHost(Path(sys.argv[1]), MASTER_KEY)
calls = [open_call(host, f"{number:032x}") for number in range(3)]
number = 0
while True:
    at = time.monotonic()
    assert all(speak(call, OURS, number) for call in calls)
    print(number, at, flush=True)
    number += 1
    if number % 5 == 0:
        host.tick()
    time.sleep(0.02)
"""


@pytest.mark.parametrize("attempt", range(3))
def test_a_killed_process_loses_at_most_its_last_second(tmp_path: Path, attempt: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CAPTURING, str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random.Random(attempt).uniform(1.2, 2.8))
        killed = time.monotonic()
        child.kill()
        sent = [(int(number), float(at)) for number, at in map(str.split, child.stdout)]
    old = [number for number, at in sent if at < killed - 1.0]
    assert old
    calls = recover(tmp_path, MASTER_KEY, nothing_heard)
    assert [call.call_id for call in calls] == [f"{number:032x}" for number in range(3)]
    for call in calls:
        held = read_journal(journal_of(tmp_path, call.call_id))
        assert held.reader.ended
        spoken = held.spoken(OURS)
        assert spoken == list(range(len(spoken)))
        assert len(spoken) > old[-1]
