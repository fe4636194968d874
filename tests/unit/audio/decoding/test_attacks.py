"""Files that are made to take down whoever decodes them cost little, and are refused with a sentence."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import attack_files, sound_files
from harness.installation import eventually
from onrecord.audio.decoding.process import Decoder, UndecodableError
from onrecord.audio.g711 import RATE


def decode(file: bytes, *, longest_s: int = 60, cpu_s: int = 10) -> float:
    """Seconds of sound in a file."""
    with Decoder(io.BytesIO(file), longest_s=longest_s, cpu_s=cpu_s) as decoder:
        return sum(piece if isinstance(piece, int) else len(piece) for piece in decoder.pieces()) / RATE


@pytest.mark.parametrize("rate", [0, 1, 100, 3_999, 192_001, 4_000_000_000])
def test_a_rate_that_no_sound_has_is_refused_before_anything_is_decoded(rate: int) -> None:
    with pytest.raises(UndecodableError, match=r"sample rate|not a sound file"):
        decode(attack_files.wave(rate=rate, data=bytes(4_000_000)), cpu_s=2)


@pytest.mark.parametrize("rate", [4_000, 192_000])
def test_a_rate_at_the_edge_is_taken(rate: int) -> None:
    assert decode(attack_files.wave(rate=rate, data=bytes(2 * rate))) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("channels", [0, 3, 255, 65_535])
def test_more_channels_than_two_are_refused(channels: int) -> None:
    with pytest.raises(UndecodableError, match=r"channels|not a sound file"):
        decode(attack_files.wave(channels=channels, bits=8, data=bytes(65_535 * 4)))


@pytest.mark.parametrize("codec", [0, 0x0AC0, 0xABCD, 0xFFFF])
def test_a_codec_that_nobody_knows_is_refused_as_what_it_is(codec: int) -> None:
    with pytest.raises(UndecodableError, match=r"not a sound file|no sound"):
        decode(attack_files.wave(codec=codec))


@pytest.mark.parametrize("kind", ["flac", "ogg"])
def test_hours_of_silence_in_a_small_file_are_given_up_at_the_longest(tmp_path: Path, kind: str) -> None:
    file = attack_files.silence(tmp_path / f"silence.{kind}", seconds=120, rate=8000)
    assert len(file) < 100_000
    with pytest.raises(UndecodableError, match="longer than 60 s"):
        decode(file)


@pytest.mark.parametrize("table", [b"stsz", b"stts", b"stsc"])
def test_a_table_that_claims_millions_of_entries_takes_no_memory(tmp_path: Path, table: bytes) -> None:
    with pytest.raises(UndecodableError, match="not a sound file"):
        decode(attack_files.m4a_with_huge_table(tmp_path / "call.m4a", table))


def test_what_takes_too_much_processor_time_is_ended(tmp_path: Path) -> None:
    part = sound_files.mono(tmp_path / "call.mp3").read_bytes()
    with pytest.raises(UndecodableError, match="takes too long"):
        decode(part * 10_000, longest_s=40_000, cpu_s=1)


@pytest.fixture
def begun() -> Iterator[tuple[Decoder, int]]:
    """A decoder in the middle of its work, and its process id."""
    with Decoder(io.BytesIO(attack_files.wave(data=bytes(8_000_000))), longest_s=3600, cpu_s=10) as decoder:
        yield decoder, decoder.pid


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_decoder_that_falls_over_is_told_by_a_sentence(begun: tuple[Decoder, int], number: int) -> None:
    decoder, pid = begun
    pieces = decoder.pieces()
    next(pieces)
    os.kill(pid, number)
    with pytest.raises(UndecodableError, match="could not handle this file"):
        list(pieces)


def test_nothing_of_ours_is_in_its_reach(begun: tuple[Decoder, int]) -> None:
    _, pid = begun
    folder = Path(f"/proc/{pid}")
    assert {line.partition(b"=")[0] for line in (folder / "environ").read_bytes().split(b"\0") if line} == {
        b"LC_ALL",
        b"OPENBLAS_NUM_THREADS",
    }
    assert {path.name for path in (folder / "fd").iterdir()} == {"0", "1", "2"}
    assert (folder / "cwd").readlink() == Path("/")
    said = dict(
        line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line
    )
    assert said["NoNewPrivs"] == "1"
    assert said["Threads"] == "1"
    if os.geteuid() == 0:
        assert said["Uid"].split() == ["65534"] * 4
        assert int(said["CapEff"], 16) == 0


def test_it_is_gone_with_whoever_began_it() -> None:
    with Decoder(io.BytesIO(attack_files.wave()), longest_s=60, cpu_s=10) as decoder:
        pid = decoder.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_is_killed_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Without a last word: the parent has no chance to tell it."""
    program = """
import io, sys
from onrecord.audio.decoding.process import Decoder
decoder = Decoder(io.BytesIO(open(sys.argv[1], "rb").read()), longest_s=60, cpu_s=10)
print(decoder.pid, flush=True)
sys.stdin.read()
"""
    path = tmp_path / "call.wav"
    path.write_bytes(attack_files.wave())
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    eventually(lambda: not _runs(pid), "the decoder is gone")


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
