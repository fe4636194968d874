"""How long a decision takes."""

import time
from itertools import cycle, islice

from bench.row import Row
from onrecord.policy.areas import area_codes, area_of_address, subdivision_names
from onrecord.policy.decision import PersonFacts, RepFacts, decide
from onrecord.policy.document import Policy, Setting
from onrecord.policy.presets import CAUTIOUS, with_preset
from onrecord.policy.simulate import CallFacts, compare

DECISIONS = 1_000_000
PAST_CALLS = 100_000

POLICY = with_preset(Policy(version=1, team=Setting(record=True)), CAUTIOUS)


def rows() -> list[Row]:
    """One million decisions over every area code, and a simulation of 100,000 past calls."""
    calls = _calls()
    for call in calls:  # areas and rule matches are cached, as in a process that has run for a while
        _decide(call)
    started = time.perf_counter()
    for call in islice(cycle(calls), DECISIONS):
        _decide(call)
    each_us = (time.perf_counter() - started) / DECISIONS * 1e6

    draft = Policy(version=2, team=Setting(record=True))
    started = time.perf_counter()
    differing = sum(one.differs for one in compare(POLICY, draft, islice(cycle(calls), PAST_CALLS)))
    simulated_s = time.perf_counter() - started
    return [
        Row(
            name=f"governance decision, mean of {DECISIONS:,}",
            value=f"{each_us:.1f} µs",
            target="< 20 µs",
            met=each_us < 20,
        ),
        Row(
            name=f"simulation of a draft over {PAST_CALLS:,} past calls ({differing:,} differ)",
            value=f"{simulated_s:.2f} s",
            target="< 10 s",
            met=simulated_s < 10,
        ),
    ]


def _calls() -> list[CallFacts]:
    """Every area code and a few foreign numbers; people and reps in every state and province."""
    homes = cycle([None, *(area_of_address(None, code) for code in subdivision_names())])
    numbers = [f"+1{code}5550123" for code in area_codes()] + ["+442079460123", "+4930123456", "+33140000000"]
    return [
        CallFacts(
            id=number,
            person=PersonFacts(address=next(homes)),
            rep=RepFacts(user="ana", location=next(homes), may_turn_on_before_call=True),
            number=number,
            wants_recording=(None, True, False)[index % 3],
        )
        for index, number in enumerate(numbers * 7)
    ]


def _decide(call: CallFacts) -> None:
    decide(POLICY, person=call.person, rep=call.rep, number=call.number, wants_recording=call.wants_recording)
