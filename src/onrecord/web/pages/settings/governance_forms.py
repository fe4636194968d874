"""Form data as parts of a policy. Each function raises PolicyError with a sentence for every mistake."""

import re
from dataclasses import dataclass

from django.http import QueryDict

from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.governance.announcements import unknown_announcements
from onrecord.apps.people.numbers import NumberError, parse_number
from onrecord.policy.document import PolicyError, Rule, Setting
from onrecord.policy.edits import SettingLevel
from onrecord.policy.mode import Mode
from onrecord.policy.places import read_places

#: Permissions that a policy can require, from everyone who places calls to those who edit the rules.
PERMISSIONS = {
    Permission.CALLS_PLACE: "Everyone who can place calls",
    Permission.RECORDING_TURN_ON: "With permission to turn it on",
    Permission.RECORDING_CONTROL: "With permission to change it",
    Permission.CALLS_VIEW_GROUP: "Managers of a group",
    Permission.RECORDING_SETTINGS_CHANGE: "With permission for these settings",
}

_BETWEEN_NUMBERS = re.compile(r"[,;\n]")

_DEFAULTS = {"on": True, "off": False, "": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Basics:
    team: Setting
    unknown_area: Mode
    beep_every_s: int | None
    before_call_permission: str
    during_call_permission: str


def read_basics(post: QueryDict) -> Basics:
    problems: list[str] = []
    beep = post.get("beep_every_s", "").strip()
    beep_every_s = whole_number(beep)
    if beep and beep_every_s is None:
        problems.append("Enter the seconds between beeps as a whole number, or leave it empty for no beep.")
    unknown_area = post.get("unknown_area", "")
    if unknown_area not in set(Mode):
        problems.append("Choose what applies when the area of a number is unknown.")
    permissions = [post.get(name, "") for name in ("before_call_permission", "during_call_permission")]
    if not set(permissions) <= set(Permission):
        problems.append("Choose who may turn recording on before a call and who may change it during one.")
    _refuse(problems)
    return Basics(
        team=Setting(record=post.get("record") == "on", locked=post.get("locked") == "on"),
        unknown_area=Mode(unknown_area),
        beep_every_s=beep_every_s,
        before_call_permission=permissions[0],
        during_call_permission=permissions[1],
    )


def read_setting(post: QueryDict) -> tuple[SettingLevel, str, Setting]:
    """Level, id, and setting. `who` is `groups:1` or `users:7`."""
    level, _, key = post.get("who", "").partition(":")
    setting = Setting(record=_DEFAULTS.get(post.get("record", "")), locked=post.get("locked") == "on")
    if level == "groups" and key:
        return "groups", key, setting
    if level == "users" and key:
        return "users", key, setting
    raise PolicyError(["Choose a group or user."])


def read_rule(post: QueryDict) -> Rule:
    where, problems = read_places(post.get("where", ""))
    mode = post.get("mode", "")
    if mode not in set(Mode):
        problems.append("Choose what may be recorded.")
    announcement = post.get("announcement") or None
    if announcement and unknown_announcements([announcement]):
        problems.append(f"There is no announcement '{announcement}'. Choose another one.")
    _refuse(problems)
    return Rule(
        name=" ".join(post.get("name", "").split()),
        where=where,
        mode=Mode(mode),
        record=_DEFAULTS.get(post.get("record", "")),
        may_change=post.get("may_change") == "on",
        announcement=announcement,
        because=" ".join(post.get("because", "").split()),
    )


def read_numbers(text: str, region: str) -> list[str]:
    """E.164 numbers from a text with one per line or separated by commas, in any format."""
    numbers: list[str] = []
    problems: list[str] = []
    for entry in filter(None, map(str.strip, _BETWEEN_NUMBERS.split(text))):
        try:
            numbers.append(parse_number(entry, region).e164)
        except NumberError as error:
            problems.append(f"'{entry[:40]}': {error.message}")
    if not numbers and not problems:
        problems.append("Enter at least one number.")
    _refuse(problems)
    return numbers


def read_announcement_name(post: QueryDict) -> str:
    name = " ".join(post.get("name", "").split())
    fits = 1 <= len(name) <= 60 and "/" not in name
    _refuse([] if fits else ["Give the announcement a name of 1 to 60 characters, without a slash."])
    return name


def _refuse(problems: list[str]) -> None:
    if problems:
        raise PolicyError(problems)
