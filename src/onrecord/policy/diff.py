"""What changed between two versions of a policy, in sentences for the history of settings."""

from collections.abc import Iterator, Mapping

from onrecord.policy.areas import place_name
from onrecord.policy.document import EVERYWHERE, Policy, Rule, Setting
from onrecord.policy.mode import Mode

_MODES = {Mode.BOTH: "both sides", Mode.ONE_SIDED: "our side only", Mode.NONE: "no recording"}
#: Without recording, default, choice and announcement do not matter.
_FACTS_OF_NONE = {"where", "mode", "because"}
_NO_NAMES: Mapping[str, str] = {}


def diff(
    old: Policy,
    new: Policy,
    *,
    group_names: Mapping[str, str] = _NO_NAMES,
    user_names: Mapping[str, str] = _NO_NAMES,
) -> list[str]:
    """One sentence per change; none when only the version differs.

    `group_names` and `user_names` map IDs to names; an ID without a name is shown as it is.
    """
    return [
        *_changed("Team", _setting(old.team), _setting(new.team)),
        *_settings("Group", old.groups, new.groups, group_names),
        *_settings("User", old.users, new.users, user_names),
        *_changed("Unknown areas", _MODES[old.unknown_area], _MODES[new.unknown_area]),
        *_rules(old.rules, new.rules),
        *(f"{number} was added to the Do Not Record list." for number in _extra(new, old)),
        *(f"{number} was removed from the Do Not Record list." for number in _extra(old, new)),
        *_changed(
            "To turn recording on before a call", old.before_call_permission, new.before_call_permission
        ),
        *_changed(
            "To control recording during a call", old.during_call_permission, new.during_call_permission
        ),
        *_changed("Beep", _beep(old.beep_every_s), _beep(new.beep_every_s)),
    ]


def _changed(what: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"{what}: {after} (before: {before})."


def _extra(policy: Policy, other: Policy) -> list[str]:
    return sorted(policy.do_not_record - other.do_not_record)


def _settings(
    what: str, old: Mapping[str, Setting], new: Mapping[str, Setting], names: Mapping[str, str]
) -> Iterator[str]:
    for key in sorted({*old, *new}):
        yield from _changed(f"{what} {names.get(key, key)}", _setting(old.get(key)), _setting(new.get(key)))


def _setting(setting: Setting | None) -> str:
    if setting is None:
        return "no setting"
    by_setting = {None: "the same as the level above", True: "on by default", False: "off by default"}
    default = by_setting[setting.record]
    return f"{default}, locked" if setting.locked else default


def _beep(seconds: int | None) -> str:
    return "none" if seconds is None else f"every {seconds} s"


def _rules(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> Iterator[str]:
    before = {rule.name: rule for rule in old}
    after = {rule.name: rule for rule in new}
    yield from (f"Rule '{name}' was removed." for name in before if name not in after)
    for name, rule in after.items():
        if name not in before:
            facts = _facts(rule)
            shown = [facts[fact] for fact in facts if rule.mode is not Mode.NONE or fact in _FACTS_OF_NONE]
            yield f"Rule '{name}' was added: {'; '.join(shown)}."
        else:
            yield from _rule(before[name], rule)


def _rule(old: Rule, new: Rule) -> Iterator[str]:
    what = f"Rule '{new.name}'"
    if added := [place for place in new.where if place not in old.where]:
        yield f"{what} now covers {_places(added)}."
    if removed := [place for place in old.where if place not in new.where]:
        yield f"{what} no longer covers {_places(removed)}."
    before, after = _facts(old), _facts(new)
    for fact in before:
        if fact != "where":
            yield from _changed(what, before[fact], after[fact])


def _facts(rule: Rule) -> dict[str, str]:
    return {
        "where": _places(rule.where),
        "mode": _MODES[rule.mode],
        "record": {None: "the usual default", True: "on by default", False: "off by default"}[rule.record],
        "may_change": "the rep may change it" if rule.may_change else "the rep may not change it",
        "announcement": f"announcement '{rule.announcement}'" if rule.announcement else "no announcement",
        "because": f"explained as '{rule.because}'" if rule.because else "no explanation",
    }


def _places(codes: tuple[str, ...] | list[str]) -> str:
    return ", ".join("everywhere" if code == EVERYWHERE else place_name(code) for code in codes)
