from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.presence import ATTACH_WAIT_S, CONSENT_S, WATCHDOG_S, Presence, PresenceChange


def test_a_browser_that_is_heard_is_there() -> None:
    presence = Presence(0.0)
    for step in range(1000):
        presence.heard(step * 0.02)
        assert presence.look(step * 0.02) is None
    assert presence.attached


def test_silence_is_noticed_once_and_patience_has_an_end() -> None:
    presence = Presence(0.0)
    assert presence.look(WATCHDOG_S - 0.01) is None
    assert presence.look(WATCHDOG_S) is PresenceChange.LOST
    assert not presence.attached
    assert presence.look(WATCHDOG_S + ATTACH_WAIT_S - 0.01) is None
    assert presence.look(WATCHDOG_S + ATTACH_WAIT_S) is PresenceChange.GIVEN_UP


def test_a_browser_without_a_microphone_is_there_while_it_renews_its_consent() -> None:
    presence = Presence(0.0)
    for second in range(0, 120, 6):
        presence.consented(second)
        assert presence.look(second + 5.9) is None
    assert presence.look(114 + CONSENT_S) is PresenceChange.LOST
    presence.consented(125.0)
    assert presence.look(125.0) is PresenceChange.BACK


def test_consent_to_the_connection_before_says_nothing_about_the_new_one() -> None:
    presence = Presence(0.0)
    presence.consented(1.0)
    presence.come(2.0)
    assert presence.look(2.0 + WATCHDOG_S) is PresenceChange.LOST


def test_packets_that_come_again_bring_a_lost_browser_back() -> None:
    presence = Presence(0.0)
    presence.look(WATCHDOG_S)
    presence.heard(5.0)
    assert presence.look(5.0) is PresenceChange.BACK
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
    given_up = reduce(lambda found, change: found or change is PresenceChange.GIVEN_UP, changes, False)
    assert given_up
