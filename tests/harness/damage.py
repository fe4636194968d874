"""Journals from the real capture, every kind of damage, and what must be kept and reported.

What must be kept is known without a reader: a chunk is undamaged if its bytes are still in the file.
"""

import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.gate import Side
from onrecord.media.capture.header import copy_of
from onrecord.media.capture.journal import Chunk
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.recovery import LastWord, recover_journal
from onrecord.media.render.holes import holes
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.policy.mode import Mode
from onrecord.protocol.events import Hole

MASTER_KEY = bytes(range(32))
CALL_ID = "da" * 16
_PACKET_MS = 20

#: Party, sequence number, clock, payload.
Frame = tuple[int, int, int, bytes]


@dataclass(frozen=True, kw_only=True)
class Original:
    """A journal as it was written."""

    data: bytes
    header: bytes
    #: Start and end offset of each chunk.
    places: list[tuple[int, int]]
    #: The media frames of each chunk.
    frames: list[list[Frame]]
    duration_ms: int


@cache
def original(seed: int, *, seconds: int = 8, payload: int = 40) -> Original:
    """A call with up to four voices that join, leave, pause and resume at random. `payload`: packet bytes."""
    chance, now = random.Random(seed), 10**15

    with TemporaryDirectory() as folder:
        host = CaptureHost(Path(folder), MASTER_KEY, monotonic_ns=lambda: now)
        call = host.open_call(
            CALL_ID, mode=Mode.BOTH, record_at_start=seed % 2 == 0, may_change=True, policy_version=1
        )
        here = {0: Side.OURS, 1: Side.CONTACT}
        for party, side in here.items():
            call.join(party, side=side, role="rep" if party == 0 else "contact", user=None)
        call.answer(datetime(2026, 1, 31, 15, 4, 5, tzinfo=UTC))
        for number in range(seconds * 1000 // _PACKET_MS):
            now += _PACKET_MS * 1_000_000
            if number % 25 == 24:
                chance.choice([call.record, call.pause, call.record])("1")
            if number % 60 == 59:
                party = chance.choice([2, 3])
                if here.pop(party, None):
                    call.leave(party)
                else:
                    here[party] = Side.OURS
                    call.join(party, side=Side.OURS, role="collaborator", user=None)
            for party in here:
                call.media(party, RtpPacket(0, number, number * 160, party, chance.randbytes(payload)))
            host.tick()
        duration = call.end("completed", "rep_hung_up")
        host.close()
        path = Path(folder) / f"{CALL_ID}.journal"
        data, header = path.read_bytes(), copy_of(path).read_bytes()
        frames = [_frames(chunk) for chunk in JournalReader(path, MASTER_KEY).poll()]
    places, at = [], len(header)
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 24)
        places.append((at, at + 44 + length))
        at += 44 + length
    assert len(places) == len(frames) > 5
    return Original(data=data, header=header, places=places, frames=frames, duration_ms=duration)


def _frames(chunk: Chunk) -> list[Frame]:
    media = chunk.media()
    return [
        (
            int(head["party"]),
            int(head["sequence"]),
            int(head["clock"]),
            media.plaintext[at : at + head["size"]],
        )
        for head, at in zip(media.headers, media.offsets.tolist(), strict=True)
    ]


def flip(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    return data[:a] + bytes([data[a] ^ 1 << chance.randrange(8)]) + data[a + 1 :]


def overwrite(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    return data[:a] + chance.randbytes(b - a) + data[b:]


def zero(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    return data[:a] + bytes(b - a) + data[b:]


def delete(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    return data[:a] + data[b:]


def insert(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    return data[:a] + chance.randbytes(b - a) + data[a:]


def repeat(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[a:b] + data[at:]


def move(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    rest = data[:a] + data[b:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[a:b] + rest[at:]


def truncate(data: bytes, a: int, b: int, chance: random.Random) -> bytes:
    return data[:a]


KINDS: Sequence[Callable[[bytes, int, int, random.Random], bytes]] = (
    flip, overwrite, zero, delete, insert, repeat, move, truncate,
)  # fmt: skip


def swap_chunks(one: Original, first: int, second: int) -> bytes:
    """The journal with two of its chunks swapped."""
    (a, b), (c, d) = sorted((one.places[first], one.places[second]))
    data = one.data
    return data if a == c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def check(one: Original, damaged: bytes, path: Path) -> None:
    """Recover and read the damaged journal: only what must be is lost, and every loss is reported."""
    path.write_bytes(damaged)
    copy_of(path).write_bytes(one.header)
    recover_journal(path, MASTER_KEY, LastWord(clock_ms=one.duration_ms, ending=("completed", "rep_hung_up")))
    assert path.read_bytes().startswith(damaged), "recovery only appends"

    reader, rendering = JournalReader(path, MASTER_KEY), JournalRenderer()
    kept: list[Frame] = []
    samples = 0
    for chunk in reader.poll():
        kept += _frames(chunk)
        samples += sum(map(len, rendering.feed([chunk])))
    samples += sum(map(len, rendering.finish()))
    assert reader.ended, "the end is read"

    whole = [one.data[begin:end] in damaged for begin, end in one.places]
    assert kept == [f for frames, is_whole in zip(one.frames, whole, strict=True) if is_whole for f in frames]

    found = holes(rendering.controls)
    missing = [f for frames, is_whole in zip(one.frames, whole, strict=True) if not is_whole for f in frames]
    for party, _, clock, _ in missing:
        assert any(_tells(hole, clock, party) for hole in found), f"{clock} ms is not told"
    for _, _, clock, _ in kept:
        assert not any(hole.start_ms < clock < hole.end_ms for hole in found), f"{clock} ms is not missing"
    assert bool(found) or bool(reader.damage) or damaged == one.data, "damage is told"
    assert not (found or reader.damage) or damaged != one.data, "nothing is told without damage"
    if found and rendering.begin is not None:
        assert rendering.begin <= found[0].start_ms * 8
        assert rendering.begin + samples >= found[-1].end_ms * 8, "damage does not shorten"


def _tells(hole: Hole, clock: int, party: int) -> bool:
    """Whether a hole covers missing sound of the party there. Who joined or left inside it is unknown."""
    is_there = hole.start_ms <= clock <= hole.end_ms
    return is_there and (party in hole.parties or party > 1 or not hole.parties)
