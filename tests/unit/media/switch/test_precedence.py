"""Whatever order commands arrive in, nothing that was asked before a pause records after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.capture.gate import NotChangeableError
from onrecord.media.switch.precedence import REMEMBERED, Precedence, StaleError


@given(st.lists(st.sampled_from(["pause", "look", "record"])))
def test_a_request_to_record_counts_only_when_nothing_stricter_came_since_its_sender_looked(
    steps: list[str],
) -> None:
    precedence, known, paused_since = Precedence(), 0, False
    for step in steps:
        if step == "pause":
            precedence.tighten()
            paused_since = True
        elif step == "look":
            known, paused_since = precedence.generation, False
        elif paused_since:
            with pytest.raises(StaleError):
                precedence.check(known)
        else:
            precedence.check(known)


def test_a_press_is_known_again_with_what_became_of_it() -> None:
    precedence = Precedence()
    assert not precedence.is_repeated("ann", "one")
    precedence.remember("ann", "one")
    assert precedence.is_repeated("ann", "one")
    precedence.remember("ann", "two", NotChangeableError("no"))
    with pytest.raises(NotChangeableError):
        precedence.is_repeated("ann", "two")


def test_nobody_makes_the_press_of_another_count_as_done_or_as_new() -> None:
    precedence = Precedence()
    precedence.remember("ann", "one")
    for number in range(REMEMBERED + 1):
        precedence.remember("bob", str(number))
    precedence.remember("bob", "two", NotChangeableError("no"))
    assert not precedence.is_repeated("bob", "one")
    assert not precedence.is_repeated("ann", "two")
    assert precedence.is_repeated("ann", "one")


def test_a_million_presses_take_no_more_memory_than_a_few() -> None:
    precedence = Precedence()
    for number in range(REMEMBERED + 1):
        precedence.remember("ann", str(number))
    assert not precedence.is_repeated("ann", "0")
    assert precedence.is_repeated("ann", "1")


def test_a_refused_press_takes_no_more_memory_however_often_it_comes() -> None:
    precedence = Precedence()
    precedence.remember("ann", "one", NotChangeableError("no"))

    def depth() -> int:
        with pytest.raises(NotChangeableError) as refused:
            precedence.is_repeated("ann", "one")
        return len(refused.traceback)

    assert len({depth() for _ in range(10)}) == 1, "each would keep its request alive"
