"""Sound files from elsewhere: the cost of the longest, and of those that are made to take down a host."""

import io
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.row import Row
from harness import attack_files, sound_files
from onrecord.decoding.process import Decoder, UndecodableError
from onrecord.g711 import RATE
from onrecord.transcode.conversion import DECODING_S, LONGEST_H

#: Seconds of processor time that a file may cost before it is refused.
_CHEAP_S = 5.0
#: Bytes of memory that a decoder may have held.
_MEMORY = 300 << 20


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _longest(Path(folder))
        yield from _attacks(Path(folder))


def _longest(folder: Path) -> Iterator[Row]:
    """The longest recording that is taken, in the format that is slowest to decode."""
    for name, options in {"mp3": ("-ar", "44100"), "ogg": ("-c:a", "libopus")}.items():
        ten_minutes = folder / f"part.{name}"
        noise = ("-f", "lavfi", "-i", "anoisesrc=d=600:a=0.1:r=44100", "-ac", "2")
        sound_files.ffmpeg(*noise, *options, "-b:a", "32k", str(ten_minutes))
        file = ten_minutes.read_bytes() * (LONGEST_H * 6 - 1 if name == "mp3" else 1)
        seconds, taken_s = _decode(file)
        share = taken_s / (DECODING_S * seconds / (LONGEST_H * 3600))
        yield Row(
            name=f"decoding {seconds / 3600:.1f} h of stereo {name}",
            value=f"{taken_s:.1f} s, {seconds / taken_s:.0f} x real time",
            target=f"< {DECODING_S} s for {LONGEST_H} h",
            met=share < 1,
        )


def _attacks(folder: Path) -> Iterator[Row]:
    """Each is refused at a cost that nobody notices."""
    attacks: dict[str, Callable[[], bytes]] = {
        "a WAV of 500 MB that claims 1 Hz": lambda: attack_files.wave(rate=1, data=bytes(499_000_000)),
        "a WAV that claims 4 GHz": lambda: attack_files.wave(rate=4_000_000_000, data=bytes(9_000_000)),
        "a WAV with 255 channels": lambda: attack_files.wave(channels=255, bits=8, data=bytes(9_000_000)),
        **{
            f"an M4A whose {table.decode()} claims 268 million entries": (
                lambda table=table: attack_files.m4a_with_huge_table(folder / "call.m4a", table)
            )
            for table in (b"stsz", b"stts", b"stsc")
        },
    }
    for name, make in attacks.items():
        yield _row(f"refusing {name}", make(), most_s=_CHEAP_S)
    # These are sound, and cost what sound costs until the longest is reached.
    hours = 13
    part = attack_files.silence(folder / "silence.mp3", seconds=3600, rate=8000)
    yield _row(
        f"refusing {hours} h of silence in {len(part) * hours >> 20} MB", part * hours, most_s=DECODING_S
    )


def _row(name: str, file: bytes, *, most_s: float) -> Row:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    try:
        _decode(file)
    except UndecodableError as error:
        said = str(error)
    else:
        said = ""
    taken_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    held = after.ru_maxrss << 10
    return Row(
        name=name,
        value=f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s, {held >> 20} MB",
        target=f"< {most_s:.0f} s, < {_MEMORY >> 20} MB",
        met=bool(said) and taken_s < most_s and held < _MEMORY,
    )


def _decode(file: bytes) -> tuple[float, float]:
    """Seconds of sound, and that it took."""
    began, samples = time.monotonic(), 0
    with Decoder(io.BytesIO(file), longest_s=LONGEST_H * 3600, cpu_s=DECODING_S) as decoder:
        for piece in decoder.pieces():
            samples += piece if isinstance(piece, int) else len(piece)
    return samples / RATE, time.monotonic() - began
