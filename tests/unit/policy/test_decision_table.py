"""Every level, area and flag against its expected decision: the rows stand in decisions.txt."""

from pathlib import Path

import pytest
from decision_table import NUMBERS, POLICIES, WANTS, person, rep

from onrecord.policy.decision import decide

LINES = Path(__file__).with_name("decisions.txt").read_text(encoding="utf-8").splitlines()
ROWS = [line.split() for line in LINES if not line.startswith("#")]
FLAGS = {True: "yes", False: "no"}


def test_the_table_covers_at_least_150_decisions() -> None:
    assert len({tuple(row) for row in ROWS}) == len(ROWS) >= 150


def test_every_policy_and_number_of_the_cast_has_a_row() -> None:
    assert {row[0] for row in ROWS} == set(POLICIES)
    assert {row[1] for row in ROWS} == set(NUMBERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:5]))
def test_a_row_of_the_table_holds(row: list[str]) -> None:
    policy, number, contact, caller, wants, _, *expected = row
    decision = decide(
        POLICIES[policy],
        person=person(contact),
        rep=rep(caller),
        number=NUMBERS[number],
        wants_recording=WANTS[wants],
    )
    assert [
        decision.mode.value,
        "on" if decision.record_at_start else "off",
        FLAGS[decision.may_change],
        FLAGS[decision.may_choose],
        "+".join(reason.code for reason in decision.reasons),
    ] == expected
    assert decision.policy_version == 7
    assert all(reason.sentence.endswith(".") for reason in decision.reasons)
