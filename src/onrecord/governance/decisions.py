"""Judging a call by the current policy."""

import json
from functools import lru_cache
from typing import Any

from onrecord.accounts.models import User
from onrecord.accounts.permissions import Permission
from onrecord.governance.models import PolicyVersion
from onrecord.people.models import Person
from onrecord.policy.areas import area_of_address
from onrecord.policy.decision import Decision, PersonFacts, RepFacts, decide
from onrecord.policy.document import Policy


def current() -> Policy:
    """The newest version."""
    return _read(json.dumps(PolicyVersion.objects.latest("number").document))


@lru_cache(maxsize=8)
def _read(document: str) -> Policy:
    # Kept, because a Policy remembers its rulings by area.
    return Policy.from_json(json.loads(document))


def decide_for(user: User, number: str, person: Person | None) -> Decision:
    """Judge a call of `user` to the E.164 `number`, which belongs to `person` or to nobody."""
    policy = current()
    return decide(
        policy,
        person=person_facts(person) if person else None,
        rep=rep_facts(user, policy),
        number=number,
        wants_recording=user.record_next_call,
    )


def person_facts(person: Person) -> PersonFacts:
    return PersonFacts(
        do_not_record=person.do_not_record, address=area_of_address(person.country, person.subdivision)
    )


def rep_facts(user: User, policy: Policy) -> RepFacts:
    return RepFacts(
        user=str(user.pk),
        group=str(user.group_id) if user.group_id is not None else None,
        location=area_of_address(user.country, user.subdivision),
        may_turn_on_before_call=_may(user, policy.before_call_permission),
        may_control_during_call=_may(user, policy.during_call_permission),
    )


def _may(user: User, name: str) -> bool:
    # A policy that names a permission we do not have is one that nobody holds.
    return name in set(Permission) and user.may(Permission(name))


def to_json(decision: Decision) -> dict[str, Any]:
    """The Decision as it is stored with the call."""
    return {
        "mode": decision.mode.value,
        "record_at_start": decision.record_at_start,
        "may_change": decision.may_change,
        "may_choose": decision.may_choose,
        "reasons": [{"code": reason.code.value, "sentence": reason.sentence} for reason in decision.reasons],
        "announcements": list(decision.announcements),
        "policy_version": decision.policy_version,
        "sentence": decision.sentence,
    }
