"""Who talked when, from tables of tones and silence."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from onrecord.media.capture.gate import Side
from onrecord.media.render.talk import TalkAnalysis

BOTH = {Side.OURS, Side.CONTACT}
SPEECH, WHISPER = 3000, 60


def voice(milliseconds: int, level: int) -> NDArray[np.int16]:
    return np.rint(level * 2**0.5 * np.sin(np.arange(milliseconds * 8) * 0.9)).astype(np.int16)


def spoken(*table: tuple[str, int]) -> NDArray[np.int16]:
    """Stereo from a table of who talks (`o` ours, `c` contact) for how many milliseconds."""
    return np.concatenate(
        [
            np.stack([voice(ms, SPEECH if side in who else WHISPER) for side in "oc"], axis=1)
            for who, ms in table
        ]
    )


def talk(pcm: NDArray[np.int16], captured: set[Side] = BOTH, cuts: list[int] | None = None) -> dict[str, Any]:
    analysis, at = TalkAnalysis(), 0
    for cut in [*(cuts or []), len(pcm)]:
        analysis.add(pcm[at : at + cut])
        at += cut
    return analysis.finish(captured).document()


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ([("o", 3000), ("c", 1000)], (3000, 1000, 0, 0)),
        ([("o", 1000), ("", 1000), ("c", 1000)], (1000, 1000, 0, 1000)),
        ([("o", 1000), ("oc", 500), ("c", 1000)], (1000, 1000, 500, 0)),
        # Between words is no silence; between sentences is.
        ([("o", 1000), ("", 300), ("o", 1000)], (2300, 0, 0, 0)),
        ([("o", 1000), ("", 320), ("o", 1000)], (2000, 0, 0, 320)),
        # A click is no word.
        ([("", 2000), ("c", 40), ("", 2000)], (0, 0, 0, 4040)),
        ([("", 5000)], (0, 0, 0, 5000)),
    ],
)
def test_each_moment_belongs_to_one_part(table: list[tuple[str, int]], parts: tuple[int, ...]) -> None:
    found = talk(spoken(*table))
    assert tuple(found[name] for name in ("ours_ms", "contact_ms", "both_ms", "silence_ms")) == parts


def test_the_ratio_is_our_share_of_all_talk() -> None:
    assert talk(spoken(("o", 3000), ("c", 1000)))["ratio"] == 0.75
    assert talk(spoken(("o", 1000), ("oc", 1000), ("c", 2000)))["ratio"] == 0.4


def test_there_is_no_ratio_of_a_side_that_nobody_captured_or_where_nobody_talks() -> None:
    assert talk(spoken(("o", 1000)), {Side.OURS})["ratio"] is None
    assert talk(spoken(("", 1000)))["ratio"] is None
    assert talk(spoken(("o", 1000)))["ratio"] == 1


def test_a_monologue_outlasts_pauses_and_remarks_but_not_an_answer() -> None:
    table = [("o", 4000), ("", 1500), ("o", 3000), ("oc", 600), ("o", 2000), ("c", 3000), ("o", 5000)]
    longest = talk(spoken(*table))["longest_monologue"]
    assert longest == {
        "ours": {"start_ms": 0, "end_ms": 11_100},
        "contact": {"start_ms": 11_100, "end_ms": 14_100},
    }


def test_who_never_talks_has_no_monologue() -> None:
    assert talk(spoken(("o", 1000)))["longest_monologue"]["contact"] is None


@pytest.mark.parametrize(
    ("table", "interruptions"),
    [
        # The contact begins while we talk, and we fall silent.
        ([("o", 2000), ("oc", 400), ("c", 2000)], {"ours": 0, "contact": 1}),
        # Only a remark: we go on.
        ([("o", 2000), ("oc", 400), ("o", 2000)], {"ours": 0, "contact": 0}),
        ([("o", 2000), ("c", 2000), ("oc", 300), ("o", 1000)], {"ours": 1, "contact": 0}),
        ([("oc", 2000), ("", 1000), ("c", 500)], {"ours": 0, "contact": 0}),
    ],
)
def test_who_begins_while_the_other_talks_and_outlasts_them_interrupts(
    table: list[tuple[str, int]], interruptions: dict[str, int]
) -> None:
    assert talk(spoken(*table))["interruptions"] == interruptions


def test_a_noisy_line_is_no_speech_and_a_loud_tone_always_is() -> None:
    noise = np.random.default_rng(3).normal(0, 200, (80_000, 2)).astype(np.int16)
    assert talk(noise)["silence_ms"] == 10_000
    speech = noise.copy()
    speech[16_000:32_000, 0] += voice(2000, SPEECH)
    assert talk(speech)["ours_ms"] == 2000
    assert talk(np.stack([voice(3000, SPEECH)] * 2, axis=1))["both_ms"] == 3000


def test_nothing_has_no_parts() -> None:
    found = talk(np.empty((0, 2), np.int16))
    assert found["silence_ms"] == 0
    assert found["longest_monologue"] == {"ours": None, "contact": None}


TABLES = st.lists(
    st.tuples(st.sampled_from(["", "o", "c", "oc"]), st.integers(1, 900)), min_size=1, max_size=15
)


@given(table=TABLES, more=st.integers(0, 200), cuts=st.lists(st.integers(0, 3000), max_size=15))
def test_parts_add_up_to_the_duration_however_the_samples_come(
    table: list[tuple[str, int]], more: int, cuts: list[int]
) -> None:
    pcm = np.concatenate((spoken(*table), np.full((more, 2), 5, np.int16)))
    found = talk(pcm)
    parts = [found[name] for name in ("ours_ms", "contact_ms", "both_ms", "silence_ms")]
    assert min(parts) >= 0
    assert sum(parts) == round(len(pcm) / 8)
    assert talk(pcm, cuts=cuts) == found


@given(table=TABLES)
def test_swapped_channels_give_swapped_results(table: list[tuple[str, int]]) -> None:
    pcm = spoken(*table)
    found, swapped = talk(pcm), talk(pcm[:, ::-1])
    assert (found["ours_ms"], found["both_ms"]) == (swapped["contact_ms"], swapped["both_ms"])
    for name in ("longest_monologue", "interruptions"):
        assert found[name]["ours"] == swapped[name]["contact"]
