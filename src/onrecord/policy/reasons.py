"""The reasons for a decision, in sentences that a rep reads before dialing."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from onrecord.policy.areas import place_in_sentence, places_in_sentence
from onrecord.policy.document import EVERYWHERE, Rule
from onrecord.policy.mode import Mode


class ReasonCode(StrEnum):
    """What decided."""

    DO_NOT_RECORD_NUMBER = "do_not_record_number"
    DO_NOT_RECORD_PERSON = "do_not_record_person"
    GROUP = "group"
    LOCKED = "locked"
    NOT_A_PERSON = "not_a_person"
    NOT_PERMITTED = "not_permitted"
    REP = "rep"
    RULE = "rule"
    TEAM = "team"
    UNKNOWN_AREA = "unknown_area"
    USER = "user"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One reason for a decision."""

    code: ReasonCode
    sentence: str


_LEVELS = {ReasonCode.TEAM: "your team", ReasonCode.GROUP: "your group", ReasonCode.USER: "your own setting"}


def _level_sentence(level: str, on: bool) -> str:
    return f"{'On' if on else 'Off'}: {level} {'records' if on else 'does not record'} calls by default."


#: By level and default.
DEFAULTS = {
    (code, on): Reason(code=code, sentence=_level_sentence(level, on))
    for code, level in _LEVELS.items()
    for on in (True, False)
}

#: By the level that set the lock.
LOCKS = {
    ReasonCode.TEAM: Reason(code=ReasonCode.LOCKED, sentence="Locked for your team."),
    ReasonCode.GROUP: Reason(code=ReasonCode.LOCKED, sentence="Locked for your group."),
    ReasonCode.USER: Reason(code=ReasonCode.LOCKED, sentence="Locked for you by an admin."),
}

NOT_A_PERSON = Reason(
    code=ReasonCode.NOT_A_PERSON,
    sentence="Off: this number is not in People, and only calls with people in People are recorded.",
)
DO_NOT_RECORD_PERSON = Reason(
    code=ReasonCode.DO_NOT_RECORD_PERSON, sentence="Off: this person is marked Do Not Record."
)
DO_NOT_RECORD_NUMBER = Reason(
    code=ReasonCode.DO_NOT_RECORD_NUMBER, sentence="Off: this number is on the Do Not Record list."
)
NOT_PERMITTED = Reason(
    code=ReasonCode.NOT_PERMITTED,
    sentence="You may not turn recording on where it is off by default.",
)
CHOSEN_ON = Reason(code=ReasonCode.REP, sentence="On: you chose to record this call.")
CHOSEN_OFF = Reason(code=ReasonCode.REP, sentence="Off: you chose not to record this call.")

_ANY_AREA = "any area"
#: Used instead of a name when a sentence is about no particular rep.
ANY_REP = "the rep"


def read_by(sentence: str, *, is_rep: bool, rep: str = ANY_REP) -> str:
    """Reasons for their reader: "you" is the rep whose call it is; everyone else reads the rep's name.

    Only our own words are changed, never a rule's name or explanation.
    """
    if is_rep:
        return sentence
    return _one_reason().sub(lambda found: _about(rep, found), sentence)


def _about(rep: str, found: re.Match[str]) -> str:
    if text := _OF_THE_REP.get(found[0]):
        return text.format(rep=rep, Rep=rep[:1].upper() + rep[1:])
    return f"{found['place']}, where {rep} is{found['rest']}" if found["place"] else found[0]


@cache
def _one_reason() -> re.Pattern[str]:
    """One reason among those of a decision. `place` is set for a rule that applies where the rep is."""
    places = "|".join(map(re.escape, places_in_sentence()))
    return re.compile(
        "|".join(map(re.escape, (*_OF_THE_REP, *_FOR_EVERYONE)))
        + r"|Locked by rule '.*?'\."
        + r"|(?P<place>(?:On|Off|One-sided): (?:(?:only our side may be recorded|recording is [a-z ]+) in )?"
        + rf"(?:{places}|{_ANY_AREA}|[A-Z]{{2}}-[A-Z0-9]{{1,3}})), where you are(?P<rest>,? .*?{_BY_RULE})"
        + rf"|(?:On|Off|One-sided): .*?{_BY_RULE}"
    )


def unknown_area(mode: Mode) -> Reason:
    """Why a mode other than `both` applies when the area of the number is unknown."""
    state = "One-sided" if mode is Mode.ONE_SIDED else "Off"
    return Reason(code=ReasonCode.UNKNOWN_AREA, sentence=f"{state}: the area of this number is not known.")


def rule_mode(rule: Rule, place: str, is_rep: bool) -> Reason:
    """Why a rule keeps both sides from being recorded."""
    if rule.mode is Mode.ONE_SIDED:
        return _by_rule(rule, "One-sided", _because(rule, place, is_rep, "only our side may be recorded"))
    return _by_rule(rule, "Off", _because(rule, place, is_rep, "recording is not allowed"))


def rule_default(rule: Rule, place: str, is_rep: bool) -> Reason:
    """Why a rule turns recording on or off at the start. `because` only explains why it is strict."""
    if rule.record:
        return _by_rule(rule, "On", f"recording is on by default in {_name(place, is_rep)}")
    return _by_rule(rule, "Off", _because(rule, place, is_rep, "recording is off by default"))


def rule_lock(rule: Rule) -> Reason:
    """Why the rep has no choice."""
    return Reason(code=ReasonCode.LOCKED, sentence=f"Locked by rule '{rule.name}'.")


def _because(rule: Rule, place: str, is_rep: bool, otherwise: str) -> str:
    name = _name(place, is_rep)
    if not rule.because:
        return f"{otherwise} in {name}"
    return f"{name}{',' if is_rep else ''} {rule.because}"


def _name(place: str, is_rep: bool) -> str:
    name = _ANY_AREA if place == EVERYWHERE else place_in_sentence(place)
    return f"{name}, where you are" if is_rep else name


def _by_rule(rule: Rule, state: str, text: str) -> Reason:
    return Reason(code=ReasonCode.RULE, sentence=f"{state}: {text} (rule '{rule.name}').")


#: Sentences about the rep, as the rep reads them and as everyone else does.
_OF_THE_REP = {
    CHOSEN_ON.sentence: "On: {rep} chose to record this call.",
    CHOSEN_OFF.sentence: "Off: {rep} chose not to record this call.",
    LOCKS[ReasonCode.GROUP].sentence: "Locked for {rep}'s group.",
    LOCKS[ReasonCode.USER].sentence: "Locked for {rep} by an admin.",
    NOT_PERMITTED.sentence: "{Rep} may not turn recording on where it is off by default.",
} | {
    DEFAULTS[code, on].sentence: _level_sentence(level, on)
    for code, level in ((ReasonCode.GROUP, "{rep}'s group"), (ReasonCode.USER, "{rep}'s own setting"))
    for on in (True, False)
}
#: Sentences that are the same for everyone, and have no words of an admin.
_FOR_EVERYONE = [
    NOT_A_PERSON.sentence,
    DO_NOT_RECORD_PERSON.sentence,
    DO_NOT_RECORD_NUMBER.sentence,
    LOCKS[ReasonCode.TEAM].sentence,
    *[DEFAULTS[ReasonCode.TEAM, on].sentence for on in (True, False)],
    *[unknown_area(mode).sentence for mode in (Mode.ONE_SIDED, Mode.NONE)],
]
#: The end of a rule's reason.
_BY_RULE = r"\(rule '.*?'\)\."
