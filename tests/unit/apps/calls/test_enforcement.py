"""The commands to the switch when a policy becomes stricter, even if the switch or the database fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from factories import CallFactory, PersonFactory, UserFactory, allow_recording
from harness.commanded import CommandedSwitch, commanded_switch
from onrecord.apps.calls import actions
from onrecord.apps.calls.enforcement import decide_again, restrict_live_calls, restrict_placed
from onrecord.apps.calls.models import Call
from onrecord.apps.governance.decisions import current_policy
from onrecord.policy.document import Setting
from onrecord.policy.mode import Mode

pytestmark = pytest.mark.django_db

Execute = Callable[..., Any]


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandedSwitch]:
    with commanded_switch(monkeypatch) as listening:
        yield listening


@pytest.fixture
def calls() -> list[Call]:
    """Three live calls whose decision allows recording both sides."""
    allow_recording()
    return [CallFactory(user=UserFactory(), person=PersonFactory()) for _ in range(3)]


def record_no_more() -> dict[str, object]:
    """Publish a policy that records nothing. Returns the command that each live call gets."""
    allow_recording(team=Setting(record=False, locked=True))
    return {"mode": "none", "may_change": False, "policy_version": current_policy().version}


def modes(calls: list[Call]) -> list[str]:
    return [Call.objects.get(pk=call.pk).mode for call in calls]


def test_the_switch_gets_one_command_per_call(switch: CommandedSwitch, calls: list[Call]) -> None:
    command = record_no_more()
    assert restrict_live_calls() == 3
    assert restrict_live_calls() == 0
    assert sorted(switch.commands, key=str) == sorted(
        ((f"/calls/{call.pk}/restrict", command) for call in calls), key=str
    )


def test_a_call_that_the_switch_refuses_to_restrict_does_not_delay_others(
    switch: CommandedSwitch, calls: list[Call]
) -> None:
    switch.answers = {
        f"/calls/{calls[0].pk}/restrict": (404, {"code": "no_such_call", "message": "No such call."}),
        f"/calls/{calls[1].pk}/restrict": (500, {}),
    }
    record_no_more()
    assert restrict_live_calls() == 3
    assert len(switch.commands) == 3
    assert modes(calls) == ["none", "none", "none"]


def test_a_call_that_cannot_be_stored_is_retried_and_does_not_delay_others(
    switch: CommandedSwitch, calls: list[Call]
) -> None:
    def locked(execute: Execute, sql: str, params: Any, *details: Any) -> Any:
        if sql.startswith("UPDATE") and calls[0].pk in params:
            raise OperationalError("database is locked")
        return execute(sql, params, *details)

    record_no_more()
    with connection.execute_wrapper(locked):
        assert restrict_live_calls() == 3
    assert len(switch.commands) == 3
    assert modes(calls) == ["both", "none", "none"]
    assert restrict_live_calls() == 1
    assert modes(calls) == ["none", "none", "none"]


def test_a_call_placed_while_the_policy_became_stricter_is_restricted(
    switch: CommandedSwitch, calls: list[Call]
) -> None:
    command = record_no_more()
    restrict_placed(calls[0])
    assert switch.commands == [(f"/calls/{calls[0].pk}/restrict", command)]
    assert modes(calls) == ["none", "both", "both"]


def test_the_switch_gets_a_restriction_that_was_stored_before_it_had_the_call(
    switch: CommandedSwitch, calls: list[Call]
) -> None:
    command = record_no_more()
    restriction = decide_again(calls[0], current_policy())
    assert restriction is not None
    actions.restrict(calls[0], restriction)
    restrict_placed(calls[0])
    assert switch.commands == [(f"/calls/{calls[0].pk}/restrict", command)]


def test_a_call_is_left_alone_if_nothing_became_stricter(switch: CommandedSwitch, calls: list[Call]) -> None:
    restrict_placed(calls[0])
    assert restrict_live_calls() == 0
    assert switch.commands == []
    assert modes(calls) == ["both", "both", "both"]


def test_a_looser_policy_does_not_undo_a_restriction(switch: CommandedSwitch, calls: list[Call]) -> None:
    record_no_more()
    restrict_live_calls()
    switch.commands.clear()
    allow_recording(team=Setting(record=True), unknown_area=Mode.BOTH)
    assert restrict_live_calls() == 0
    assert switch.commands == []
    assert modes(calls) == ["none", "none", "none"]
