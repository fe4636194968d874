"""Holes by control frames alone: what is missing, why, and whose sound it may be."""

from typing import Any

from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.media.render.holes import holes
from onrecord.media.render.spans import spans
from onrecord.protocol.events import Hole
from onrecord.protocol.recording_state import HoleCause

OURS, CONTACT = 0, 1


def control(clock: int, kind: str, party: int = NO_PARTY, **fields: Any) -> ControlFrame:
    return ControlFrame(type=kind, clock=clock, party=party, fields=fields)


def hole(start: int, until: int, cause: HoleCause = HoleCause.DAMAGED) -> ControlFrame:
    return control(start, "hole", until=until, cause=cause.value)


def state(clock: int, recording: str, *sides: str, mode: str = "both") -> ControlFrame:
    parties = [{"party": party, "side": side, "informed": True} for party, side in enumerate(sides)]
    return control(clock, "state", mode=mode, recording=recording, parties=parties)


START = (
    control(0, "policy", mode="both"),
    control(0, "join", OURS, side="ours"),
    control(0, "join", CONTACT, side="contact"),
    control(0, "answer"),
    control(0, "start"),
)


def found(*controls: ControlFrame) -> list[Hole]:
    return holes((*START, *controls))


def test_what_the_switch_counted_as_lost_is_a_hole_of_those_who_lost_it() -> None:
    fields = {"until": 5020, "cause": "disk_full", "frames": 3, "parties": [{"party": 1, "frames": 3}]}
    lost = ControlFrame(type="drops", clock=3000, party=NO_PARTY, fields=fields)
    of_before = ControlFrame(type="drops", clock=9000, party=NO_PARTY, fields={"frames": 3})
    assert holes([lost, of_before]) == [
        Hole(start_ms=3000, end_ms=5020, cause=HoleCause.DISK_FULL, parties=(1,))
    ]


def test_a_call_without_damage_has_none() -> None:
    assert found(control(9000, "end")) == []


def test_a_damaged_stretch_may_lack_everyone_who_was_there_before_or_after() -> None:
    after = state(5000, "recording", "ours", "contact", "ours")
    assert found(hole(3000, 5000), after, control(9000, "end")) == [
        Hole(start_ms=3000, end_ms=5000, cause=HoleCause.DAMAGED, parties=(0, 1, 2))
    ]


def test_within_a_pause_recording_may_have_gone_on_for_a_while() -> None:
    (one,) = found(
        control(2000, "pause"),
        hole(3000, 5000),
        state(5000, "paused", "ours", "contact"),
        control(9000, "end"),
    )
    assert one.parties == (OURS, CONTACT)


def test_where_the_ceiling_lets_nobody_in_nothing_can_be_missing() -> None:
    closed = (control(0, "policy", mode="none"), control(0, "join", OURS, side="ours"))
    assert holes((*closed, hole(0, 700), state(700, "off", "ours", mode="none"))) == []


def test_a_dying_switch_takes_along_what_was_captured_just_then() -> None:
    torn = hole(4000, 5000, HoleCause.TORN)
    end = control(4000, "end")
    assert found(torn, end) == [
        Hole(start_ms=4000, end_ms=5000, cause=HoleCause.TORN, parties=(OURS, CONTACT)),
    ]
    assert found(control(3000, "pause"), torn, end) == []


def test_the_second_of_two_holes_may_lack_whom_the_first_does() -> None:
    both = found(hole(3000, 5000), hole(5000, 6000, HoleCause.TORN), control(5000, "end"))
    assert [one.parties for one in both] == [(OURS, CONTACT), (OURS, CONTACT)]


def test_a_hole_at_the_very_beginning_lacks_whom_the_first_state_names() -> None:
    (one,) = holes((hole(0, 700), state(700, "recording", "ours", "contact"), control(2000, "end")))
    assert (one.start_ms, one.end_ms, one.parties) == (0, 700, (OURS, CONTACT))


def test_no_span_covers_a_hole() -> None:
    story = (
        *START,
        hole(3000, 5000),
        state(5000, "recording", "ours"),
        hole(7000, 8000, HoleCause.TORN),
        control(7000, "end"),
    )
    assert [(span.start_ms, span.end_ms, span.parties) for span in spans(story, until_ms=8000)] == [
        (0, 3000, (OURS, CONTACT)),
        (5000, 7000, (OURS,)),
    ]
