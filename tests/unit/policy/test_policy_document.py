"""The policy document: what it accepts, what it refuses, and how it travels as JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest

from onrecord.policy.document import Policy, PolicyError, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.parser import read_policy

FULL = Policy(
    version=3,
    team=Setting(record=True),
    groups={"1": Setting(record=False, locked=True)},
    users={"9": Setting(locked=True)},
    unknown_area=Mode.ONE_SIDED,
    rules=(
        Rule(name="States", where=("US-CA", "415"), mode=Mode.NONE, because="requires everyone's consent"),
        Rule(name="Notice", where=("GB", "*"), record=False, may_change=False, announcement="consent"),
        Rule(name="Texas", where=("US-TX",), record=True),
    ),
    do_not_record=frozenset({"+14155550123", "+4930123456"}),
    before_call_permission="a",
    during_call_permission="b",
    beep_every_s=15,
)


def problems(document: Any) -> str:
    with pytest.raises(PolicyError) as raised:
        read_policy(document)
    assert str(raised.value) == " ".join(raised.value.problems)
    return "\n".join(raised.value.problems)


def test_a_full_policy_survives_json_text() -> None:
    assert read_policy(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_a_short_document_takes_the_strict_defaults() -> None:
    policy = read_policy({"version": 1})
    assert policy == Policy(version=1)
    assert policy.team == Setting(record=False)
    assert policy.unknown_area is Mode.NONE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": 0}, "The version must be 1 or more."),
        ({"version": "1"}, "The version must be a whole number."),
        ({"version": True}, "The version must be a whole number."),
        ({"colour": "red"}, "The policy has no 'colour'."),
        ({"memo": {}}, "The policy has no 'memo'."),
        ({"team": {}}, "Say whether the team's calls record by default."),
        ({"team": {"record": "yes"}}, "The default must be true or false."),
        ({"team": {"lock": True}}, "A setting has no 'lock'."),
        ({"team": None}, "A setting must be an object."),
        ({"groups": []}, "The groups' settings must be an object of settings by id."),
        ({"users": {"9": {}}}, "The setting of '9' has no effect. Remove it."),
        ({"unknown_area": "maybe"}, "The mode of unknown areas must be 'both' or 'one_sided' or 'none'."),
        ({"rules": {}}, "The rules must be a list."),
        ({"rules": [7]}, "Rule 1 must be an object."),
        ({"rules": [{}]}, "Rule 1 has no name."),
        ({"do_not_record": "+14155550123"}, "The Do Not Record list must be a list of text."),
        ({"do_not_record": ["4155550123"]}, "'4155550123' is not a number in international form"),
        ({"before_call_permission": ""}, "Name the permissions"),
        ({"beep_every_s": 0}, "The beep must come every 1 to 300 seconds."),
        ({"beep_every_s": 1.5}, "The beep must be a whole number."),
    ],
)
def test_a_bad_document_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    assert sentence in problems(FULL.to_json() | change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Give each rule a name of 1 to 80 characters."),
        ({"where": []}, "Rule 'R': name at least one place, or '*' for everywhere."),
        ({"where": "US-CA"}, "Rule 1: the places must be a list of text."),
        ({"where": ["US-CA", "US-CA"]}, "Rule 'R': name each place once."),
        ({"where": ["999"]}, "Rule 'R': 999 is not an area code in service."),
        (
            {"where": ["800"]},
            "Rule 'R': 800 does not belong to a place. The setting for unknown areas covers it.",
        ),
        ({"where": ["US-ZZ"]}, "Rule 'R': no place is called 'US-ZZ'"),
        ({"where": ["California"]}, "Rule 'R': no place is called 'California'"),
        ({"where": ["XX"]}, "Rule 'R': no place is called 'XX'"),
        ({"where": ["PR"]}, "Rule 'R': write US-PR for PR."),
        ({"mode": "off"}, "Rule 1: the mode must be 'both' or 'one_sided' or 'none'."),
        ({"mode": ["none"]}, "Rule 1: the mode must be"),
        ({"record": True}, "Rule 'R': it does not allow recording, so it cannot turn recording on."),
        ({"because": "x" * 201}, "Rule 'R': shorten the explanation to 200 characters."),
        ({"modes": "none"}, "Rule 1 has no 'modes'."),
    ],
)
def test_a_bad_rule_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    rule = {"name": "R", "where": ["US-CA"], "mode": "none"} | change
    assert sentence in problems({"version": 1, "rules": [rule]})


def test_every_problem_is_named_at_once() -> None:
    found = problems(
        {"version": "x", "beep_every_s": "x", "rules": [{"name": "A", "where": ["999", "998"]}, 5]}
    )
    assert found.splitlines() == [
        "The version must be a whole number.",
        "Rule 'A': 999 is not an area code in service.",
        "Rule 'A': 998 is not an area code in service.",
        "Rule 2 must be an object.",
        "The beep must be a whole number.",
        "The version is missing.",
    ]


@pytest.mark.parametrize("document", [None, [], "policy", 7])
def test_what_is_no_object_is_refused(document: Any) -> None:
    assert problems(document) == "The policy must be an object."


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyError, match=r"Two rules are named 'A'\. Rename one"):
        Policy(version=1, rules=(Rule(name="A", where=("US",)), Rule(name="A", where=("CA",))))


@pytest.mark.parametrize(
    "lock",
    [
        {"mode": Mode.NONE},
        {"record": False, "may_change": False},
        {"mode": Mode.ONE_SIDED, "record": False},
    ],
)
def test_a_rule_that_would_lock_everyone_out_is_refused_unless_it_has_an_exception(
    lock: dict[str, Any],
) -> None:
    everywhere = Rule(name="Stop", where=("*",), **lock)
    with pytest.raises(PolicyError, match="Rule 'Stop' would lock everyone out of recording, everywhere"):
        Policy(version=1, rules=(everywhere, Rule(name="B", where=("US",), mode=Mode.NONE)))
    assert Policy(version=1, rules=(everywhere, Rule(name="Texas", where=("US-TX",))))


def test_a_rule_for_everywhere_may_lock_what_the_team_says() -> None:
    assert Policy(version=1, rules=(Rule(name="Keep", where=("*",), may_change=False),))


def test_overlapping_rules_are_allowed_and_reported() -> None:
    policy = Policy(
        version=1,
        rules=(
            Rule(name="A", where=("US-CA", "US-TX", "*"), record=True),
            Rule(name="B", where=("*", "US-CA"), record=False),
            Rule(name="C", where=("415", "US"), record=False),
            Rule(name="Neutral", where=("US-CA",)),
        ),
    )
    assert policy.overlaps() == (
        "'A' and 'B' both cover California, every place. The stricter rule applies.",
    )
    assert replace(policy, rules=policy.rules[1:]).overlaps() == ()
