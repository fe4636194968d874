"""A call shows exactly one of recording, processing, or "No Recording" with its reason."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from factories import ALLOWED
from onrecord.apps.calls.recording_status import (
    _ABOUT_CHANGING,
    _OF_DECISION,
    Outcome,
    RecordingStatus,
    outcome,
)
from onrecord.apps.calls.reported_call import RenderState, ReportedCall
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import ReasonCode
from onrecord.protocol.call_status import Status

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LIVE = ReportedCall(status=Status.IN_PROGRESS, answered_at=NOW, mode=Mode.BOTH)
CAPTURED = replace(LIVE, status=Status.COMPLETED, ended_at=NOW, duration_ms=9000, captured=True)
SILENT = replace(CAPTURED, captured=False)
UNANSWERED = replace(SILENT, status=Status.BUSY, answered_at=None)
LOST = replace(CAPTURED, status=Status.FAILED, captured=None, end_is_guess=True)


def decided(mode: str, record: bool, *reasons: tuple[str, str]) -> dict[str, Any]:
    listed = [{"code": code, "sentence": sentence} for code, sentence in reasons]
    return ALLOWED | {"mode": mode, "record_at_start": record, "reasons": listed}


STRANGER = decided("none", False, ("not_a_person", "Off: only calls to a person's number."))
BY_RULE = decided("none", False, ("rule", "Off: California."), ("rule", "Off: Illinois."))
TEAM_OFF = decided("both", False, ("team", "Off: your team."), ("locked", "Locked for your team."))
ONE_SIDED_OFF = decided("one_sided", False, ("rule", "One-sided: Florida."), ("rep", "Off: you chose."))


@pytest.mark.parametrize(
    ("state", "decision", "status", "code"),
    [
        (LIVE, ALLOWED, "pending", None),
        (LIVE, STRANGER, "pending", None),
        (CAPTURED, ALLOWED, "pending", None),
        (replace(CAPTURED, rendering=RenderState.PROCESSING), ALLOWED, "processing", None),
        (replace(CAPTURED, rendering=RenderState.COMPLETED), ALLOWED, "completed", None),
        (replace(CAPTURED, rendering=RenderState.FAILED), ALLOWED, "failed", "failed"),
        (replace(CAPTURED, rendering=RenderState.LOST), ALLOWED, "failed", "lost"),
        (replace(CAPTURED, rendering=RenderState.EMPTY), ALLOWED, "not_recorded", "nothing_captured"),
        (replace(LOST, rendering=RenderState.COMPLETED), ALLOWED, "completed", None),
        (LOST, ALLOWED, "pending", None),
        (SILENT, ALLOWED, "not_recorded", "nothing_captured"),
        (SILENT, STRANGER, "not_recorded", "not_a_person"),
        (SILENT, BY_RULE, "not_recorded", "rule"),
        (SILENT, TEAM_OFF, "not_recorded", "team_off"),
        (SILENT, ONE_SIDED_OFF, "not_recorded", "rep_off"),
        (UNANSWERED, ALLOWED, "not_recorded", "never_answered"),
        (UNANSWERED, TEAM_OFF, "not_recorded", "never_answered"),
        (UNANSWERED, STRANGER, "not_recorded", "not_a_person"),
        (replace(UNANSWERED, rendering=RenderState.EMPTY), ALLOWED, "not_recorded", "never_answered"),
    ],
)
def test_the_facts_give_the_outcome_in_the_table(
    state: ReportedCall, decision: dict[str, Any], status: str, code: str | None
) -> None:
    found = outcome(state, decision)
    assert (found.status, found.reason_code) == (status, code)


def test_the_reason_is_the_sentence_of_the_rule_that_forbade_it() -> None:
    assert outcome(SILENT, BY_RULE).reason == "Off: California."
    assert outcome(SILENT, ONE_SIDED_OFF).reason == "Off: you chose."


def test_every_finished_call_shows_exactly_one_thing() -> None:
    states = [CAPTURED, SILENT, UNANSWERED, LOST]
    decisions = [ALLOWED, STRANGER, BY_RULE, TEAM_OFF, ONE_SIDED_OFF]
    for state, decision, rendering in product(states, decisions, RenderState):
        shown: Outcome = outcome(replace(state, rendering=rendering), decision)
        without = {RecordingStatus.NOT_RECORDED, RecordingStatus.FAILED}
        assert (shown.reason_code is not None) == (shown.status in without)
        assert bool(shown.reason) == (shown.status in without)


def test_every_reason_a_decision_can_give_has_a_code() -> None:
    assert set(_OF_DECISION) | _ABOUT_CHANGING == set(ReasonCode)
    assert not set(_OF_DECISION) & _ABOUT_CHANGING


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("codes", [["by_moonlight"], ["by_moonlight", "locked"], ["locked"]])
def test_a_reason_that_this_version_does_not_know_still_says_why(mode: Mode, codes: list[str]) -> None:
    decision = decided(mode, False, *[(code, f"Off: {code}.") for code in codes])
    found = outcome(SILENT, decision)
    assert (found.status, found.reason_code) == ("not_recorded", "rule")
    assert found.reason == f"Off: {codes[0]}."
