"""How a decision is made: may the call be recorded, does recording start, may the rep change it, and why.

Precedence: Do Not Record, then rules, then team, group and user, then the rep's "record next call". In each
relevant place the most specific rule applies, and the strictest match wins. See docs/concepts/governance.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from onrecord.policy import reasons
from onrecord.policy.areas import Area, area_of_number
from onrecord.policy.document import Policy
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import Reason, ReasonCode
from onrecord.policy.rule_matching import RuleMatch, matches_of_call, matches_of_rep

__all__ = ["Decision", "PersonFacts", "Reason", "ReasonCode", "RepFacts", "decide", "decide_ahead"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonFacts:
    """What governance needs to know about the contact."""

    do_not_record: bool = False
    #: Stored address, by `area_of_address`.
    address: Area | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RepFacts:
    """What governance needs to know about the caller."""

    #: User ID, as in `Policy.users`.
    user: str
    #: Group ID, as in `Policy.groups`.
    group: str | None = None
    #: Where the rep is, by `area_of_address`.
    location: Area | None = None
    #: Whether the rep has `Policy.before_call_permission`.
    may_turn_on_before_call: bool = False
    #: Whether the rep has `Policy.during_call_permission`.
    may_control_during_call: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What governance decided for one call. Stored with the call."""

    mode: Mode
    #: Whether recording starts at answer.
    record_at_start: bool
    #: Whether the rep may start, pause and resume during the call.
    may_change: bool
    #: Whether the rep may switch "record next call" before the call.
    may_choose: bool
    #: At least one; the first one was decisive.
    reasons: tuple[Reason, ...]
    #: References of the consent announcements required by matching rules.
    announcements: tuple[str, ...] = ()
    policy_version: int

    @property
    def sentence(self) -> str:
        """All reasons, to be read before dialing."""
        return " ".join(reason.sentence for reason in self.reasons)


def decide(
    policy: Policy, *, person: PersonFacts | None, rep: RepFacts, number: str, wants_recording: bool | None
) -> Decision:
    """Decide about a call before it is placed.

    `person` is None when the number belongs to nobody. `number` is E.164. `wants_recording` is the rep's
    "record next call", None when the rep has not chosen. Never raises: anything unknown is treated most
    strictly.
    """
    if person is None:
        return _never(policy, reasons.NOT_A_PERSON)
    if person.do_not_record:
        return _never(policy, reasons.DO_NOT_RECORD_PERSON)
    if number in policy.do_not_record:
        return _never(policy, reasons.DO_NOT_RECORD_NUMBER)
    matches = matches_of_call(policy, area_of_number(number), person.address, rep.location)
    return _by_places(policy, matches, rep=rep, wants_recording=wants_recording)


def decide_ahead(policy: Policy, *, rep: RepFacts, wants_recording: bool | None) -> Decision:
    """The decision for the next call before its number is known: from rep's place, defaults and choice."""
    return _by_places(policy, matches_of_rep(policy, rep.location), rep=rep, wants_recording=wants_recording)


def _by_places(
    policy: Policy, matches: list[RuleMatch], *, rep: RepFacts, wants_recording: bool | None
) -> Decision:
    mode = Mode.strictest(*[match.mode for match in matches])
    why = _unique(*[match.mode_reason for match in matches if match.mode is mode])
    if mode is Mode.NONE:
        return _never(policy, *why)
    return _choose(policy, mode=mode, why=why, matches=matches, rep=rep, wants_recording=wants_recording)


def _choose(
    policy: Policy,
    *,
    mode: Mode,
    why: tuple[Reason, ...],
    matches: list[RuleMatch],
    rep: RepFacts,
    wants_recording: bool | None,
) -> Decision:
    """Whether recording is on, if allowed. Under one-sided the rep may only choose not to record."""
    record, reason, lock = _default(policy, rep)
    record, reason = _by_rules(matches, record, reason)
    lock = next((match.lock_reason for match in matches if match.lock_reason), lock)
    open_to_rep = lock is None and mode is Mode.BOTH
    # Not recording is the stricter choice, so it needs no permission.
    may_choose = lock is None if record else open_to_rep and rep.may_turn_on_before_call
    refused = None
    if wants_recording is not None and wants_recording is not record:
        if may_choose:
            record, reason = wants_recording, reasons.CHOSEN_ON if wants_recording else reasons.CHOSEN_OFF
        elif open_to_rep:
            refused = reasons.NOT_PERMITTED
    return Decision(
        mode=mode,
        record_at_start=record,
        may_change=open_to_rep and rep.may_control_during_call,
        may_choose=may_choose,
        reasons=_unique(*why, reason, refused, lock),
        announcements=tuple(dict.fromkeys(match.announcement for match in matches if match.announcement)),
        policy_version=policy.version,
    )


def _never(policy: Policy, *why: Reason) -> Decision:
    return Decision(
        mode=Mode.NONE,
        record_at_start=False,
        may_change=False,
        may_choose=False,
        reasons=why,
        policy_version=policy.version,
    )


def _default(policy: Policy, rep: RepFacts) -> tuple[bool, Reason, Reason | None]:
    """On or off, why, and by which lock. The lowest level that is set decides, unless a higher one locks."""
    record, reason = False, reasons.DEFAULTS[ReasonCode.TEAM, False]
    for code, setting in (
        (ReasonCode.TEAM, policy.team),
        (ReasonCode.GROUP, policy.groups.get(rep.group) if rep.group else None),
        (ReasonCode.USER, policy.users.get(rep.user)),
    ):
        if setting is None:
            continue
        if setting.record is not None:
            record, reason = setting.record, reasons.DEFAULTS[code, setting.record]
        if setting.locked:
            return record, reason, reasons.LOCKS[code]
    return record, reason, None


def _by_rules(matches: Iterable[RuleMatch], record: bool, reason: Reason) -> tuple[bool, Reason]:
    """On only if every place is on; a place whose rule does not say uses the default."""
    on: Reason | None = None
    silent = False
    for match in matches:
        if match.record is False and match.record_reason:
            return False, match.record_reason
        on = on or match.record_reason
        silent = silent or match.record is None
    if on is None or (silent and not record):
        return record, reason
    return True, on


def _unique(*why: Reason | None) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for reason in why if reason is not None))
