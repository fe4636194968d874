"""The policy of a team: one immutable document per version, always valid once it exists."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, filterfalse
from typing import Any

from onrecord.policy import areas
from onrecord.policy.mode import Mode

#: `where` of a rule that matches every place, even unknown ones.
EVERYWHERE = "*"

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class PolicyError(ValueError):
    """The policy is invalid. `problems` are sentences that say what to do."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Default and lock of one level: team, group or user."""

    #: Whether calls are recorded by default; None leaves it to the level above.
    record: bool | None = None
    #: Whether the levels below, and the rep, are bound by it.
    locked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What applies in some places. Only the most specific rule for a place counts.

    Most specific first: area code, subdivision, country, everywhere. Raises PolicyError if it is invalid.
    """

    #: Unique within the policy; shown to reps.
    name: str
    #: Area codes (`415`), ISO 3166-2 (`US-CA`), ISO 3166-1 (`DE`) or `*`.
    where: tuple[str, ...]
    mode: Mode = Mode.BOTH
    #: Whether calls are recorded by default; None leaves it to team, group and user.
    record: bool | None = None
    #: False takes the choice from the rep.
    may_change: bool = True
    #: Reference of the consent announcement played to the contact.
    announcement: str | None = None
    #: Completes the sentence that begins with the place: "California *requires everyone's consent*".
    because: str = ""

    def __post_init__(self) -> None:
        if problems := tuple(_rule_problems(self)):
            raise PolicyError(problems)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Everything that `decide` needs to know about a team. Raises PolicyError if it is inconsistent."""

    #: Number of this version; a change makes a new version.
    version: int
    team: Setting = Setting(record=False)
    #: By group id.
    groups: Mapping[str, Setting] = field(default_factory=dict)
    #: By user id.
    users: Mapping[str, Setting] = field(default_factory=dict)
    #: What applies when the area of a number is unknown.
    unknown_area: Mode = Mode.NONE
    rules: tuple[Rule, ...] = ()
    #: E.164 numbers that are never recorded.
    do_not_record: frozenset[str] = frozenset()
    #: Permission that lets a user turn recording on before a call whose default is off.
    before_call_permission: str = "recording:turn_on"
    #: Permission that lets a user start, pause and resume during a call.
    during_call_permission: str = "recording:control"
    #: Seconds between beeps while recording; None for no beep.
    beep_every_s: int | None = None
    #: Cache of matches by area. A policy never changes, so they stay valid.
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if problems := tuple(_policy_problems(self)):
            raise PolicyError(problems)

    def overlaps(self) -> tuple[str, ...]:
        """Sentences about rules of equal rank for the same place. These are allowed; the strictest wins."""
        return tuple(
            f"'{one.name}' and '{other.name}' both cover {_places(shared)}. The stricter rule applies."
            for one, other in combinations(filterfalse(_is_neutral, self.rules), 2)
            if (shared := [place for place in one.where if place in other.where])
        )

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON values; `read_policy` returns an equal policy."""
        return {
            "version": self.version,
            "team": _setting_to_json(self.team),
            "groups": {key: _setting_to_json(setting) for key, setting in self.groups.items()},
            "users": {key: _setting_to_json(setting) for key, setting in self.users.items()},
            "unknown_area": self.unknown_area.value,
            "rules": [_rule_to_json(rule) for rule in self.rules],
            "do_not_record": sorted(self.do_not_record),
            "before_call_permission": self.before_call_permission,
            "during_call_permission": self.during_call_permission,
            "beep_every_s": self.beep_every_s,
        }


def _setting_to_json(setting: Setting) -> dict[str, Any]:
    return {"record": setting.record, "locked": setting.locked}


def _rule_to_json(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "where": list(rule.where),
        "mode": rule.mode.value,
        "record": rule.record,
        "may_change": rule.may_change,
        "announcement": rule.announcement,
        "because": rule.because,
    }


def _rule_problems(rule: Rule) -> Iterator[str]:
    if not rule.name.strip() or len(rule.name) > 80:
        yield "Give each rule a name of 1 to 80 characters."
    if len(rule.because) > 200:
        yield f"Rule '{rule.name}': shorten the explanation to 200 characters."
    if not rule.where:
        yield f"Rule '{rule.name}': name at least one place, or '{EVERYWHERE}' for everywhere."
    if len(set(rule.where)) < len(rule.where):
        yield f"Rule '{rule.name}': name each place once."
    yield from (f"Rule '{rule.name}': {problem}" for problem in map(_place_problem, rule.where) if problem)
    if rule.mode is Mode.NONE and rule.record:
        yield f"Rule '{rule.name}': it does not allow recording, so it cannot turn recording on."


def _place_problem(place: str) -> str:
    if place in areas.area_codes() and not areas.area_codes()[place].known:
        return f"{place} does not belong to a place. The setting for unknown areas covers it."
    if place == EVERYWHERE or place in areas.area_codes() or areas.is_subdivision(place):
        return ""
    if place in areas.US_TERRITORIES:
        return f"write {areas.US_TERRITORIES[place]} for {place}."
    if place in areas.country_names():
        return ""
    if place.isdecimal():
        return f"{place} is not an area code in service."
    return (
        f"no place is called '{place}'. "
        "Write a name (Texas, Germany), its code (US-TX, DE), or an area code (415)."
    )


def _policy_problems(policy: Policy) -> Iterator[str]:
    if policy.version < 1:
        yield "The version must be 1 or more."
    if policy.team.record is None:
        yield "Say whether the team's calls record by default."
    for key, setting in (*policy.groups.items(), *policy.users.items()):
        if setting.record is None and not setting.locked:
            yield f"The setting of '{key}' has no effect. Remove it."
    names = [rule.name for rule in policy.rules]
    yield from (
        f"Two rules are named '{name}'. Rename one." for name in sorted(set(names)) if names.count(name) > 1
    )
    yield from (
        f"'{number}' is not a number in international form, such as +14155550123."
        for number in sorted(policy.do_not_record)
        if not _E164.fullmatch(number)
    )
    if not (policy.before_call_permission and policy.during_call_permission):
        yield "Name the permissions for turning recording on before a call and for changing it during one."
    if policy.beep_every_s is not None and not 1 <= policy.beep_every_s <= 300:
        yield "The beep must come every 1 to 300 seconds."
    yield from _lockouts(policy)


def _lockouts(policy: Policy) -> Iterator[str]:
    """A rule for everywhere that lets nobody record makes sense only together with exceptions."""
    if any(not _shuts(rule) and rule.where != (EVERYWHERE,) for rule in policy.rules):
        return
    for rule in policy.rules:
        if EVERYWHERE in rule.where and _shuts(rule):
            yield (
                f"Rule '{rule.name}' would lock everyone out of recording, everywhere. "
                "Add a rule for a place where recording is allowed, or lock the team's default as off."
            )


def _is_neutral(rule: Rule) -> bool:
    """Whether it leaves everything to team, group and user: it is then neither strict nor loose."""
    return rule.mode is Mode.BOTH and rule.record is None and rule.may_change and rule.announcement is None


def _shuts(rule: Rule) -> bool:
    """Whether nobody can record under it: it forbids recording, or has it off without a choice for reps."""
    open_to_reps = rule.may_change and rule.mode is Mode.BOTH
    return rule.mode is Mode.NONE or (rule.record is False and not open_to_reps)


def _places(codes: Iterable[str]) -> str:
    return ", ".join("every place" if code == EVERYWHERE else areas.place_name(code) for code in codes)
