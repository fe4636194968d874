"""Holding live calls to a policy that became stricter. A looser one waits for the next call."""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from onrecord.calls import actions
from onrecord.calls.models import Call
from onrecord.calls.switch_client import SwitchRefusedError, SwitchUnreachableError
from onrecord.calls.switching import switch
from onrecord.governance.decisions import current, judge_facts, person_facts, rep_facts
from onrecord.policy.decision import Decision
from onrecord.policy.document import Policy
from onrecord.policy.simulate import CallFacts

log = logging.getLogger(__name__)

#: Commands to the switch at a time: each takes milliseconds.
_AT_ONCE = 16

#: A command of the rep that overtakes ours makes ours stale; it is then repeated under a new number.
_ATTEMPTS = 5


def hold_live_calls() -> int:
    """Judge every live call anew and restrict those that must be restricted; how many.

    Doing it twice does no harm: the reconciler does, for what a crash or a silent switch left undone.
    """
    policy = current()
    live = list(Call.objects.live().select_related("person", "user", "recording"))
    restricted = [call for call in live if judge_again(call, policy)]
    restrict(restricted)
    return len(restricted)


def hold_placed(call: Call, *, sent: Decision) -> None:
    """What became stricter while the call was being placed as `sent` had no gate to close then."""
    policy = current()
    call = Call.objects.select_related("person", "user", "recording").get(pk=call.pk)
    if policy.version != call.policy_version_id:
        judge_again(call, policy)
    if (call.mode, call.may_change) != (sent.mode, sent.may_change):
        restrict([call])


def judge_again(call: Call, policy: Policy) -> bool:
    """Store the stricter of the two decisions; whether the call allows less now. Sends nothing."""
    facts = CallFacts(
        id=call.pk,
        person=person_facts(call.person) if call.person else None,
        rep=rep_facts(call.user, policy),
        number=call.number,
        wants_recording=(call.inputs or {}).get("wants_recording"),
    )
    before = call.mode, call.may_change
    actions.restrict(call, judge_facts(policy, facts).decision)
    return (call.mode, call.may_change) != before


def restrict(calls: Iterable[Call]) -> None:
    """Bring what each call allows now to the switch, all at once."""
    waiting = list(calls)
    with ThreadPoolExecutor(_AT_ONCE, "restrict") as pool:
        for _ in range(_ATTEMPTS):
            if not waiting:
                return
            commands = [(call, actions.next_command(call)) for call in waiting]
            sent = list(pool.map(lambda command: _send(*command), commands))
            waiting = [call for call, is_done in zip(waiting, sent, strict=True) if not is_done]
    log.error("calls %s: not restricted; the reconciler tries again", [call.pk for call in waiting])


def _send(call: Call, seq: int) -> bool:
    """Whether there is nothing left to do for this call now."""
    version = (call.restriction or call.decision)["policy_version"]
    try:
        switch().restrict(
            call.pk, mode=call.mode, may_change=call.may_change, policy_version=version, seq=seq
        )
    except SwitchUnreachableError as error:
        log.warning("call %s could not be restricted: %s", call.pk, error)
    except SwitchRefusedError as error:
        # Unknown: it has ended, or is being placed and is then looked at again. Above the ceiling: it is
        # stricter already.
        return error.code != "stale"
    return True
