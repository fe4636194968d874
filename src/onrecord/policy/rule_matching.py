"""Which rules of a policy match the places of a call."""

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.policy import reasons
from onrecord.policy.areas import Area, AreaSource
from onrecord.policy.document import EVERYWHERE, Policy, Rule
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleMatch:
    """What the matching rule for a place, or the lack of one, means for the call."""

    mode: Mode
    #: On or off at the start; None leaves it to team, group and user.
    record: bool | None = None
    announcement: str | None = None
    #: Set when the mode is not `both`.
    mode_reason: Reason | None = None
    #: Set when `record` is set.
    record_reason: Reason | None = None
    #: Set when the rep may not change it.
    lock_reason: Reason | None = None


#: A place without any rule.
NO_RULE = RuleMatch(mode=Mode.BOTH)


def matches_of_call(
    policy: Policy, number: Area, address: Area | None, location: Area | None
) -> list[RuleMatch]:
    """At least one: matches for the places where the contact may be, and for the place where the rep is."""
    matches: list[RuleMatch] = []
    for area in _contact_areas(number, address):
        matches += _matches(policy, area, False)
    if location is not None:
        matches += _matches(policy, location, True)
    return matches


def matches_of_rep(policy: Policy, location: Area | None) -> list[RuleMatch]:
    """At least one: matches only for the place where the rep is."""
    return list(_matches(policy, location, True)) if location is not None else [NO_RULE]


def _contact_areas(number: Area, address: Area | None) -> tuple[Area, ...]:
    """Where the contact may be. A vague area is replaced by a more precise one inside it."""
    if address is None or _gives_way(address, number):
        return (number,)
    if _gives_way(number, address):
        return (address,)
    return (number, address)


def _gives_way(vague: Area, precise: Area) -> bool:
    """A toll-free number has no place, so the address replaces it; "Quebec" replaces "Canada".

    An area code that is not in service is not replaced: unknown means strict.
    """
    if vague.source is AreaSource.NON_GEOGRAPHIC:
        return precise.known
    return not vague.subdivisions and bool(precise.subdivisions) and vague.countries >= precise.countries


def _matches(policy: Policy, area: Area, is_rep: bool) -> tuple[RuleMatch, ...]:
    key = area, is_rep
    found: tuple[RuleMatch, ...] | None = policy.memo.get(key)
    if found is None:
        found = policy.memo[key] = tuple(dict.fromkeys(_find_matches(policy, area, is_rep)))
    return found


def _find_matches(policy: Policy, area: Area, is_rep: bool) -> Iterator[RuleMatch]:
    if not area.known:
        reason = None if policy.unknown_area is Mode.BOTH else reasons.unknown_area(policy.unknown_area)
        yield RuleMatch(mode=policy.unknown_area, mode_reason=reason)
        yield from (_match_of(rule, EVERYWHERE, is_rep) for rule in _rules_for(policy, EVERYWHERE))
        return
    for code, *wider in _chains(policy, area):
        for place in (code, *wider, EVERYWHERE):
            if rules := _rules_for(policy, place):
                # The reason for a rule for everywhere names the state or country that it is applied to.
                named = (wider[0] if wider and code.isdecimal() else code) if place == EVERYWHERE else place
                yield from (_match_of(rule, named, is_rep) for rule in rules)
                break
        else:
            yield NO_RULE


def _chains(policy: Policy, area: Area) -> Iterator[tuple[str, ...]]:
    """For every place that a known area may be, its codes from most specific to country."""
    code = (area.area_code,) if area.area_code else ()
    for subdivision in sorted(area.subdivisions):
        yield (*code, subdivision, subdivision[:2])
    if area.subdivisions:
        return
    for country in sorted(area.countries):
        yield (*code, country)
        # The state is unknown: it may be any state with its own rule.
        yield from ((*code, subdivision, country) for subdivision in _ruled_subdivisions(policy, country))


def _ruled_subdivisions(policy: Policy, country: str) -> list[str]:
    return sorted({place for rule in policy.rules for place in rule.where if place.startswith(f"{country}-")})


def _rules_for(policy: Policy, place: str) -> list[Rule]:
    return [rule for rule in policy.rules if place in rule.where]


def _match_of(rule: Rule, place: str, is_rep: bool) -> RuleMatch:
    return RuleMatch(
        mode=rule.mode,
        record=rule.record,
        announcement=rule.announcement,
        mode_reason=None if rule.mode is Mode.BOTH else reasons.rule_mode(rule, place, is_rep),
        record_reason=None if rule.record is None else reasons.rule_default(rule, place, is_rep),
        lock_reason=None if rule.may_change else reasons.rule_lock(rule),
    )
