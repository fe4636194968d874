"""Holding live calls to a policy that became stricter. A looser one waits for the next call.

The switch is told first, the row follows: a database that takes no writes holds up no gate.
"""

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError

from onrecord.apps.calls import actions
from onrecord.apps.calls.actions import Restriction
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.switch_client import SwitchRefusedError, SwitchUnreachableError
from onrecord.apps.calls.switch_errors import switch
from onrecord.apps.governance.decisions import current_policy, decide_by_facts, person_facts, rep_facts
from onrecord.policy.document import Policy
from onrecord.policy.mode import Mode
from onrecord.policy.simulate import CallFacts

log = logging.getLogger(__name__)

#: Commands to the switch at a time: each takes milliseconds.
_AT_ONCE = 16


def restrict_live_calls() -> int:
    """Judge every live call anew and restrict those that must be restricted; how many.

    Doing it twice does no harm: the reconciler does, for what a crash, a silent switch or a database that
    took no writes left undone.
    """
    policy = current_policy()
    live = Call.objects.live().select_related("person", "user", "recording")
    restrictions = {call: found for call in live if (found := decide_again(call, policy))}
    _enforce(restrictions)
    return len(restrictions)


def restrict_placed(call: Call) -> None:
    """What became stricter while the call was being placed had no gate to close then."""
    call = Call.objects.select_related("person", "user", "recording").get(pk=call.pk)
    if restriction := decide_again(call, current_policy()):
        _enforce({call: restriction})
    elif call.restriction is not None:
        remind([call])


def decide_again(call: Call, policy: Policy) -> Restriction | None:
    """What the policy has stricter than the call's decision. Changes nothing."""
    facts = CallFacts(
        id=call.pk,
        person=person_facts(call.person) if call.person else None,
        rep=rep_facts(call.user, policy),
        number=call.number,
        wants_recording=(call.inputs or {}).get("wants_recording"),
    )
    return actions.stricter(call, decide_by_facts(policy, facts).decision)


def remind(calls: Iterable[Call]) -> None:
    """Bring what each call allows by its row to the switch, which never heard of it."""
    _tell(
        (call.pk, Mode(call.mode), call.may_change, call.effective_decision["policy_version"])
        for call in calls
    )


def _enforce(restrictions: Mapping[Call, Restriction]) -> None:
    _tell(
        (call.pk, one.mode, one.may_change, one.decision.policy_version) for call, one in restrictions.items()
    )
    for call, restriction in restrictions.items():
        try:
            actions.restrict(call, restriction)
        except DatabaseError as error:
            log.warning("call %s is restricted, which the reconciler enters later: %s", call.pk, error)


def _tell(commands: Iterable[tuple[str, Mode, bool, int]]) -> None:
    """All at once."""
    with ThreadPoolExecutor(_AT_ONCE, "restrict") as pool:
        for _ in pool.map(lambda command: _send(*command), commands):
            pass


def _send(call_id: str, mode: Mode, may_change: bool, policy_version: int) -> None:
    try:
        switch().restrict(call_id, mode=mode, may_change=may_change, policy_version=policy_version)
    except SwitchUnreachableError as error:
        log.warning("call %s could not be restricted, the reconciler tries again: %s", call_id, error)
    except SwitchRefusedError as error:
        # It has ended, or is being placed and is then looked at again.
        log.info("call %s was not restricted: %s", call_id, error)
