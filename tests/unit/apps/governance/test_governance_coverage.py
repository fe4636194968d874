"""The map and the table of countries."""

from dataclasses import replace

from onrecord.policy.areas import area_of_address, country_names, subdivision_names
from onrecord.policy.coverage import TILES, countries, decision_at, reach, recording_reps, subdivisions
from onrecord.policy.decision import RepFacts
from onrecord.policy.document import Policy, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.presets import CAUTIOUS, MAJORITY, with_preset

ANY_REP = RepFacts(user="")
RECORDING = Policy(version=1, team=Setting(record=True))


def test_every_state_and_province_has_one_square_and_no_two_share_a_place() -> None:
    assert sorted(tile.code for tile in TILES) == sorted(subdivision_names())
    assert len({(tile.column, tile.row) for tile in TILES}) == len(TILES)


def test_the_map_shows_the_states_of_a_preset_as_never_recorded() -> None:
    shown = subdivisions(with_preset(RECORDING, MAJORITY), ANY_REP)
    never = {code for code, found in shown.items() if found.effect == "never"}
    assert never == {f"US-{code}" for code in ["CA", "FL", "IL", "MD", "MA", "MT", "NH", "PA", "WA", "NV"]}
    assert shown["US-CA"].decision.sentence.startswith("Off: California requires everyone's consent")


def test_each_effect_has_its_own_word() -> None:
    rules = (
        Rule(name="One", where=("US-UT",), mode=Mode.ONE_SIDED),
        Rule(name="Two", where=("US-TX",), record=False),
    )
    shown = subdivisions(Policy(version=1, team=Setting(record=True), rules=rules), ANY_REP)
    assert [shown[code].effect for code in ("US-UT", "US-TX", "US-OH")] == ["ours", "off", "on"]


def test_the_reps_location_counts_everywhere() -> None:
    rep = RepFacts(user="", location=area_of_address("US", "US-CA"))
    shown = subdivisions(with_preset(RECORDING, MAJORITY), rep)
    assert {found.effect for found in shown.values()} == {"never"}


def test_a_country_has_the_effect_of_its_strictest_state() -> None:
    assert decision_at(with_preset(RECORDING, CAUTIOUS), ANY_REP, "US").mode is Mode.NONE
    assert decision_at(RECORDING, ANY_REP, "US").record_at_start


def test_every_country_is_in_the_table_once_and_the_exceptions_come_first() -> None:
    table = countries(with_preset(RECORDING, CAUTIOUS), ANY_REP)
    names = [one.name for like in table for one in like]
    assert len(names) == len(set(names)) == len(country_names()) - 5
    assert {one.code for like in table[:-1] for one in like} == {"US", "DE", "CA", "GB"}


def test_countries_without_a_source_share_one_line_that_says_so() -> None:
    *_, others = countries(with_preset(RECORDING, CAUTIOUS), ANY_REP)
    assert {one.effect for one in others} == {"never"}
    assert others[0].shared_reason == (
        "Off: this country is not covered by any source used for this preset (rule 'Places without a "
        "source')."
    )


def test_places_that_a_policy_still_allows_to_record_are_counted() -> None:
    canada = Rule(name="Canada", where=("CA",), record=False, may_change=True)
    shut = Rule(name="Off", where=("*",), record=False, may_change=False)
    after = Policy(version=1, team=Setting(record=True), rules=(canada, shut))
    left = {kind.places: (kind.before, kind.after, kind.total) for kind in reach(RECORDING, after)}
    assert left["US states and territories"] == (56, 0, 56)
    assert left["Canadian provinces and territories"] == (13, 13, 13)


def test_reps_who_could_still_record_are_counted_from_where_they_are() -> None:
    allowed = Rule(name="Utah", where=("US-UT",), mode=Mode.ONE_SIDED)
    shut = Rule(name="Off", where=("*",), mode=Mode.NONE)
    policy = Policy(version=1, team=Setting(record=True), rules=(allowed, shut))
    reps = [
        RepFacts(user="1", location=area_of_address("US", "US-UT")),
        RepFacts(user="2", location=area_of_address("US", "US-NY")),
        RepFacts(user="3"),
    ]
    assert recording_reps(RECORDING, reps) == 3
    assert recording_reps(policy, reps) == 2
    silent = replace(RECORDING, users={"3": Setting(record=False, locked=True)})
    assert recording_reps(silent, reps) == 2
