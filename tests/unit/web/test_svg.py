"""Waveforms and talk bars as SVG."""

import pytest

from onrecord.web.svg import bars, full_height, talk_parts


def test_a_waveform_has_a_bar_for_each_height_and_a_dot_for_silence() -> None:
    assert bars([0, 50, 100], 100, upwards=True) == "M1 30v-1M3 30v-15M5 30v-30"
    assert bars([0, 20], 20, upwards=False) == "M1 30v1M3 30v30"


def test_both_sides_are_scaled_to_the_louder_and_a_whisper_stays_small() -> None:
    assert full_height({"left": [5, 40], "right": [80]}) == 80
    assert full_height({"left": [1], "right": [0]}) == 10


def test_the_talk_bar_is_as_long_as_the_recording() -> None:
    talk = {"ours_ms": 2000, "contact_ms": 1000, "both_ms": 0, "silence_ms": 5000}
    parts = list(talk_parts(talk))
    assert [(part.side, part.start, part.width) for part in parts] == [
        ("ours", 0, 25),
        ("contact", 25, 12.5),
        ("silence", 37.5, 62.5),
    ]
    assert sum(part.width for part in parts) == pytest.approx(100)


def test_a_recording_without_length_has_an_empty_bar() -> None:
    assert not list(talk_parts(dict.fromkeys(("ours_ms", "contact_ms", "both_ms", "silence_ms"), 0)))
