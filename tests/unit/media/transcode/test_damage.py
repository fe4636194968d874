"""Where a file could not be read, as a journal would say it."""

from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import ControlFrame
from onrecord.media.render.holes import holes
from onrecord.media.transcode.damage import FileDamage, cut_hole
from onrecord.protocol.events import Hole

POLICY = ControlFrame(type="policy", clock=0, party=0, fields={"mode": "both"})
SIDES = {0: Side.OURS, 1: Side.CONTACT}


def told(damage: FileDamage) -> list[Hole]:
    joins = [
        ControlFrame(type="join", clock=0, party=one, fields={"side": SIDES[one].value}) for one in SIDES
    ]
    return holes([POLICY, *joins, *damage.controls(mode="both", parties=SIDES)])


def test_stretches_that_touch_are_one() -> None:
    damage = FileDamage()
    for start in (800, 1600, 8000):
        damage.add(start, 800)
    assert [(hole.start_ms, hole.end_ms) for hole in told(damage)] == [(100, 300), (1000, 1100)]
    assert damage.samples == 2400


@given(
    stretches=st.lists(st.tuples(st.integers(0, 40_000), st.integers(80, 4_000)), min_size=1, max_size=2000)
)
def test_however_many_there_are_each_is_told_and_the_list_stays_short(
    stretches: list[tuple[int, int]],
) -> None:
    damage, at, starts = FileDamage(), 0, []
    for gap, length in stretches:
        at += gap
        damage.add(at, length)
        starts.append(at)
        at += length
    found = told(damage)
    assert len(found) <= 500
    for start in starts:
        assert any(hole.start_ms <= round(start / 8) < hole.end_ms for hole in found)


def test_what_was_cut_begins_where_the_audio_ends() -> None:
    assert cut_hole(1000, 0) == []
    (control,) = cut_hole(1000, 2.5)
    assert (control.clock, control.fields) == (1000, {"until": 3500, "cause": "cut"})
