"""Damaged journals: undamaged chunks are kept, the rest is reported, and the time is linear in file size."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from tracemalloc import get_traced_memory, reset_peak, start, stop

from bench.row import Row
from harness.damage import CALL_ID, KINDS, MASTER_KEY, Original, check, original, swap_chunks
from onrecord.media.capture.header import copy_of
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.sealing import MARKER

DAMAGES = 1000
MOST_MIB = 16
_MIB = 1 << 20


def rows() -> Iterator[Row]:
    """Alters every byte of a small journal, damages it in thousands of other ways, and reads other files."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{CALL_ID}.journal"
        small = original(1, seconds=4, payload=1)
        yield _checked("Every byte of a journal altered, one by one", path, small, _altered(small))
        swaps = (swap_chunks(small, a, b) for a in range(len(small.places)) for b in range(a))
        yield _checked("Every two chunks swapped", path, small, swaps)
        for seed in range(3):
            one = original(seed)
            yield _checked(f"Other damage by chance, journal {seed}", path, one, _damaged(one, seed))
        yield _scaled("Noise", path, random.Random(1).randbytes(_MIB), 64)
        yield _scaled("A file full of markers", path, MARKER * (_MIB // len(MARKER)), 4)
        head = original(0).data[len(original(0).header) :][:44]
        yield _scaled("A file full of one chunk's head", path, (head * (_MIB // 44 + 1))[:_MIB], 16)


def _checked(name: str, path: Path, one: Original, damages: Iterator[bytes]) -> Row:
    count, wrong = 0, ""
    for damaged in damages:
        count += 1
        try:
            check(one, damaged, path)
        except AssertionError as error:
            wrong = str(error).partition("\n")[0]
            break
    value = wrong or f"{count} of {count} told"
    return Row(name=name, value=value, target="all", met=not wrong)


def _altered(one: Original) -> Iterator[bytes]:
    for place, value in enumerate(one.data):
        yield one.data[:place] + bytes([value ^ 1 << place % 8]) + one.data[place + 1 :]


def _damaged(one: Original, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(DAMAGES):
        damaged = one.data
        for kind in chance.choices(KINDS, k=chance.randint(1, 3)):
            if damaged:
                a, b = sorted((chance.randrange(len(damaged)), chance.randrange(len(damaged))))
                damaged = kind(damaged, a, b, chance)
        yield damaged


def _scaled(name: str, path: Path, filler: bytes, size: int) -> Row:
    """Reading a journal with `size` MiB of other data in it, compared with one with half as much."""
    one = original(0)
    half, whole = (_seconds(path, one, filler * n) for n in (size // 2, size))
    start()
    reset_peak()
    _read(path)
    most = get_traced_memory()[1] / _MIB
    stop()
    return Row(
        name=f"{name}: {size} MiB read past",
        value=f"{size / whole:.1f} MiB/s, {whole / half:.1f} x",
        target=f"<= 3 x, {MOST_MIB} MiB",
        met=whole <= 3 * half and most <= MOST_MIB,
    )


def _seconds(path: Path, one: Original, filler: bytes) -> float:
    begin, _ = one.places[3]
    path.write_bytes(one.data[:begin] + filler + one.data[begin:])
    copy_of(path).write_bytes(one.header)
    return min(_timed(lambda: _read(path)) for _ in range(2))


def _read(path: Path) -> None:
    reader = JournalReader(path, MASTER_KEY)
    assert sum(1 for _ in reader.poll()) == len(original(0).places)
    assert reader.damage.skipped_bytes


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
