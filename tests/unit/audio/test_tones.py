import numpy as np
import pytest

from onrecord.audio import tones
from onrecord.audio.g711 import ULAW


def peaks(sound: bytes) -> set[int]:
    samples = ULAW[np.frombuffer(sound, np.uint8)].astype(float)
    size = np.abs(np.fft.rfft(samples))
    return {round(float(place * 8000 / len(samples))) for place in np.flatnonzero(size > size.max() / 3)}


@pytest.mark.parametrize(
    ("sound", "frequencies"),
    [
        (tones.ringback()[:16_000], {440, 480}),
        (tones.busy()[:4_000], {480, 620}),
        (tones.beep(), {1000}),
        (tones.steady() * 50, {600}),
    ],
)
def test_each_tone_has_its_frequencies_and_no_others(sound: bytes, frequencies: set[int]) -> None:
    assert peaks(sound) == frequencies


def test_a_turn_of_ringback_lasts_six_seconds_and_one_of_busy_one() -> None:
    assert len(tones.ringback()) == 6 * 8000
    assert len(tones.busy()) == 8000
    assert set(tones.ringback()[2 * 8000 :]) == {0xFF}


def test_silence_is_digital_silence() -> None:
    assert not ULAW[np.frombuffer(tones.silence(1000), np.uint8)].any()


def test_the_last_frame_is_filled_up_with_silence() -> None:
    assert list(tones.frames(b"\x01" * 200)) == [b"\x01" * 160, b"\x01" * 40 + b"\xff" * 120]


def test_a_lasting_sound_has_exactly_its_length() -> None:
    frames = list(tones.lasting(tones.busy(), 2_500))
    assert len(frames) == 125
    assert b"".join(frames[:50]) == tones.busy()
