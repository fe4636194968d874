"""All changes to the lists of choices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.apps.dispositions.lists import (
    DEFAULT_LISTS,
    LONGEST_NAME,
    MOST_CHOICES,
    Field,
    ListContents,
    ListError,
    demand,
    missing,
)

NAMES = ("Connected", "Call back", "Busy")
SOME = ListContents(choices=NAMES, required=False)


def test_the_lists_of_a_new_team_have_choices_and_require_nothing() -> None:
    assert missing(DEFAULT_LISTS, {}) == []
    assert all(one.choices for one in DEFAULT_LISTS.values())


@pytest.mark.parametrize(
    ("change", "choices"),
    [
        (lambda one: one.add("  Left   voicemail "), (*NAMES, "Left voicemail")),
        (lambda one: one.rename("Busy", "Line busy"), ("Connected", "Call back", "Line busy")),
        (lambda one: one.rename("Busy", "BUSY"), ("Connected", "Call back", "BUSY")),
        (lambda one: one.move("Busy", -1), ("Connected", "Busy", "Call back")),
        (lambda one: one.move("Connected", 1), ("Call back", "Connected", "Busy")),
        (lambda one: one.move("Connected", -1), NAMES),
        (lambda one: one.move("Busy", 1), NAMES),
        (lambda one: one.remove("Call back"), ("Connected", "Busy")),
    ],
)
def test_a_list_changes_as_asked(change: object, choices: tuple[str, ...]) -> None:
    assert callable(change)
    assert change(SOME).choices == choices


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.add(" "), "Enter a name"),
        (lambda one: one.add("x" * (LONGEST_NAME + 1)), "too long"),
        (lambda one: one.add("busy"), "already in the list"),
        (lambda one: one.rename("Busy", "connected"), "already in the list"),
        (lambda one: one.rename("Gone", "Here"), "no longer in the list"),
        (lambda one: one.move("Gone", 1), "no longer in the list"),
        (lambda one: one.remove("Gone"), "no longer in the list"),
        (lambda one: ListContents(choices=(), required=False).require(True), "nothing to choose from"),
        (lambda one: ListContents(choices=("A",), required=True).remove("A"), "last choice"),
        (
            lambda one: ListContents(choices=tuple(map(str, range(MOST_CHOICES))), required=False).add("A"),
            "full",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_a_sentence(change: object, says: str) -> None:
    assert callable(change)
    with pytest.raises(ListError, match=says):
        change(SOME)


def test_a_sentence_says_what_is_missing() -> None:
    lists = {field: one.require(True) for field, one in DEFAULT_LISTS.items()}
    assert missing(lists, {Field.DISPOSITION: "Busy"}) == [Field.SENTIMENT]
    assert demand([Field.SENTIMENT]) == "Your team requires a sentiment."
    assert demand(missing(lists, {})) == "Your team requires a disposition and a sentiment."


@given(moves=st.lists(st.tuples(st.sampled_from(NAMES), st.integers(-3, 3)), max_size=8))
def test_moving_keeps_every_choice_once(moves: list[tuple[str, int]]) -> None:
    one = SOME
    for name, by in moves:
        one = one.move(name, by)
    assert sorted(one.choices) == sorted(NAMES)
