import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from onrecord.media.switch.ticker import MAX_CATCH_UP, Ticker, steps_due


def test_each_step_is_made_when_its_time_has_come() -> None:
    assert [list(steps_due(0.0201 * number, number - 1)) for number in (1, 2, 3)] == [[1], [2], [3]]


def test_a_timer_that_fires_early_makes_its_step_once() -> None:
    assert list(steps_due(0.0199, 0)) == [1]
    assert list(steps_due(0.0401, 1)) == [2]


def test_missed_steps_are_made_up_for() -> None:
    assert list(steps_due(0.1001, 1)) == [2, 3, 4, 5]


def test_after_a_long_halt_the_oldest_steps_are_skipped() -> None:
    assert list(steps_due(10.001, 5)) == list(range(501 - MAX_CATCH_UP, 501))


@given(st.lists(st.floats(0, 30), min_size=1))
def test_steps_never_repeat_and_never_drift(waits: list[float]) -> None:
    elapsed, done = 0.0, 0
    for wait in waits:
        elapsed += max(wait, (done + 1) * 0.02 - elapsed)
        steps = steps_due(elapsed, done)
        assert done < steps[0] <= steps[-1]
        assert abs(steps[-1] * 0.02 - elapsed) <= 0.0201
        done = steps[-1]


async def test_a_pacer_that_is_stopped_within_a_step_makes_no_more() -> None:
    count = [0]

    def step() -> None:
        count[0] += 1
        if count[0] == 2:
            pacer.stop()

    pacer = Ticker(step)
    pacer.start()
    time.sleep(0.2)
    await asyncio.sleep(0.1)
    assert count == [2]
    assert not pacer.running


async def test_a_step_that_fails_does_not_stop_the_others() -> None:
    loop, failures, enough = asyncio.get_running_loop(), [0], asyncio.Event()
    loop.set_exception_handler(lambda _, context: None)

    def step() -> None:
        failures[0] += 1
        if failures[0] == 3:
            enough.set()
        raise RuntimeError

    pacer = Ticker(step)
    pacer.start()
    async with asyncio.timeout(20):
        await enough.wait()
    pacer.stop()
