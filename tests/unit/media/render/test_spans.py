"""Spans by control frames alone."""

from typing import Any

from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.media.render.spans import spans


def control(clock: int, kind: str, party: int = NO_PARTY, **fields: Any) -> ControlFrame:
    return ControlFrame(type=kind, clock=clock, party=party, fields=fields)


def described(*controls: ControlFrame, until_ms: int = 0) -> list[tuple[int, int, tuple[int, ...]]]:
    start = (
        control(0, "policy", mode="both"),
        control(0, "join", 0, side="ours"),
        control(0, "join", 1, side="contact"),
        control(0, "answer"),
    )
    return [
        (span.start_ms, span.end_ms, span.parties) for span in spans((*start, *controls), until_ms=until_ms)
    ]


def test_a_pause_parts_two_spans() -> None:
    found = described(
        control(2000, "start"), control(6000, "pause"), control(9000, "resume"), control(12000, "end")
    )
    assert found == [(2000, 6000, (0, 1)), (9000, 12000, (0, 1))]


def test_a_voice_that_comes_or_goes_begins_a_new_span() -> None:
    found = described(
        control(0, "start"),
        control(1000, "join", 2, side="ours"),
        control(2000, "leave", 1),
        control(3000, "end"),
    )
    assert found == [(0, 1000, (0, 1)), (1000, 2000, (0, 1, 2)), (2000, 3000, (0, 2))]


def test_a_lowered_ceiling_takes_the_contact_out_and_none_takes_all() -> None:
    found = described(
        control(0, "start"),
        control(1000, "policy", mode="one_sided"),
        control(2000, "policy", mode="none"),
        control(2000, "pause"),
        control(3000, "end"),
    )
    assert found == [(0, 1000, (0, 1)), (1000, 2000, (0,))]


def test_who_has_not_heard_the_announcement_is_in_no_span() -> None:
    found = described(
        control(0, "join", 0, side="ours", informed=False),
        control(0, "join", 1, side="contact", informed=False),
        control(0, "start"),
        control(20, "join", 2, side="ours", informed=True),
        control(3000, "informed"),
        control(3000, "leave", 2),
        control(5000, "join", 4, side="ours", informed=False),
        control(6000, "informed"),
        control(7000, "end"),
    )
    assert found == [(20, 3000, (2,)), (3000, 6000, (0, 1)), (6000, 7000, (0, 1, 4))]


def test_a_repeated_command_changes_nothing() -> None:
    assert described(control(5, "start"), control(9, "start"), control(20, "end")) == [(5, 20, (0, 1))]


def test_a_journal_without_its_end_is_closed_where_it_stops() -> None:
    assert described(control(100, "start"), until_ms=700) == [(100, 700, (0, 1))]


def test_spans_of_no_length_are_none() -> None:
    assert described(control(100, "start"), control(100, "pause"), control(200, "end")) == []


def test_a_call_that_was_never_recorded_has_no_spans() -> None:
    assert described(control(1000, "end")) == []
