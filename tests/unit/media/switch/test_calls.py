from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.state import (
    ATTACH_WAIT_S,
    CONSENT_S,
    WATCHDOG_S,
    CallState,
    Change,
    Presence,
    Reason,
    Status,
)

FINAL = {Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.CANCELED, Status.FAILED}


@pytest.mark.parametrize("reason", list(Reason))
def test_an_answered_call_is_completed_whoever_ends_it(reason: Reason) -> None:
    state = CallState().rang().answered().end(reason)
    assert (state.status, state.reason) == (Status.COMPLETED, reason)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.REP_HUNG_UP, Status.CANCELED),
        (Reason.BROWSER_LOST, Status.CANCELED),
        (Reason.BUSY, Status.BUSY),
        (Reason.NO_ANSWER, Status.NO_ANSWER),
        (Reason.UNREACHABLE, Status.FAILED),
        (Reason.CONTACT_HUNG_UP, Status.FAILED),
        (Reason.SWITCH_STOPPED, Status.FAILED),
    ],
)
def test_a_call_that_was_never_answered_says_why(reason: Reason, status: Status) -> None:
    assert CallState().rang().end(reason).status is status


def test_a_verdict_of_the_network_stands_even_if_the_rep_hangs_up_first() -> None:
    state = CallState().will_end(Reason.BUSY).end(Reason.REP_HUNG_UP)
    assert (state.status, state.reason) == (Status.BUSY, Reason.BUSY)


def test_a_call_ends_once() -> None:
    ended = CallState().end(Reason.REP_HUNG_UP)
    assert ended.end(Reason.CONTACT_HUNG_UP) == ended


STEPS = st.one_of(
    st.just(CallState.rang),
    st.just(CallState.answered),
    st.sampled_from(Reason).map(lambda reason: lambda state: state.will_end(reason)),
    st.sampled_from(Reason).map(lambda reason: lambda state: state.end(reason)),
)


@given(st.lists(STEPS))
def test_no_order_of_steps_leads_out_of_the_states_that_exist(steps: list[object]) -> None:
    states = [CallState()]
    for step in steps:
        assert callable(step)
        states.append(step(states[-1]))
    assert all((state.reason is not None) == (state.status in FINAL) for state in states)
    ended = [state for state in states if state.ended]
    assert all(state == ended[0] for state in ended)


def test_a_browser_that_is_heard_is_there() -> None:
    presence = Presence(0.0)
    for step in range(1000):
        presence.heard(step * 0.02)
        assert presence.look(step * 0.02) is None
    assert presence.attached


def test_silence_is_noticed_once_and_patience_has_an_end() -> None:
    presence = Presence(0.0)
    assert presence.look(WATCHDOG_S - 0.01) is None
    assert presence.look(WATCHDOG_S) is Change.LOST
    assert not presence.attached
    assert presence.look(WATCHDOG_S + ATTACH_WAIT_S - 0.01) is None
    assert presence.look(WATCHDOG_S + ATTACH_WAIT_S) is Change.GIVEN_UP


def test_a_browser_without_a_microphone_is_there_while_it_renews_its_consent() -> None:
    presence = Presence(0.0)
    for second in range(0, 120, 6):
        presence.consented(second)
        assert presence.look(second + 5.9) is None
    assert presence.look(114 + CONSENT_S) is Change.LOST
    presence.consented(125.0)
    assert presence.look(125.0) is Change.BACK


def test_consent_to_the_connection_before_says_nothing_about_the_new_one() -> None:
    presence = Presence(0.0)
    presence.consented(1.0)
    presence.come(2.0)
    assert presence.look(2.0 + WATCHDOG_S) is Change.LOST


def test_packets_that_come_again_bring_a_lost_browser_back() -> None:
    presence = Presence(0.0)
    presence.look(WATCHDOG_S)
    presence.heard(5.0)
    assert presence.look(5.0) is Change.BACK
    assert presence.look(5.0) is None


def test_a_browser_that_left_is_back_when_it_attaches() -> None:
    presence = Presence(0.0)
    presence.leave(1.0)
    assert not presence.attached
    presence.come(9.0)
    assert presence.attached
    assert presence.look(9.0 + WATCHDOG_S - 0.01) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["heard", "consented", "leave", "come", "look"]))))
def test_a_browser_never_heard_of_again_is_given_up_in_time(steps: list[tuple[float, str]]) -> None:
    presence, now = Presence(0.0), 0.0
    for wait, what in steps:
        now += wait
        getattr(presence, what)(now)
    changes = (presence.look(now + step * 0.5) for step in range(60))
    given_up = reduce(lambda found, change: found or change is Change.GIVEN_UP, changes, False)
    assert given_up
