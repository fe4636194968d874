import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.call_progress import CallProgress
from onrecord.protocol.call_status import EndReason, Status

FINAL = {Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.CANCELED, Status.FAILED}


@pytest.mark.parametrize("reason", list(EndReason))
def test_an_answered_call_is_completed_whoever_ends_it(reason: EndReason) -> None:
    state = CallProgress().rang().answered().end(reason)
    assert (state.status, state.reason) == (Status.COMPLETED, reason)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (EndReason.REP_HUNG_UP, Status.CANCELED),
        (EndReason.BROWSER_LOST, Status.CANCELED),
        (EndReason.BUSY, Status.BUSY),
        (EndReason.NO_ANSWER, Status.NO_ANSWER),
        (EndReason.UNREACHABLE, Status.FAILED),
        (EndReason.CONTACT_HUNG_UP, Status.FAILED),
        (EndReason.SWITCH_STOPPED, Status.FAILED),
    ],
)
def test_a_call_that_was_never_answered_says_why(reason: EndReason, status: Status) -> None:
    assert CallProgress().rang().end(reason).status is status


def test_a_verdict_of_the_network_stands_even_if_the_rep_hangs_up_first() -> None:
    state = CallProgress().will_end(EndReason.BUSY).end(EndReason.REP_HUNG_UP)
    assert (state.status, state.reason) == (Status.BUSY, EndReason.BUSY)


def test_a_call_ends_once() -> None:
    ended = CallProgress().end(EndReason.REP_HUNG_UP)
    assert ended.end(EndReason.CONTACT_HUNG_UP) == ended


STEPS = st.one_of(
    st.just(CallProgress.rang),
    st.just(CallProgress.answered),
    st.sampled_from(EndReason).map(lambda reason: lambda state: state.will_end(reason)),
    st.sampled_from(EndReason).map(lambda reason: lambda state: state.end(reason)),
)


@given(st.lists(STEPS))
def test_no_order_of_steps_leads_out_of_the_states_that_exist(steps: list[object]) -> None:
    states = [CallProgress()]
    for step in steps:
        assert callable(step)
        states.append(step(states[-1]))
    assert all((state.reason is not None) == (state.status in FINAL) for state in states)
    ended = [state for state in states if state.ended]
    assert all(state == ended[0] for state in ended)
