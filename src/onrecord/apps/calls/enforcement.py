"""Apply a policy that became stricter to live calls. A looser policy waits for the next call.

The switch gets the command before the row is changed: a database that cannot write must not keep a gate open.
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

#: Parallel commands to the switch. Each takes milliseconds.
_AT_ONCE = 16


def restrict_live_calls() -> int:
    """Decide every live call again and restrict those that need it. Returns how many.

    Repeating this is safe. The reconciler repeats it after a crash, or if the switch did not answer or the
    database could not write.
    """
    policy = current_policy()
    live = Call.objects.live().select_related("person", "user", "recording")
    restrictions = {call: found for call in live if (found := decide_again(call, policy))}
    _enforce(restrictions)
    return len(restrictions)


def restrict_placed(call: Call) -> None:
    """Apply what became stricter while the call was being placed, when it did not have a gate yet."""
    call = Call.objects.select_related("person", "user", "recording").get(pk=call.pk)
    if restriction := decide_again(call, current_policy()):
        _enforce({call: restriction})
    elif call.restriction is not None:
        remind([call])


def decide_again(call: Call, policy: Policy) -> Restriction | None:
    """What is stricter in the policy than in the call's decision. Changes nothing."""
    facts = CallFacts(
        id=call.pk,
        person=person_facts(call.person) if call.person else None,
        rep=rep_facts(call.user, policy),
        number=call.number,
        wants_recording=(call.inputs or {}).get("wants_recording"),
    )
    return actions.stricter(call, decide_by_facts(policy, facts).decision)


def remind(calls: Iterable[Call]) -> None:
    """Send the switch what each call's row allows, if the switch never received it."""
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
            log.warning("call %s is restricted; the reconciler will store that later: %s", call.pk, error)


def _tell(commands: Iterable[tuple[str, Mode, bool, int]]) -> None:
    """Send all commands in parallel."""
    with ThreadPoolExecutor(_AT_ONCE, "restrict") as pool:
        for _ in pool.map(lambda command: _send(*command), commands):
            pass


def _send(call_id: str, mode: Mode, may_change: bool, policy_version: int) -> None:
    try:
        switch().restrict(call_id, mode=mode, may_change=may_change, policy_version=policy_version)
    except SwitchUnreachableError as error:
        log.warning("call %s could not be restricted; the reconciler will retry: %s", call_id, error)
    except SwitchRefusedError as error:
        # The call has ended, or it is being placed and is checked again after that.
        log.info("call %s was not restricted: %s", call_id, error)
