"""The waveform's bytes."""

import numpy as np
import pytest

from onrecord.media.render.peaks import POINT, Peaks, thumbnail


@pytest.mark.parametrize("cut", [1, 7, 160, 161, 1000])
def test_points_do_not_depend_on_how_the_samples_came(cut: int) -> None:
    pcm = np.random.default_rng(5).integers(-32768, 32768, (1000, 2)).astype(np.int16)
    peaks = Peaks()
    for at in range(0, len(pcm), cut):
        peaks.add(pcm[at : at + cut])
    expected = [
        value
        for at in range(0, 1000, POINT)
        for channel in (0, 1)
        for value in (
            pcm[at : at + POINT, channel].min() // 256,
            pcm[at : at + POINT, channel].max() // 256,
        )
    ]
    assert np.frombuffer(peaks.finish(), np.int8).tolist() == expected


def test_the_thumbnail_shows_each_channels_loudness() -> None:
    peaks = Peaks()
    peaks.add(np.repeat([[32767, 0], [0, -32768], [16384, 0]], 40 * POINT, axis=0).astype(np.int16))
    picture = thumbnail(peaks.finish())
    assert picture["left"] == [99] * 40 + [0] * 40 + [50] * 40
    assert picture["right"] == [0] * 40 + [100] * 40 + [0] * 40


@pytest.mark.parametrize("points", [1, 3, 119, 121, 1000])
def test_a_thumbnail_has_its_bins_whatever_the_length(points: int) -> None:
    peaks = Peaks()
    peaks.add(np.full((points * POINT, 2), 12800, np.int16))
    assert thumbnail(peaks.finish()) == {"left": [39] * 120, "right": [39] * 120}


def test_a_thumbnail_of_nothing_is_flat() -> None:
    assert thumbnail(b"") == {"left": [0] * 120, "right": [0] * 120}
