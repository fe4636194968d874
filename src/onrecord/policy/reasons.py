"""The reasons for a decision, in sentences that a rep reads before dialing."""

from dataclasses import dataclass
from enum import StrEnum

from onrecord.policy.areas import place_in_sentence
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


#: Phrases as the rep whose call it is reads them, and as everyone else does.
_OF_THE_REP = {
    ", where you are": ", where {rep} is",
    "you chose": "{rep} chose",
    "your group": "{rep}'s group",
    "your own setting": "{rep}'s own setting",
    "Locked for you by": "Locked for {rep} by",
    "You may not": "{Rep} may not",
}
#: Used instead of a name when a sentence is about no particular rep.
ANY_REP = "the rep"


def read_by(sentence: str, *, is_rep: bool, rep: str = ANY_REP) -> str:
    """A reason for its reader: "you" is the rep whose call it is; everyone else reads the rep's name."""
    if is_rep:
        return sentence
    capitalized = rep[:1].upper() + rep[1:]
    for to_rep, of_rep in _OF_THE_REP.items():
        sentence = sentence.replace(to_rep, of_rep.format(rep=rep, Rep=capitalized))
    return sentence


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
    name = "any area" if place == EVERYWHERE else place_in_sentence(place)
    return f"{name}, where you are" if is_rep else name


def _by_rule(rule: Rule, state: str, text: str) -> Reason:
    return Reason(code=ReasonCode.RULE, sentence=f"{state}: {text} (rule '{rule.name}').")
