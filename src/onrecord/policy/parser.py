"""Parses a policy document: strict about names and types, and reports all problems at once."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from onrecord.policy.document import Policy, PolicyError, Rule, Setting
from onrecord.policy.mode import Mode

_T = TypeVar("_T")


def read_policy(document: Any) -> Policy:
    """Make a Policy from plain JSON values. Raises PolicyError with every problem found."""
    reader = _Reader()
    values = reader.fields(document, Policy, "The policy")
    reader.convert(values, "version", "The version", _integer)
    reader.convert(values, "team", "The team's setting", reader.setting)
    reader.convert(values, "groups", "The groups' settings", reader.settings)
    reader.convert(values, "users", "The users' settings", reader.settings)
    reader.convert(values, "unknown_area", "The mode of unknown areas", _mode)
    reader.convert(values, "rules", "The rules", reader.rules)
    reader.convert(
        values, "do_not_record", "The Do Not Record list", lambda value: frozenset(_strings(value))
    )
    reader.convert(values, "before_call_permission", "The permission before a call", _string)
    reader.convert(values, "during_call_permission", "The permission during a call", _string)
    reader.convert(values, "beep_every_s", "The beep", _optional(_integer))
    if "version" not in values:
        reader.problems.append("The version is missing.")
    return reader.finish(lambda: Policy(**values))


class _Reader:
    """Collects problems, so that an admin sees them all at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def fields(self, document: Any, kind: type, what: str) -> dict[str, Any]:
        """The known members of an object. Others are problems, so that no typo is ignored."""
        if not isinstance(document, Mapping):
            raise PolicyError([f"{what} must be an object."])
        known = {one.name for one in fields(kind) if one.init}
        self.problems += [f"{what} has no '{name}'." for name in document if name not in known]
        return {name: value for name, value in document.items() if name in known}

    def convert(self, values: dict[str, Any], name: str, what: str, read: Callable[[Any], Any]) -> None:
        if name not in values:
            return
        try:
            values[name] = read(values[name])
        except PolicyError as error:
            self.problems += error.problems
            del values[name]
        except TypeError as error:
            self.problems.append(f"{what} must be {error}.")
            del values[name]

    def finish(self, make: Callable[[], _T]) -> _T:
        if self.problems:
            raise PolicyError(self.problems)
        return make()

    def setting(self, value: Any) -> Setting:
        reader = _Reader()
        values = reader.fields(value, Setting, "A setting")
        reader.convert(values, "record", "The default", _optional(_boolean))
        reader.convert(values, "locked", "The lock", _boolean)
        return reader.finish(lambda: Setting(**values))

    def settings(self, value: Any) -> dict[str, Setting]:
        if not isinstance(value, Mapping):
            raise TypeError("an object of settings by id")
        return {_string(key): self.setting(setting) for key, setting in value.items()}

    def rules(self, value: Any) -> tuple[Rule, ...]:
        if not isinstance(value, list):
            raise TypeError("a list")
        found: list[Rule] = []
        problems: list[str] = []
        for number, entry in enumerate(value, start=1):
            try:
                found.append(_rule(entry, number))
            except PolicyError as error:
                problems += error.problems
        if problems:
            raise PolicyError(problems)
        return tuple(found)


def _rule(entry: Any, number: int) -> Rule:
    reader = _Reader()
    what = f"Rule {number}"
    values = reader.fields(entry, Rule, what)
    reader.problems += [f"{what} has no {name}." for name in ("name", "where") if name not in values]
    reader.convert(values, "name", f"{what}: the name", _string)
    reader.convert(values, "where", f"{what}: the places", lambda value: tuple(_strings(value)))
    reader.convert(values, "mode", f"{what}: the mode", _mode)
    reader.convert(values, "record", f"{what}: the default", _optional(_boolean))
    reader.convert(values, "may_change", f"{what}: may_change", _boolean)
    reader.convert(values, "announcement", f"{what}: the announcement", _optional(_string))
    reader.convert(values, "because", f"{what}: the explanation", _string)
    return reader.finish(lambda: Rule(**values))


def _mode(value: Any) -> Mode:
    if value not in list(Mode):
        raise TypeError(" or ".join(f"'{mode}'" for mode in Mode))
    return Mode(value)


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("a list of text")
    return [_string(item) for item in value]


def _optional(read: Callable[[Any], _T]) -> Callable[[Any], _T | None]:
    return lambda value: None if value is None else read(value)
