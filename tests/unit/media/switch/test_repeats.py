"""However often somebody presses in vain, a second has one report of it, and each press is in one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.repeats import APART_S, Repeats
from onrecord.protocol.events import RecordingHeld, RecordingRefused


@given(st.lists(st.floats(0, 0.5), max_size=50))
def test_every_press_is_told_in_reports_that_are_a_second_apart(pauses: list[float]) -> None:
    repeats, now, told, moments = Repeats(), 0.0, 0, []
    for number, pause in enumerate(pauses):
        now += pause
        reports = repeats.add(RecordingHeld(actor="ann", generation=number), now)
        told += sum(report.times for report in reports)
        moments += [now for _ in reports]
        assert not repeats.due(now)
    told += sum(report.times for report in repeats.rest())
    assert told == len(pauses)
    assert all(after - before >= APART_S for before, after in pairwise(moments))


def test_the_first_is_told_at_once_and_the_last_within_a_second() -> None:
    repeats = Repeats()
    for number in range(3):
        told = repeats.add(RecordingHeld(actor="ann", generation=number), 5.0)
        assert [report.times for report in told] == ([1] if number == 0 else [])
    assert repeats.due(5.0 + APART_S / 2) == []
    (late,) = repeats.due(5.0 + APART_S)
    assert late == RecordingHeld(actor="ann", generation=2, times=2)
    assert repeats.rest() == []


def test_nobody_delays_what_another_did_or_what_else_they_did() -> None:
    repeats = Repeats()
    assert repeats.add(RecordingHeld(actor="ann", generation=1), 5.0)
    assert repeats.add(RecordingHeld(actor="bob", generation=2), 5.0)
    for code in ("not_permitted", "above_ceiling"):
        assert repeats.add(RecordingRefused(actor="ann", code=code), 5.0)
