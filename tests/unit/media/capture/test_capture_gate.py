"""The gate: the whole table, and its transitions."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.capture.gate import (
    PAYLOAD_TYPES,
    AboveCeilingError,
    Gate,
    NotChangeableError,
    Side,
    is_open,
)
from onrecord.policy.mode import Mode
from onrecord.protocol.recording_state import RecordingState

OPEN = {
    (Mode.BOTH, RecordingState.RECORDING, Side.OURS),
    (Mode.BOTH, RecordingState.RECORDING, Side.CONTACT),
    (Mode.ONE_SIDED, RecordingState.RECORDING, Side.OURS),
}


@pytest.mark.parametrize(("mode", "state", "side"), list(product(Mode, RecordingState, Side)))
def test_the_gate_is_open_only_where_the_table_says(mode: Mode, state: RecordingState, side: Side) -> None:
    assert is_open(mode, state, side) is ((mode, state, side) in OPEN)


def test_only_g711_speech_passes() -> None:
    assert frozenset({0, 8}) == PAYLOAD_TYPES


def test_recording_is_refused_where_the_ceiling_is_none() -> None:
    with pytest.raises(AboveCeilingError):
        Gate(mode=Mode.NONE, may_change=True).record(None)


@pytest.mark.parametrize("command", [Gate.record, Gate.pause])
def test_a_user_may_not_move_a_gate_that_is_not_changeable(command: object) -> None:
    gate = Gate(mode=Mode.BOTH, may_change=False)
    assert callable(command)
    with pytest.raises(NotChangeableError):
        command(gate, "42")
    command(gate, None)


def test_pausing_a_recording_that_never_began_leaves_it_off() -> None:
    gate = Gate(mode=Mode.BOTH, may_change=True)
    assert gate.pause("42") == gate


@pytest.mark.parametrize(("now", "wanted"), list(product(Mode, Mode)))
def test_the_ceiling_only_sinks(now: Mode, wanted: Mode) -> None:
    gate = Gate(mode=now, may_change=True)
    if wanted.strictness < now.strictness:
        with pytest.raises(AboveCeilingError):
            gate.restrict(wanted, may_change=True)
    else:
        assert gate.restrict(wanted, may_change=True).mode is wanted


def test_a_ceiling_of_none_shuts_an_open_gate_for_good() -> None:
    gate = Gate(mode=Mode.BOTH, may_change=True).record("42").restrict(Mode.NONE, may_change=True)
    assert gate.state is RecordingState.PAUSED
    with pytest.raises(AboveCeilingError):
        gate.record("42")


@given(
    st.sampled_from(Mode),
    st.lists(st.sampled_from(["record", "pause", "restrict both", "restrict one_sided", "restrict none"])),
)
def test_no_sequence_of_commands_lets_more_through_than_the_first_ceiling(
    mode: Mode, commands: list[str]
) -> None:
    gate = Gate(mode=mode, may_change=True)
    for command in commands:
        name, _, argument = command.partition(" ")
        try:
            gate = gate.restrict(Mode(argument), may_change=True) if argument else getattr(gate, name)("42")
        except AboveCeilingError:
            continue
        assert gate.mode.strictness >= mode.strictness
        for side in Side:
            assert not gate.allows(side) or is_open(mode, RecordingState.RECORDING, side)


def test_a_choice_that_was_taken_never_comes_back() -> None:
    gate = Gate(mode=Mode.BOTH, may_change=True).record("42").restrict(Mode.BOTH, may_change=False)
    assert gate.state is RecordingState.RECORDING
    for loosened in (gate, gate.restrict(Mode.BOTH, may_change=True)):
        with pytest.raises(NotChangeableError):
            loosened.pause("42")
    assert gate.pause(None).state is RecordingState.PAUSED
