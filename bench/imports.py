"""Imported sound files: the cost of the longest one, and of files designed to overload a host."""

import io
import resource
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.row import Row
from harness import attack_files, sound_files
from onrecord.audio.decoding.process import Decoder, UndecodableError
from onrecord.media.transcode.conversion import DECODING_S, LONGEST_H

#: CPU time that a file may cost before it is rejected, in seconds.
_CHEAP_S = 5.0


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _longest(Path(folder))
        yield from _attacks(Path(folder))


def _longest(folder: Path) -> Iterator[Row]:
    """The longest recording accepted, with the sound that is hardest to decode."""
    noise = ("-f", "lavfi", "-i", "anoisesrc=d=600:a=0.1:r=44100", "-ac", "2")
    part = folder / "part.mp3"
    sound_files.ffmpeg(*noise, "-b:a", "32k", "-write_xing", "0", "-id3v2_version", "0", str(part))
    cpu_s, said = _cost(part.read_bytes() * (LONGEST_H * 6 - 1))
    yield Row(
        name=f"decoding {LONGEST_H} h of stereo MP3 at 44.1 kHz",
        value=said or f"{cpu_s:.0f} s",
        target=f"< {DECODING_S} s",
        met=not said and cpu_s < DECODING_S,
    )


def _attacks(folder: Path) -> Iterator[Row]:
    """Each is rejected at negligible cost."""
    attacks: dict[str, Callable[[], bytes]] = {
        "a WAV of 499 MB that claims 1 Hz": lambda: attack_files.wave(rate=1, data=bytes(499_000_000)),
        "a WAV that claims 4 GHz": lambda: attack_files.wave(rate=4_000_000_000, data=bytes(9_000_000)),
        "a WAV with 255 channels": lambda: attack_files.wave(channels=255, bits=8, data=bytes(9_000_000)),
    }
    for table in (b"stsz", b"stts", b"stsc"):
        make = partial(attack_files.m4a_with_huge_table, folder / "call.m4a", table)
        attacks[f"an M4A whose {table.decode()} claims 268 million entries"] = make
    for name, make_file in attacks.items():
        yield _refused(f"refusing {name}", make_file(), most_s=_CHEAP_S)
    # These are real audio, and cost as much as audio does until the maximum length is reached.
    hours = LONGEST_H + 1
    part = attack_files.silence(folder / "silence.mp3", seconds=600, rate=8000) * 6 * hours
    yield _refused(f"refusing {hours} h of silence in {len(part) >> 20} MB", part, most_s=DECODING_S)


def _refused(name: str, file: bytes, *, most_s: float) -> Row:
    cpu_s, said = _cost(file)
    return Row(
        name=name, value=f"{cpu_s:.1f} s", target=f"< {most_s:.0f} s", met=bool(said) and cpu_s < most_s
    )


def _cost(file: bytes) -> tuple[float, str]:
    """CPU time of the decoder in seconds, and why it rejected the file; empty if it did not."""
    before, said = resource.getrusage(resource.RUSAGE_CHILDREN), ""
    try:
        with Decoder(io.BytesIO(file), longest_s=LONGEST_H * 3600, cpu_s=DECODING_S) as decoder:
            for _ in decoder.pieces():
                pass
    except UndecodableError as error:
        said = str(error)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said
