"""Uploaded announcements."""

import io
import subprocess
import wave

import numpy as np
import pytest

from harness import sound
from onrecord.apps.governance.sound import SoundError, to_pcmu
from onrecord.audio.g711 import RATE, ULAW


def wav(seconds: float, *, rate: int = 44_100, channels: int = 2) -> bytes:
    """A tone of 500 Hz."""
    time = np.arange(round(seconds * rate)) / rate
    tone = np.rint(8000 * np.sin(2 * np.pi * 500 * time)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.repeat(tone, channels).tobytes())
    return file.getvalue()


def encoded(kind: str, *options: str) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", "pipe:0", *options, "-f", kind, "pipe:1"]
    return subprocess.run(command, input=wav(2), capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    "file",
    [
        wav(2),
        wav(2, rate=8000, channels=1),
        wav(2, rate=96_000),
        encoded("mp3"),
        encoded("ogg", "-c:a", "libopus"),
        encoded("flac"),
        encoded("mp4", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"),
    ],
    ids=["wav", "wav-8k", "wav-96k", "mp3", "ogg", "flac", "m4a"],
)
def test_a_sound_file_becomes_pcmu_of_the_same_tone_and_length(file: bytes) -> None:
    pcmu = to_pcmu(io.BytesIO(file))
    assert abs(len(pcmu) / RATE - 2) < 0.1
    heard = ULAW[np.frombuffer(pcmu, np.uint8)] / 32768
    assert sound.power_at(heard[RATE // 2 : RATE], 500) > 0.98


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"%PDF-1.7 not a sound at all" * 100,
        b"\x89PNG\r\n\x1a\n" + bytes(1000),
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        wav(1)[:60],
        bytes(range(256)) * 400,
    ],
    ids=["empty", "pdf", "png", "playlist", "concat", "cut-off", "noise"],
)
def test_a_file_that_is_not_sound_is_refused_with_a_sentence(file: bytes) -> None:
    with pytest.raises(SoundError, match=r"not a sound file|no sound in this file|is empty"):
        to_pcmu(io.BytesIO(file))


def test_thirty_seconds_are_accepted_and_more_is_refused() -> None:
    assert len(to_pcmu(io.BytesIO(wav(30, rate=8000, channels=1)))) == 30 * RATE
    with pytest.raises(SoundError, match="longer than 30 s"):
        to_pcmu(io.BytesIO(wav(30.2, rate=8000, channels=1)))


def test_ten_minutes_are_refused_without_being_loaded() -> None:
    with pytest.raises(SoundError, match="longer than 30 s"):
        to_pcmu(io.BytesIO(wav(600, rate=8000, channels=1)))


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_an_announcement_that_would_be_cut_off_is_refused(kind: str) -> None:
    file = bytearray(encoded("mp3") if kind == "mp3" else wav(2))
    if kind == "mp3":
        file[5000:6500] = bytes(1500)
    else:
        del file[-100_000:]
    with pytest.raises(SoundError, match="would not hear all of it"):
        to_pcmu(io.BytesIO(file))
