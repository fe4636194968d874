"""What comes out of the encoder, heard by another decoder."""

import io
import subprocess

import numpy as np
import pytest
from numpy.typing import NDArray

from harness import sound
from onrecord.audio.g711 import RATE
from onrecord.media.render.encoder import OpusEncoder
from onrecord.media.render.verify import _length
from onrecord.storage.sealed import SealedReader, seal


def encoded(pcm: NDArray[np.int16]) -> bytes:
    file = io.BytesIO()
    encoder = OpusEncoder(file)
    for start in range(0, len(pcm), RATE):
        encoder.encode(pcm[start : start + RATE])
    encoder.finish()
    return file.getvalue()


def tones(seconds: int) -> NDArray[np.int16]:
    """440 Hz left, 600 Hz right, with a pause: after one a coupled encoder was seen to mix the channels."""
    time = np.arange(seconds * RATE) / RATE
    wave = np.stack([0.31 * np.sin(2 * np.pi * 440 * time), 0.4 * np.sin(2 * np.pi * 600 * time)], axis=1)
    wave[RATE * 4 : RATE * 7] = 0
    return np.rint(wave * 32767).astype(np.int16)


def test_nothing_of_one_channel_is_heard_in_the_other() -> None:
    left, right = sound.decode(encoded(tones(10)))

    for start in np.arange(0.2, 3.8, 0.1).tolist() + np.arange(7.2, 9.8, 0.1).tolist():
        assert sound.power_at(sound.seconds(left, start, start + 0.1), 600) < 0.01
        assert sound.power_at(sound.seconds(right, start, start + 0.1), 440) < 0.01


def test_players_see_ordinary_stereo() -> None:
    probe = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-show_entries",
            "stream=codec_name,channel_layout",
            "-of",
            "csv=p=0",
            "-",
        ],
        input=encoded(tones(1)),
        capture_output=True,
        check=True,
    )

    assert probe.stdout.decode().strip() == "opus,stereo"


def test_it_lasts_as_long_as_what_went_in() -> None:
    assert abs(sound.decode(encoded(tones(3)[: 2 * RATE + 77])).shape[1] - (2 * RATE + 77)) <= 1


@pytest.mark.parametrize("samples", range(RATE + 100, RATE + 110))
def test_verify_counts_every_sample_also_where_the_decoder_cuts_too_many(samples: int) -> None:
    key, call_id = bytes(32), "c0" * 16
    stored = seal(encoded(tones(2)[:samples]), key, call_id, "audio")
    reader = SealedReader(
        lambda ranges: [stored[start:stop] for start, stop in ranges], len(stored), key, call_id, "audio"
    )

    assert _length(reader) == samples * 6
