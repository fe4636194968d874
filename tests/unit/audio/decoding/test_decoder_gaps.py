"""How much sound is missing where some packets cannot be decoded."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.audio.decoding.gaps import GapTracker, Packet

FRAME = Fraction(1, 50)
HOUR = Fraction(3600)


def packet(number: int | None, *, size: int = 100, duration: Fraction = FRAME) -> Packet:
    return Packet(size=size, at=None if number is None else number * FRAME, duration=duration)


def missing(gaps: GapTracker, *steps: tuple[str, Packet]) -> list[Fraction]:
    """What is missing before each packet that could be decoded."""
    found = []
    for kind, one in steps:
        if kind == "good":
            found.append(gaps.good(one))
        else:
            gaps.bad(one)
    return found


def test_where_all_can_be_decoded_nothing_is_missing() -> None:
    gaps = GapTracker(timed=True, longest_gap=HOUR)
    assert missing(gaps, *(("good", packet(number)) for number in range(10))) == [0] * 10


def test_a_bad_packet_leaves_its_own_length() -> None:
    gaps = GapTracker(timed=True, longest_gap=HOUR)
    steps = [("good", packet(0)), ("bad", packet(1)), ("bad", packet(2)), ("good", packet(3))]
    assert missing(gaps, *steps) == [0, 2 * FRAME]


def test_packets_that_are_gone_leave_the_gap_in_the_times() -> None:
    gaps = GapTracker(timed=True, longest_gap=HOUR)
    steps = [("good", packet(0)), ("bad", packet(5)), ("good", packet(9)), ("good", packet(10))]
    assert missing(gaps, *steps) == [0, 8 * FRAME, 0]


@pytest.mark.parametrize("at", [-5, 10**9])
def test_a_time_that_cannot_be_leaves_nothing(at: int) -> None:
    gaps = GapTracker(timed=True, longest_gap=HOUR)
    steps = [("good", packet(0)), ("good", packet(at)), ("good", packet(at + 1))]
    assert missing(gaps, *steps) == [0, 0, 0]


def test_without_times_the_size_says_how_much_is_missing() -> None:
    gaps = GapTracker(timed=False, longest_gap=HOUR)
    good = [("good", packet(number)) for number in range(6)]
    assert missing(gaps, *good, ("bad", packet(6, size=700)), ("good", packet(7))) == [0] * 6 + [7 * FRAME]


def test_too_little_was_decoded_to_judge_by_size() -> None:
    gaps = GapTracker(timed=False, longest_gap=HOUR)
    assert missing(gaps, ("bad", packet(0, size=10_000)), ("good", packet(1))) == [FRAME]


def test_a_packet_without_a_time_follows_the_one_before() -> None:
    gaps = GapTracker(timed=True, longest_gap=HOUR)
    assert missing(gaps, ("good", packet(0)), ("good", packet(None)), ("good", packet(2))) == [0, 0, 0]


@given(damaged=st.lists(st.booleans(), min_size=1, max_size=60))
def test_whatever_is_damaged_each_packet_stays_at_its_place(damaged: list[bool]) -> None:
    gaps = GapTracker(timed=True, longest_gap=HOUR)
    at = Fraction(0)
    for number, is_bad in enumerate(damaged):
        if is_bad:
            gaps.bad(packet(number))
            continue
        at += gaps.good(packet(number))
        assert at == number * FRAME
        at += FRAME
    assert at + gaps.lost == len(damaged) * FRAME
