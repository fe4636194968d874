"""Single changes of a policy. Pure. Each raises PolicyError when the result would be invalid."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from onrecord.policy.document import Policy, PolicyError, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.presets import PRESETS, with_preset

SettingLevel = Literal["groups", "users"]


def with_basics(
    policy: Policy,
    *,
    team: Setting,
    unknown_area: Mode,
    beep_every_s: int | None,
    before_call_permission: str,
    during_call_permission: str,
) -> Policy:
    return replace(
        policy,
        team=team,
        unknown_area=unknown_area,
        beep_every_s=beep_every_s,
        before_call_permission=before_call_permission,
        during_call_permission=during_call_permission,
    )


def with_setting(policy: Policy, *, level: SettingLevel, key: str, setting: Setting) -> Policy:
    """Set what applies to a group or user. An empty setting is removed."""
    settings: Mapping[str, Setting] = policy.groups if level == "groups" else policy.users
    others = {one: kept for one, kept in settings.items() if one != key}
    says_something = setting.record is not None or setting.locked
    changed = others | ({key: setting} if says_something else {})
    return replace(policy, groups=changed) if level == "groups" else replace(policy, users=changed)


def with_rule(policy: Policy, rule: Rule, *, replacing: str | None) -> Policy:
    """Replace the rule named `replacing` with `rule`, or add it."""
    names = [one.name for one in policy.rules]
    if replacing is None:
        return replace(policy, rules=(*policy.rules, rule))
    if replacing not in names:
        raise PolicyError([f"Rule '{replacing}' no longer exists. Add it as a new rule."])
    return replace(policy, rules=tuple(rule if one.name == replacing else one for one in policy.rules))


def without_rule(policy: Policy, name: str) -> Policy:
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.name != name))


def with_numbers(policy: Policy, numbers: Iterable[str]) -> Policy:
    """Put E.164 numbers on the Do Not Record list."""
    return replace(policy, do_not_record=policy.do_not_record | frozenset(numbers))


def without_number(policy: Policy, number: str) -> Policy:
    return replace(policy, do_not_record=policy.do_not_record - {number})


def with_named_preset(policy: Policy, name: str) -> Policy:
    if name not in PRESETS:
        raise PolicyError([f"There is no preset '{name}': choose {' or '.join(PRESETS)}."])
    return with_preset(policy, PRESETS[name])
