"""Policies and cast of the decision table. The rows stand in test_decision_table.py."""

from onrecord.policy.areas import area_of_address
from onrecord.policy.decision import PersonFacts, RepFacts
from onrecord.policy.document import Policy, Rule, Setting
from onrecord.policy.mode import Mode

ON, OFF = Setting(record=True), Setting(record=False)
ON_LOCKED, OFF_LOCKED = Setting(record=True, locked=True), Setting(record=False, locked=True)
LOCKED = Setting(locked=True)


def policy(
    team: Setting,
    *rules: Rule,
    west: Setting | None = None,
    ana: Setting | None = None,
    unknown: Mode = Mode.NONE,
    listed: str = "",
) -> Policy:
    return Policy(
        version=7,
        team=team,
        groups={"west": west} if west else {},
        users={"ana": ana} if ana else {},
        unknown_area=unknown,
        rules=rules,
        do_not_record=frozenset(listed.split()),
    )


def rule(
    where: str, mode: Mode = Mode.BOTH, record: bool | None = None, *, may_change: bool = True, name: str = ""
) -> Rule:
    return Rule(
        name=name or where, where=tuple(where.split()), mode=mode, record=record, may_change=may_change
    )


POLICIES = {
    # Levels
    "on": policy(ON),
    "off": policy(OFF),
    "on-locked": policy(ON_LOCKED),
    "off-locked": policy(OFF_LOCKED),
    "on/west-off": policy(ON, west=OFF),
    "off/west-on": policy(OFF, west=ON),
    "on/west-off-locked": policy(ON, west=OFF_LOCKED),
    "off/west-on-locked": policy(OFF, west=ON_LOCKED),
    "on/west-locked": policy(ON, west=LOCKED),
    "on/ana-off": policy(ON, ana=OFF),
    "off/ana-on": policy(OFF, ana=ON),
    "on/ana-off-locked": policy(ON, ana=OFF_LOCKED),
    "off/ana-on-locked": policy(OFF, ana=ON_LOCKED),
    "on/west-off/ana-on": policy(ON, west=OFF, ana=ON),
    "on/west-off-locked/ana-on": policy(ON, west=OFF_LOCKED, ana=ON),
    "on-locked/west-off/ana-off": policy(ON_LOCKED, west=OFF, ana=OFF),
    "off-locked/west-on/ana-on": policy(OFF_LOCKED, west=ON, ana=ON),
    # Rules
    "ca-none": policy(ON, rule("US-CA", Mode.NONE)),
    "ca-one": policy(ON, rule("US-CA", Mode.ONE_SIDED)),
    "off/ca-one": policy(OFF, rule("US-CA", Mode.ONE_SIDED)),
    "off/ca-one-on": policy(OFF, rule("US-CA", Mode.ONE_SIDED, True)),
    "ca-off": policy(ON, rule("US-CA", record=False)),
    "off/ca-on": policy(OFF, rule("US-CA", record=True)),
    "ca-off-locked": policy(ON, rule("US-CA", record=False, may_change=False)),
    "off/ca-on-locked": policy(OFF, rule("US-CA", record=True, may_change=False)),
    "ca-locked": policy(ON, rule("US-CA", may_change=False)),
    "ca-off/ana-on-locked": policy(ON, rule("US-CA", record=False), ana=ON_LOCKED),
    "ca-none/ana-on-locked": policy(ON_LOCKED, rule("US-CA", Mode.NONE), west=ON_LOCKED, ana=ON_LOCKED),
    "ca-none,415-both": policy(ON, rule("US-CA", Mode.NONE), rule("415")),
    "ca-both,415-none": policy(ON, rule("US-CA"), rule("415", Mode.NONE)),
    "us-none,tx-both": policy(ON, rule("US", Mode.NONE), rule("US-TX")),
    "us-off,tx-on": policy(ON, rule("US", record=False), rule("US-TX", record=True)),
    "any-off": policy(ON, rule("*", record=False)),
    "any-none,tx-both": policy(ON, rule("*", Mode.NONE), rule("US-TX")),
    "any-one,us-both": policy(ON, rule("*", Mode.ONE_SIDED), rule("US"), unknown=Mode.BOTH),
    "ca-none,ca-one": policy(ON, rule("US-CA", Mode.NONE), rule("US-CA", Mode.ONE_SIDED, name="second")),
    "ca-on,ca-off": policy(ON, rule("US-CA", record=True), rule("US-CA", record=False, name="second")),
    "ns-none": policy(ON, rule("CA-NS", Mode.NONE)),
    "nu-one,yt-none": policy(ON, rule("CA-NU", Mode.ONE_SIDED), rule("CA-YT", Mode.NONE)),
    "nu-one": policy(ON, rule("CA-NU", Mode.ONE_SIDED)),
    "canada-none,pe-both": policy(ON, rule("CA", Mode.NONE), rule("CA-PE")),
    "de-none": policy(ON, rule("DE", Mode.NONE)),
    "by-none": policy(ON, rule("DE-BY", Mode.NONE)),
    "gb-one": policy(ON, rule("GB", Mode.ONE_SIDED)),
    "je-none": policy(ON, rule("JE", Mode.NONE)),
    "jm-none": policy(ON, rule("JM", Mode.NONE)),
    "pr-none": policy(ON, rule("US-PR", Mode.NONE)),
    # Unknown areas and the Do Not Record list
    "unknown-both": policy(ON, unknown=Mode.BOTH),
    "unknown-one": policy(ON, unknown=Mode.ONE_SIDED),
    "unknown-both,any-off": policy(ON, rule("*", record=False), unknown=Mode.BOTH),
    "listed": policy(ON_LOCKED, ana=ON_LOCKED, listed="+12125550123 +4930123456"),
}

#: Word in the table to facts; `in:` gives a stored address.
PEOPLE = {"nobody": None, "person": PersonFacts(), "marked": PersonFacts(do_not_record=True)}


def person(word: str) -> PersonFacts | None:
    return PersonFacts(address=place(word.removeprefix("in:"))) if word.startswith("in:") else PEOPLE[word]


def place(code: str):
    return area_of_address(code[:2], code if "-" in code else None)


#: Permissions: turn on before a call, control during a call.
PERMISSIONS = {"": (True, True), "before": (True, False), "during": (False, True), "neither": (False, False)}


def rep(word: str) -> RepFacts:
    """`ana`, `ana:before` (permissions), `ana@US-CA` (location)."""
    name, _, location = word.partition("@")
    _, _, permissions = name.partition(":")
    before, during = PERMISSIONS[permissions]
    return RepFacts(
        user="ana",
        group="west",
        location=place(location) if location else None,
        may_turn_on_before_call=before,
        may_control_during_call=during,
    )


WANTS = {"-": None, "yes": True, "no": False}
NUMBERS = {
    "NY": "+12125550123",
    "TX": "+15125550123",
    "CA415": "+14155550123",
    "CA213": "+12135550123",
    "CA357": "+13575550123",
    "NS|PE": "+19025550123",
    "NT|NU|YT": "+18675550123",
    "Ontario": "+14165550123",
    "Jamaica": "+18765550123",
    "PuertoRico": "+17875550123",
    "tollfree": "+18005550123",
    "premium": "+19005550123",
    "unassigned": "+19995550123",
    "Berlin": "+4930123456",
    "London": "+442079460123",
    "UKmobile": "+447700900123",
    "freephone": "+80012345678",
    "garbage": "tel",
}
