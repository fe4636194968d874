"""Sentences that people read: reasons before a call, and differences between versions."""

from dataclasses import replace

import pytest

from onrecord.policy.areas import area_of_address, place_in_sentence
from onrecord.policy.decision import PersonFacts, RepFacts, decide
from onrecord.policy.diff import diff
from onrecord.policy.document import Policy, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import DEFAULTS, LOCKS, NOT_PERMITTED, ReasonCode, read_by, rule_mode

ANA = RepFacts(user="ana", may_turn_on_before_call=True, may_control_during_call=True)
ON = Policy(version=1, team=Setting(record=True))
STATES = Rule(
    name="All-party states", where=("US-CA", "US-FL"), mode=Mode.NONE, because="requires everyone's consent"
)


def sentence(
    *rules: Rule,
    number: str = "+14155550123",
    location: str = "",
    wants: bool | None = None,
    team: Setting = ON.team,
) -> str:
    rep = replace(ANA, location=area_of_address(location[:2], location)) if location else ANA
    policy = replace(ON, team=team, rules=rules)
    return decide(policy, person=PersonFacts(), rep=rep, number=number, wants_recording=wants).sentence


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (sentence(), "On: your team records calls by default."),
        (sentence(team=Setting(record=False)), "Off: your team does not record calls by default."),
        (
            sentence(team=Setting(record=True, locked=True)),
            "On: your team records calls by default. Locked for your team.",
        ),
        (sentence(wants=False), "Off: you chose not to record this call."),
        (sentence(STATES), "Off: California requires everyone's consent (rule 'All-party states')."),
        (
            sentence(STATES, number="+12125550123", location="US-FL"),
            "Off: Florida, where you are, requires everyone's consent (rule 'All-party states').",
        ),
        (
            sentence(Rule(name="Bay", where=("415",), mode=Mode.NONE)),
            "Off: recording is not allowed in area code 415 (rule 'Bay').",
        ),
        (
            sentence(Rule(name="Us", where=("US-NY",), mode=Mode.NONE), location="US-NY"),
            "Off: recording is not allowed in New York, where you are (rule 'Us').",
        ),
        (
            sentence(Rule(name="One", where=("US",), mode=Mode.ONE_SIDED)),
            "One-sided: only our side may be recorded in the United States (rule 'One'). "
            "On: your team records calls by default.",
        ),
        (
            sentence(Rule(name="Us", where=("US",), record=False, may_change=False)),
            "Off: recording is off by default in the United States (rule 'Us'). Locked by rule 'Us'.",
        ),
        (
            sentence(
                Rule(name="All", where=("*",), record=True, because="asks for notice"),
                team=Setting(record=False),
            ),
            "On: recording is on by default in California (rule 'All').",
        ),
        (sentence(number="+18005550123"), "Off: the area of this number is not known."),
    ],
)
def test_a_rep_reads_why(found: str, expected: str) -> None:
    assert found == expected


def test_a_reason_is_given_once_however_many_places_share_it() -> None:
    person = PersonFacts(address=area_of_address("US", "CA"))
    decision = decide(
        replace(ON, rules=(STATES,)), person=person, rep=ANA, number="+14155550123", wants_recording=None
    )
    assert len(decision.reasons) == 1


def test_announcements_of_all_matching_rules_are_asked_for_once_each() -> None:
    rules = (
        Rule(name="A", where=("US-CA",), announcement="first"),
        Rule(name="B", where=("US-TX",), announcement="second"),
        Rule(name="C", where=("US-NY",), announcement="first"),
    )
    person = PersonFacts(address=area_of_address("US", "TX"))
    rep = replace(ANA, location=area_of_address("US", "NY"))
    decision = decide(
        replace(ON, rules=rules), person=person, rep=rep, number="+14155550123", wants_recording=None
    )
    assert decision.announcements == ("first", "second")


def test_a_new_version_without_changes_has_no_differences() -> None:
    policy = replace(ON, rules=(STATES,), groups={"1": Setting(record=False)})
    assert diff(policy, replace(policy, version=2)) == []


