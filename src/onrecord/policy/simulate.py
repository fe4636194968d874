"""What a draft would have decided: compares two policies for people or past calls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onrecord.policy.decision import Decision, PersonFacts, RepFacts, decide
from onrecord.policy.document import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFacts:
    """The facts behind one decision."""

    #: Returned with the comparison.
    id: str
    #: None when the number belongs to nobody.
    person: PersonFacts | None
    rep: RepFacts
    #: E.164.
    number: str
    wants_recording: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One call under both policies."""

    call: CallFacts
    before: Decision
    after: Decision

    @property
    def differs(self) -> bool:
        """Whether the effect on rep or recording differs; different wording does not count."""
        return _effect(self.before) != _effect(self.after)


def compare(old: Policy, new: Policy, calls: Iterable[CallFacts]) -> Iterator[Comparison]:
    """Decide each call under both policies, one at a time, so that the caller can show progress."""
    for call in calls:
        yield Comparison(call=call, before=_decide(old, call), after=_decide(new, call))


def _decide(policy: Policy, call: CallFacts) -> Decision:
    return decide(
        policy, person=call.person, rep=call.rep, number=call.number, wants_recording=call.wants_recording
    )


def _effect(decision: Decision) -> tuple[object, ...]:
    return (
        decision.mode,
        decision.record_at_start,
        decision.may_change,
        decision.may_choose,
        decision.announcements,
    )
