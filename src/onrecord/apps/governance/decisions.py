"""Decisions by the current policy."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.governance.announcements import AnnouncementError, audio_of
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.people.models import Person
from onrecord.policy.areas import area_of_address
from onrecord.policy.decision import Decision, PersonFacts, RepFacts, decide, decide_ahead
from onrecord.policy.document import Policy
from onrecord.policy.mode import Mode
from onrecord.policy.parser import read_policy
from onrecord.policy.reasons import Reason, ReasonCode
from onrecord.policy.simulate import CallFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class CallDecision:
    """A decision, the facts it is based on, and the sounds it requires."""

    facts: CallFacts
    decision: Decision
    #: PCMU that the contact hears before anything is recorded; None if no announcement is required.
    announcement: bytes | None
    #: Seconds between beeps while recording; None for no beep.
    beep_every_s: int | None


def current_policy() -> Policy:
    """The policy in force: the newest version."""
    return policy_of(PolicyVersion.objects.only("number", "created_at").latest("number"))


def current_policy_version() -> int:
    """The number of the version in force."""
    return PolicyVersion.objects.values_list("number", flat=True).latest("number")


def policy_of(version: PolicyVersion) -> Policy:
    """The policy of a version. Cached, because a Policy remembers which rules matched."""
    return _policy(version.number, version.created_at)


@lru_cache(maxsize=8)
def _policy(number: int, created_at: datetime) -> Policy:
    # The time is a cache key: after a restore from a backup, another version can have the same number.
    return read_policy(PolicyVersion.objects.values_list("document", flat=True).get(number=number))


def decide_for(user: User, number: str, person: Person | None) -> Decision:
    """The decision for a call from `user` to `number` (E.164), which belongs to `person` or to nobody."""
    return decide_call(user, number, person, wants_recording=user.record_next_call).decision


def decide_next(user: User) -> Decision:
    """The decision for the user's next call, while it is not known whom they will call."""
    policy = current_policy()
    return decide_ahead(policy, rep=rep_facts(user, policy), wants_recording=user.record_next_call)


def decide_call(
    user: User, number: str, person: Person | None, *, wants_recording: bool | None
) -> CallDecision:
    """Like `decide_for`, with facts and sounds. `wants_recording`: the rep's choice; None for no choice."""
    policy = current_policy()
    facts = CallFacts(
        id="",
        person=person_facts(person) if person else None,
        rep=rep_facts(user, policy),
        number=number,
        wants_recording=wants_recording,
    )
    return decide_by_facts(policy, facts)


def decide_by_facts(policy: Policy, facts: CallFacts) -> CallDecision:
    """Decide by the given policy. If an announcement cannot be played, nothing may be recorded."""
    decision = decide(
        policy,
        person=facts.person,
        rep=facts.rep,
        number=facts.number,
        wants_recording=facts.wants_recording,
    )
    announcement = None
    try:
        announcement = audio_of(decision.announcements)
    except AnnouncementError as error:
        reason = Reason(code=ReasonCode.RULE, sentence=f"Off: {error}")
        decision = Decision(
            mode=Mode.NONE,
            record_at_start=False,
            may_change=False,
            may_choose=False,
            reasons=(reason,),
            policy_version=policy.version,
        )
    return CallDecision(
        facts=facts, decision=decision, announcement=announcement, beep_every_s=policy.beep_every_s
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
    # A policy may name a permission that this version does not have. Nobody has that one.
    return name in set(Permission) and user.may(Permission(name))


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """The Decision as JSON, as it is stored with the call."""
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