def test_every_change_is_one_readable_sentence() -> None:
    old = replace(
        ON,
        rules=(STATES, Rule(name="Gone", where=("DE",))),
        groups={"1": Setting(record=False), "2": Setting(locked=True)},
        do_not_record=frozenset({"+14155550123"}),
    )
    new = Policy(
        version=2,
        team=Setting(record=False, locked=True),
        groups={"1": Setting(record=True, locked=True)},
        users={"9": Setting(record=True)},
        unknown_area=Mode.ONE_SIDED,
        rules=(
            replace(
                STATES,
                where=("US-FL", "US-WA"),
                mode=Mode.BOTH,
                record=False,
                announcement="hello",
                because="",
            ),
            Rule(name="New", where=("*", "415"), mode=Mode.ONE_SIDED, may_change=False),
            Rule(name="Stop", where=("US-PA",), mode=Mode.NONE, because="says no"),
        ),
        do_not_record=frozenset({"+12125550123"}),
        before_call_permission="x",
        during_call_permission="y",
        beep_every_s=15,
    )
    assert diff(old, new, group_names={"1": "West"}, user_names={"9": "Ana"}) == [
        "Team: off by default, locked (before: on by default).",
        "Group West: on by default, locked (before: off by default).",
        "Group 2: no setting (before: the same as the level above, locked).",
        "User Ana: on by default (before: no setting).",
        "Unknown areas: our side only (before: no recording).",
        "Rule 'Gone' was removed.",
        "Rule 'All-party states' now covers Washington.",
        "Rule 'All-party states' no longer covers California.",
        "Rule 'All-party states': both sides (before: no recording).",
        "Rule 'All-party states': off by default (before: the usual default).",
        "Rule 'All-party states': announcement 'hello' (before: no announcement).",
        "Rule 'All-party states': no explanation (before: explained as 'requires everyone's consent').",
        "Rule 'New' was added: everywhere, area code 415; our side only; the usual default; "
        "the rep may not change it; no announcement; no explanation.",
        "Rule 'Stop' was added: Pennsylvania; no recording; explained as 'says no'.",
        "+12125550123 was added to the Do Not Record list.",
        "+14155550123 was removed from the Do Not Record list.",
        "To turn recording on before a call: x (before: recording:turn_on).",
        "To control recording during a call: y (before: recording:control).",
        "Beep: every 15 s (before: none).",
    ]


@pytest.mark.parametrize(
    ("to_rep", "to_others"),
    [
        (
            sentence(STATES, number="+12125550123", location="US-FL"),
            "Off: Florida, where Ana Torres is, requires everyone's consent (rule 'All-party states').",
        ),
        (sentence(wants=False), "Off: Ana Torres chose not to record this call."),
        (sentence(STATES), sentence(STATES)),
        (DEFAULTS[ReasonCode.GROUP, True].sentence, "On: Ana Torres's group records calls by default."),
        (
            DEFAULTS[ReasonCode.USER, False].sentence,
            "Off: Ana Torres's own setting does not record calls by default.",
        ),
        (LOCKS[ReasonCode.USER].sentence, "Locked for Ana Torres by an admin."),
        (
            NOT_PERMITTED.sentence,
            "Ana Torres may not turn recording on where it is off by default.",
        ),
    ],
)
def test_the_rep_reads_you_and_everyone_else_the_name(to_rep: str, to_others: str) -> None:
    assert read_by(to_rep, is_rep=True, rep="Ana Torres") == to_rep
    assert read_by(to_rep, is_rep=False, rep="Ana Torres") == to_others


#: Words of ours, as an admin can write them.
OURS = "asks that you chose it, where you are, with your group. You may not"


@pytest.mark.parametrize(
    "found",
    [
        sentence(Rule(name="your group", where=("US-CA",), mode=Mode.NONE, because="Ask your group lead")),
        sentence(Rule(name="Locked for you by", where=("US-CA",), mode=Mode.ONE_SIDED, because=OURS)),
        sentence(Rule(name="your own setting", where=("US-CA",), record=False, may_change=False)),
    ],
)
def test_what_an_admin_wrote_reads_the_same_for_everyone(found: str) -> None:
    assert read_by(found, is_rep=False, rep="Ana Torres") == found


def test_of_several_reasons_only_our_own_words_are_changed() -> None:
    rule = Rule(name="Yours", where=("US-CA", "US-FL"), mode=Mode.ONE_SIDED, because=OURS)
    found = sentence(rule, location="US-FL", wants=False)
    assert read_by(found, is_rep=False, rep="Ana Torres") == (
        f"One-sided: California {OURS} (rule 'Yours'). "
        f"One-sided: Florida, where Ana Torres is, {OURS} (rule 'Yours'). "
        "Off: Ana Torres chose not to record this call."
    )


def test_a_rule_where_the_rep_is_names_the_rep_after_one_where_the_contact_is() -> None:
    found = sentence(replace(STATES, mode=Mode.ONE_SIDED), Rule(name="All", where=("*",)), location="US-FL")
    assert read_by(found, is_rep=False, rep="Ana Torres") == found.replace("you are", "Ana Torres is")
    assert "you are" in found


@pytest.mark.parametrize("place", ["US-FL", "BQ", "DE-BY", "DE-X1", "415"])
def test_wherever_the_rep_is_everyone_else_reads_their_name(place: str) -> None:
    for because in ("", "asks for consent"):
        found = rule_mode(Rule(name="One", where=(place,), mode=Mode.NONE, because=because), place, True)
        assert ", where Ana Torres is" in read_by(found.sentence, is_rep=False, rep="Ana Torres")


def test_where_no_rep_is_named_it_says_the_rep() -> None:
    assert read_by(NOT_PERMITTED.sentence, is_rep=False).startswith("The rep may not")
    assert read_by(LOCKS[ReasonCode.USER].sentence, is_rep=False) == "Locked for the rep by an admin."


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("GB", "the United Kingdom"),
        ("US", "the United States"),
        ("NL", "the Netherlands"),
        ("US-DC", "the District of Columbia"),
        ("CA-NT", "the Northwest Territories"),
        ("KY", "the Cayman Islands"),
        ("US-TX", "Texas"),
        ("IE", "Ireland"),
        ("415", "area code 415"),
    ],
)
def test_a_place_has_its_article_inside_a_sentence(code: str, said: str) -> None:
    assert place_in_sentence(code) == said
