"""Files of which a part cannot be decoded: the rest is kept, at its place."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness import sound_files
from onrecord.audio.decoding.process import Decoder
from onrecord.audio.g711 import RATE


def decoded(file: bytes) -> tuple[float, list[tuple[float, float]], float]:
    """Seconds in all; the holes as (start, length); seconds that the end lacks."""
    at, holes = 0, []
    with Decoder(io.BytesIO(file), longest_s=3600, cpu_s=20) as decoder:
        for piece in decoder.pieces():
            count = piece if isinstance(piece, int) else len(piece)
            if isinstance(piece, int):
                holes.append((at / RATE, count / RATE))
            at += count
        return at / RATE, holes, decoder.cut_s


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """The bytes of ten seconds of tone: `make("mp3", "-b:a", "32k")`."""
    folder = tmp_path_factory.mktemp("sound")

    def make(kind: str, *options: str) -> bytes:
        path: Path = folder / f"{len(list(folder.iterdir()))}.{kind}"
        tone = ("-f", "lavfi", "-i", "sine=f=440:d=10:r=16000")
        sound_files.ffmpeg(*tone, "-ac", "1", "-map_metadata", "-1", *options, str(path))
        return path.read_bytes()

    return make


def without(file: bytes, start: int, size: int) -> bytes:
    return file[:start] + file[start + size :]


def overwritten(file: bytes, start: int, size: int) -> bytes:
    noise = np.random.default_rng(1).bytes(size)
    return file[:start] + noise + file[start + size :]


PLAIN_MP3 = ("-b:a", "32k", "-write_xing", "0", "-id3v2_version", "0")


@pytest.mark.parametrize(
    ("name", "heard_s", "missing"),
    [
        ("part.mp3", 1.152, []),
        # Two of these, and an empty ID3v2 tag between them, which hides one frame of 72 ms.
        ("joined.mp3", 2.232, [(1.152, 0.092)]),
        # Seven frames in sequence do not begin where they should.
        ("one-frame-header-zeroed.mp3", 0.648, [(0.432, 0.504)]),
        ("gsm.wav", 5.0, []),
    ],
)
def test_files_as_dialers_made_them(name: str, heard_s: float, missing: list[tuple[float, float]]) -> None:
    """What is heard is what ffmpeg 5.1 plays of the same file."""
    length, holes, cut_s = decoded((Path(__file__).parent / "data" / name).read_bytes())
    assert [(round(at, 3), round(lost, 3)) for at, lost in holes] == missing
    assert length - sum(lost for _, lost in holes) == pytest.approx(heard_s)
    assert cut_s == 0


def test_two_mp3_joined_are_heard_both(make: Callable[..., bytes]) -> None:
    part = make("mp3", *PLAIN_MP3)
    tag = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    length, holes, cut_s = decoded(part + tag + part)
    assert length == pytest.approx(20.2, abs=0.2)
    assert sum(lost for _, lost in holes) < 0.1
    assert cut_s == 0


def test_an_mp3_with_another_rate_behind_it_is_heard_to_its_end(make: Callable[..., bytes]) -> None:
    length, _, _ = decoded(make("mp3", *PLAIN_MP3) + make("mp3", *PLAIN_MP3, "-ar", "44100"))
    assert length == pytest.approx(20.2, abs=0.2)


@pytest.mark.parametrize("damage", [1, 400, 3000])
def test_zeros_in_an_mp3_are_silence_at_their_place(make: Callable[..., bytes], damage: int) -> None:
    file = make("mp3", *PLAIN_MP3)
    middle = len(file) // 2
    whole, _, _ = decoded(file)
    length, holes, _ = decoded(file[:middle] + bytes(damage) + file[middle + damage :])
    assert length == pytest.approx(whole, abs=0.15)
    assert sum(lost for _, lost in holes) < damage / 4000 + 0.3
    assert all(abs(at - 5) < 0.5 for at, _ in holes)


def test_what_is_missing_in_an_mp3_takes_nothing_else_along(make: Callable[..., bytes]) -> None:
    file = make("mp3", *PLAIN_MP3)
    length, _, _ = decoded(without(file, len(file) // 2, 1000))
    assert length == pytest.approx(10 - 1000 / 4000, abs=0.2)


def test_noise_in_an_m4a_is_silence_at_its_place(make: Callable[..., bytes]) -> None:
    file = make("m4a", "-b:a", "32k", "-movflags", "+faststart")
    length, holes, cut_s = decoded(overwritten(file, len(file) // 2, 300))
    assert length == pytest.approx(10, abs=0.2)
    assert 0 < sum(lost for _, lost in holes) < 0.5
    assert cut_s == 0


def test_a_broken_page_of_ogg_is_silence_at_its_place(make: Callable[..., bytes]) -> None:
    file = make("ogg", "-c:a", "libopus", "-b:a", "32k")
    length, holes, _ = decoded(overwritten(file, len(file) // 2, 30))
    assert length == pytest.approx(10, abs=0.1)
    assert 0.1 < sum(lost for _, lost in holes) < 2


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg", "m4a", "flac"])
def test_a_whole_file_is_whole(make: Callable[..., bytes], kind: str) -> None:
    length, holes, cut_s = decoded(make(kind))
    assert length == pytest.approx(10, abs=0.15)
    assert (holes, cut_s) == ([], 0)


def test_a_variable_mp3_that_does_not_say_its_length_is_whole(make: Callable[..., bytes]) -> None:
    _, holes, cut_s = decoded(make("mp3", "-q:a", "9", "-write_xing", "0"))
    assert (holes, cut_s) == ([], 0)


@pytest.mark.parametrize("samples", [159_999, 160_000])
def test_padding_behind_the_last_packet_of_gsm_is_no_damage(make: Callable[..., bytes], samples: int) -> None:
    file = make("wav", "-c:a", "libgsm_ms", "-ar", "8000", "-af", f"atrim=end_sample={samples}")
    length, holes, cut_s = decoded(file + b"\0")
    assert length == pytest.approx(10, abs=0.1)
    assert (holes, cut_s) == ([], 0)


@pytest.mark.parametrize(
    ("kind", "options"), [("wav", ()), ("mp3", ()), ("m4a", ("-movflags", "+faststart"))]
)
def test_a_file_that_was_cut_says_what_its_end_lacks(
    make: Callable[..., bytes], kind: str, options: tuple[str, ...]
) -> None:
    file = make(kind, *options)
    length, holes, cut_s = decoded(file[: len(file) // 2])
    assert length + cut_s == pytest.approx(10, abs=0.3)
    assert 3 < cut_s < 7
    # The packet that the cut goes through.
    assert sum(lost for _, lost in holes) < 0.1
