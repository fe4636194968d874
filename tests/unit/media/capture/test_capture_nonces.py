"""No nonce seals two different chunks, wherever a write fails, and whoever goes on."""

import fcntl
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from capture_support import CALL_ID, MASTER_KEY, nothing_heard, read_journal

from onrecord.media.capture.header import new_header
from onrecord.media.capture.journal import control_frame
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.recovery import recover
from onrecord.media.capture.sealing import HEAD_SIZE, MARKER, NO_CHUNK, ChunkSeal
from onrecord.media.capture.writer import JournalFile

PAUSE = control_frame("pause", clock=100, actor="1")
RESUME = control_frame("resume", clock=200, actor="1")
END = control_frame("end", clock=300, status="completed", reason="rep_hung_up")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process can be longer than `size`: the kernel writes up to there, then refuses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def memory_file() -> int:
    """A file from which nothing that was ever written can be taken back."""
    descriptor = os.memfd_create("journal", os.MFD_ALLOW_SEALING)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    return descriptor


def beginnings(data: bytes) -> list[tuple[int, int, bytes]]:
    """Epoch, number and the first sealed bytes, if there are any, of whatever began as a chunk."""
    found, at = [], data.find(MARKER)
    while at >= 0:
        following = data.find(MARKER, at + 1)
        piece = data[at : following if following >= 0 else len(data)]
        if len(piece) > HEAD_SIZE:
            _, epoch, number = struct.unpack_from("<8sQI", piece)
            found.append((epoch, number, piece[HEAD_SIZE:]))
        at = following
    return found


def test_a_write_that_fails_at_any_byte_uses_its_nonce_up() -> None:
    opened = new_header(CALL_ID, datetime(2026, 1, 31, tzinfo=UTC), MASTER_KEY)
    whole = len(PAUSE) + HEAD_SIZE + 16
    for cut in range(whole):
        descriptor = memory_file()
        path = Path(f"/proc/self/fd/{descriptor}")
        os.write(descriptor, opened.header.raw)
        # As a journal's, it only appends; the test's own description reads what came of it.
        appending = os.open(path, os.O_WRONLY | os.O_APPEND)
        file = JournalFile(path, appending, opened, number=0, previous=NO_CHUNK)
        start = len(opened.header.raw)
        with room_for(start + cut), pytest.raises(OSError, match="File too large"):
            file.append(PAUSE, controls=PAUSE)
        file.append(RESUME, controls=RESUME)
        file.close()
        sealed = beginnings(path.read_bytes())
        assert len({(epoch, number) for epoch, number, _ in sealed}) == len(sealed)
        assert len(sealed) == 1 + (cut > HEAD_SIZE)
        reader = JournalReader(path, MASTER_KEY)
        *completed, chunk = reader.read_all()
        # The next marker's first byte may be the one that a torn chunk lacks.
        assert not completed or cut == whole - 1
        assert [frame.type for frame in chunk.controls()] == ["pause", "resume"]
        assert reader.torn_bytes == (0 if completed else cut)
        assert not reader.damage
        assert not chunk.follows_gap
        os.close(descriptor)


def test_whoever_recovers_takes_no_nonce_that_a_failed_write_has_used(tmp_path: Path) -> None:
    path = tmp_path / f"{CALL_ID}.journal"
    file = JournalFile.create(path, CALL_ID, MASTER_KEY)
    file.append(PAUSE, controls=PAUSE)
    size = path.stat().st_size
    with room_for(size + HEAD_SIZE + 5), pytest.raises(OSError, match="File too large"):
        file.append(RESUME, controls=RESUME)
    # What was written of it is gone: nothing in the file says that the number was used.
    assert path.stat().st_size == size
    file.close()
    recover(tmp_path, MASTER_KEY, nothing_heard)
    first, ending = read_journal(path).chunks
    assert ending.epoch != first.epoch


FULL_DISK = """
import os, subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from capture_support import OURS, Clock, capture_host, open_call, speak
folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
clock = Clock()
with capture_host(folder, clock) as host:
    call = open_call(host)
    for number in range(600):
        speak(call, OURS, number)
        clock.advance(20)
        host.tick()
        host.writer.drain()
        if number == 300:
            call.pause("42")
            call.record("42")
        if number == 450:
            assert call.drops > 0
            subprocess.run(["mount", "-o", "remount,size=1m", folder], check=True)
    call.end("completed", "rep_hung_up")
    host.writer.drain()
    print(call.drops)
sys.stdout.flush()
for path in folder.iterdir():
    (Path(sys.argv[3]) / path.name).write_bytes(path.read_bytes())
"""


def test_a_file_system_that_is_full_for_a_while_costs_that_while_and_no_nonce(tmp_path: Path) -> None:
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    kept.mkdir()
    own_mounts = ["unshare", "--user", "--map-root-user", "--mount"]
    child = [sys.executable, "-c", FULL_DISK, str(small), str(Path(__file__).parent), str(kept)]
    ran = subprocess.run([*own_mounts, *child], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    drops = int(ran.stdout)
    held = read_journal(kept / f"{CALL_ID}.journal")
    assert held.reader.ended
    assert not held.reader.damage
    assert drops > 0
    assert len(held.media) + drops == 600
    assert [kind for kind in held.types if kind != "drops"][4:] == ["start", "pause", "resume", "end"]
    pairs = [(chunk.epoch, chunk.number) for chunk in held.chunks]
    assert len(set(pairs)) == len(pairs)


def test_a_chunk_that_the_next_marker_completes_by_chance_hides_no_chunk(tmp_path: Path) -> None:
    opened = new_header(CALL_ID, datetime(2026, 1, 31, tzinfo=UTC), MASTER_KEY)
    seal = ChunkSeal(opened.data_key, opened.header.digest)
    whole = (seal.seal(PAUSE, epoch=epoch, number=0, previous=NO_CHUNK) for epoch in count())
    torn = next(chunk for chunk in whole if chunk.endswith(MARKER[:1]))[:-1]
    ending = seal.seal(RESUME + END, epoch=7, number=1, previous=NO_CHUNK)
    path = tmp_path / f"{CALL_ID}.journal"
    path.write_bytes(opened.header.raw + torn + ending)
    held = read_journal(path)
    assert held.types == ["pause", "resume", "end"]
    assert held.reader.ended
    assert not held.reader.damage
    # A renderer that follows the call sees it in pieces.
    for cut in range(len(ending)):
        following = JournalReader(path, MASTER_KEY)
        path.write_bytes(opened.header.raw + torn + ending[:cut])
        seen = list(following.poll())
        path.write_bytes(opened.header.raw + torn + ending)
        seen += following.poll()
        assert [frame.type for chunk in seen for frame in chunk.controls()] == held.types
        assert following.ended
        assert not following.damage
