"""Times, the order of clips, and the score of a scorecard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.apps.coaching.clips import ClipError, cut, moved, read_clock
from onrecord.apps.coaching.scoring import (
    MOST_QUESTIONS,
    Kind,
    Question,
    ScorecardError,
    read_answers,
    read_questions,
    score,
)
from onrecord.apps.core.durations import duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0:00", 0),
        ("1:05", 65_000),
        (" 1:01:05 ", 3_665_000),
        ("90", 90_000),
        ("100:00", 6_000_000),
        ("1:60", None),
        ("1:5", None),
        ("-1:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_time_is_parsed_as_people_write_it(text: str, milliseconds: int | None) -> None:
    assert read_clock(text) == milliseconds


@given(st.integers(0, 99 * 3600))
def test_a_formatted_time_is_parsed_back_unchanged(seconds: int) -> None:
    assert read_clock(duration(seconds * 1000)) == seconds * 1000


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("", "", (0, 65_400)),
        ("0:10", "", (10_000, 65_400)),
        ("", "0:20", (0, 20_000)),
        ("0:10", "1:06", (10_000, 65_400)),
        ("1:05", "", (65_000, 65_400)),
    ],
)
def test_a_clip_lies_within_the_recording(start: str, end: str, expected: tuple[int, int]) -> None:
    assert cut(start, end, 65_400) == expected


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("x", "", "minutes and seconds"),
        ("", "1:07", "shorter than that"),
        ("0:20", "0:20", "must end after it begins"),
        ("2:00", "", "must end after it begins"),
    ],
)
def test_an_impossible_clip_is_refused(start: str, end: str, says: str) -> None:
    with pytest.raises(ClipError, match=says):
        cut(start, end, 65_400)


@given(order=st.lists(st.integers(), unique=True, min_size=1), data=st.data(), by=st.integers(-5, 5))
def test_moving_keeps_the_others_in_their_order(order: list[int], data: st.DataObject, by: int) -> None:
    key = data.draw(st.sampled_from(order))
    after = moved(order, key, by)
    assert [one for one in after if one != key] == [one for one in order if one != key]
    expected = min(max(0, order.index(key) + by), len(order) - 1)
    assert after.index(key) == expected


ASKED = [
    Question(text="Clear?", kind=Kind.SCALE),
    Question(text="Next step?", kind=Kind.YES_NO),
    Question(text="Advice", kind=Kind.TEXT),
]


def sent(given_: list[str]) -> dict[str, str]:
    return dict(zip([question.key for question in ASKED], given_, strict=True))


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (["5", "1", ""], 100),
        (["1", "0", "Slower."], 0),
        (["3", "1", ""], 75),
        (["5", "0", ""], 50),
    ],
)
def test_all_questions_that_count_have_the_same_weight(given_: list[str], expected: int) -> None:
    assert score(ASKED, read_answers(ASKED, sent(given_))) == expected


def test_a_scorecard_with_only_text_questions_has_no_score() -> None:
    assert score(ASKED[2:], ["Slower."]) is None


@pytest.mark.parametrize(
    "given_", [["", "1", ""], ["6", "1", ""], ["0", "1", ""], ["5", "2", ""], ["5", "", ""]]
)
def test_a_missing_or_unknown_answer_is_an_error(given_: list[str]) -> None:
    with pytest.raises(ScorecardError, match="Answer"):
        read_answers(ASKED, sent(given_))


@pytest.mark.parametrize("asked", [ASKED[:2], [*ASKED, Question(text="Next step?", kind=Kind.TEXT)], []])
def test_answers_to_other_questions_are_refused(asked: list[Question]) -> None:
    with pytest.raises(ScorecardError, match="questions changed"):
        read_answers(asked, sent(["5", "1", ""]))


def test_questions_are_read_from_a_form_without_the_empty_ones() -> None:
    assert read_questions(["Clear?", " ", "Advice"], ["scale", "scale", "shout"]) == [ASKED[0], ASKED[2]]
    with pytest.raises(ScorecardError, match="at least one"):
        read_questions([" "], ["scale"])
    with pytest.raises(ScorecardError, match="at most"):
        read_questions(["?"] * (MOST_QUESTIONS + 1), ["scale"] * (MOST_QUESTIONS + 1))
    with pytest.raises(ScorecardError, match="characters"):
        read_questions(["?" * 201], ["scale"])
