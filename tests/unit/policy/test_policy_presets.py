"""Presets and simulation."""

from dataclasses import replace

import pytest

from onrecord.policy.areas import US_TERRITORIES, area_of_address, country_names, subdivision_names
from onrecord.policy.decision import PersonFacts, RepFacts, decide
from onrecord.policy.document import EVERYWHERE, Policy, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.parser import read_policy
from onrecord.policy.presets import CAUTIOUS, MAJORITY, PLACES, PRESETS, Consent, Preset, with_preset
from onrecord.policy.simulate import CallFacts, compare

ON = Policy(version=1, team=Setting(record=True))
REP = RepFacts(user="ana", may_turn_on_before_call=True, may_control_during_call=True)
ALL_PARTY = {f"US-{code}" for code in ("CA", "FL", "IL", "MD", "MA", "MT", "NH", "PA", "WA")}
CONTESTED = {f"US-{code}" for code in ("CT", "DE", "MI", "MO", "OR", "VT")}


def covered(preset: Preset, mode: Mode) -> set[str]:
    return {code for rule in preset.rules if rule.mode is mode for code in rule.where}


def test_the_states_that_every_list_names_are_in_both_presets() -> None:
    assert {place.code for place in PLACES if place.consent is Consent.ALL_PARTY} == {*ALL_PARTY, "DE"}
    assert covered(MAJORITY, Mode.NONE) == {*ALL_PARTY, "US-NV", "DE"}
    assert covered(CAUTIOUS, Mode.NONE) == {
        *ALL_PARTY,
        "US-NV",
        "DE",
        *CONTESTED,
        *US_TERRITORIES.values(),
        EVERYWHERE,
    }


def test_cautious_has_a_source_for_every_state_and_records_nothing_where_it_has_none() -> None:
    policy = with_preset(ON, CAUTIOUS)
    sourced = {place.code for place in PLACES}
    states = {code for code in subdivision_names() if code.startswith("US-")}
    assert states - sourced == {*US_TERRITORIES.values()}
    recorded = {
        code
        for code in (*subdivision_names(), *country_names())
        if decide(
            policy,
            person=PersonFacts(address=area_of_address(code) or area_of_address(None, code)),
            rep=REP,
            number="+1800",
            wants_recording=None,
        ).record_at_start
    }
    # "US" alone names no state, so the strictest counts.
    assert recorded == {place.code for place in PLACES if place.consent is Consent.ONE_PARTY} - {"US"}


def test_every_place_has_a_citation_and_disagreement_is_noted() -> None:
    assert all(place.citation for place in PLACES)
    settled = {Consent.ALL_PARTY, Consent.ONE_PARTY}
    assert all(place.note for place in PLACES if place.consent not in settled)
    assert len({place.code for place in PLACES}) == len(PLACES)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_can_be_applied_and_travels_as_json(preset: Preset) -> None:
    own = Rule(name="Own", where=("US-TX",), record=False)
    policy = with_preset(replace(ON, rules=(own,)), preset)
    assert policy.rules == (*preset.rules, own)
    assert with_preset(policy, preset) == policy
    assert read_policy(policy.to_json()) == policy
    assert policy.overlaps() == ()
    assert {place.code for place in preset.places} == {
        code for rule in preset.rules if rule.name != "Places without a source" for code in rule.where
    }


def test_a_preset_says_why_in_the_words_of_its_place() -> None:
    def sentence(number: str) -> str:
        policy = with_preset(ON, CAUTIOUS)
        return decide(policy, person=PersonFacts(), rep=REP, number=number, wants_recording=None).sentence

    assert (
        sentence("+14155550123") == "Off: California requires everyone's consent (rule 'All-party states')."
    )
    assert (
        sentence("+18025550123") == "Off: Vermont may require everyone's consent (rule 'Contested states')."
    )
    assert sentence("+4930123456") == "Off: Germany requires everyone's consent (rule 'All-party countries')."
    assert (
        sentence("+14165550123") == "Off: Canada expects notice to the other party (rule 'Notice countries')."
    )
    assert sentence("+33123456789") == (
        "Off: France is not covered by any source used for this preset (rule 'Places without a source')."
    )
    assert sentence("+12125550123") == "On: your team records calls by default."


def test_a_simulation_tells_which_calls_would_differ() -> None:
    calls = [
        CallFacts(id="ny", person=PersonFacts(), rep=REP, number="+12125550123"),
        CallFacts(id="ca", person=PersonFacts(), rep=REP, number="+14155550123"),
        CallFacts(id="nobody", person=None, rep=REP, number="+14155550123"),
        CallFacts(id="chosen", person=PersonFacts(), rep=REP, number="+14165550123", wants_recording=True),
    ]
    draft = with_preset(replace(ON, version=2), CAUTIOUS)
    compared = list(compare(ON, draft, calls))
    assert [one.call for one in compared] == calls
    assert [one.call.id for one in compared if one.differs] == ["ca"]
    assert compared[1].before.mode is Mode.BOTH
    assert compared[1].after.mode is Mode.NONE
    assert compared[1].after.policy_version == 2
