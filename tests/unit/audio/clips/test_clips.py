import runpy
from pathlib import Path

import numpy as np
import pytest

from onrecord.audio import clips

ROOT = Path(__file__).parents[4]


def test_every_sentence_of_the_script_has_its_clip() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_speech.py"))

    assert sorted(script["SENTENCES"]) == list(clips.NAMES)


@pytest.mark.parametrize("name", clips.NAMES)
def test_a_clip_is_a_short_sentence_of_telephone_speech(name: str) -> None:
    clip = clips.load(name)

    # In mu-law the low seven bits are inverted magnitude: 0x7f is silence.
    # A sentence has loud and quiet moments.
    magnitude = ~np.frombuffer(clip, np.uint8) & 0x7F
    assert 0.3 * 8000 < len(clip) < 6 * 8000
    assert magnitude.max() > 0x60
    assert np.median(magnitude) < 0x60


def test_all_clips_stay_small_in_the_repository() -> None:
    assert sum(len(clips.load(name)) for name in clips.NAMES) < 600_000


def test_a_clip_is_read_from_the_disk_once() -> None:
    assert clips.load("rep-hello") is clips.load("rep-hello")


def test_an_unknown_clip_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(KeyError, match="rep-hello"):
        clips.load("nobody")
