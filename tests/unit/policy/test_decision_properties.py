"""What must hold for every policy and every call."""

from dataclasses import replace
from itertools import permutations

from decision_table import NUMBERS
from hypothesis import assume, given
from hypothesis import strategies as st

from onrecord.policy.areas import area_of_address
from onrecord.policy.decision import Decision, PersonFacts, RepFacts, decide, decide_ahead
from onrecord.policy.document import Policy, PolicyError, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.parser import read_policy

RECORD_STRICTNESS = {True: 0, None: 1, False: 2}

modes = st.sampled_from(Mode)
defaults = st.sampled_from([None, True, False])
places = st.sampled_from(
    ["*", "US", "CA", "DE", "GB", "JE", "US-CA", "US-TX", "US-NY", "CA-NS", "CA-PE", "415", "902"]
)
settings = st.builds(Setting, record=st.booleans(), locked=st.booleans())
addresses = st.sampled_from([None, "US", "US-CA", "US-TX", "CA-PE", "DE", "DE-BY", "GB", "JE"]).map(
    lambda code: area_of_address(code[:2], code if "-" in code else None) if code else None
)


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    names = draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4))
    return tuple(draw(one_rule(name)) for name in names)


@st.composite
def one_rule(draw: st.DrawFn, name: str) -> Rule:
    mode, record = draw(modes), draw(defaults)
    return Rule(
        name=name,
        where=tuple(draw(st.lists(places, min_size=1, max_size=3, unique=True))),
        mode=mode,
        record=False if mode is Mode.NONE and record else record,
        may_change=draw(st.booleans()),
        announcement=draw(st.sampled_from([None, "consent"])),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    try:
        return Policy(
            version=1,
            team=draw(settings),
            groups=draw(st.just({}) | settings.map(lambda setting: {"west": setting})),
            users=draw(st.just({}) | settings.map(lambda setting: {"ana": setting})),
            unknown_area=draw(modes),
            rules=draw(rules()),
            do_not_record=frozenset(draw(st.sets(st.sampled_from(["+12125550123", "+4930123456"])))),
        )
    except PolicyError:
        # A rule that would lock everyone out.
        assume(False)
        raise


calls = st.fixed_dictionaries(
    {
        "person": st.none() | st.builds(PersonFacts, do_not_record=st.booleans(), address=addresses),
        "rep": st.builds(
            RepFacts,
            user=st.just("ana"),
            group=st.just("west"),
            location=addresses,
            may_turn_on_before_call=st.booleans(),
            may_control_during_call=st.booleans(),
        ),
        "number": st.sampled_from(sorted(NUMBERS.values())),
        "wants_recording": defaults,
    }
)


def could_record(decision: Decision) -> bool:
    return decision.record_at_start or decision.may_change or decision.may_choose


def assert_not_looser(before: Decision, after: Decision) -> None:
    assert after.mode.strictness >= before.mode.strictness
    assert after.record_at_start <= before.record_at_start
    assert could_record(after) <= could_record(before)


@given(policies(), calls, places)
def test_adding_a_stricter_rule_never_loosens_a_decision(policy: Policy, call: dict, place: str) -> None:
    strictest = Mode.strictest(Mode.BOTH, *(rule.mode for rule in policy.rules))
    rule = Rule(name="new", where=(place,), mode=strictest, record=False, may_change=False)
    try:
        stricter = replace(policy, rules=(*policy.rules, rule))
    except PolicyError:
        # It would lock everyone out.
        assume(False)
        raise
    assert_not_looser(decide(policy, **call), decide(stricter, **call))


@given(policies(), calls, st.data())
def test_making_a_rule_stricter_never_loosens_a_decision(
    policy: Policy, call: dict, data: st.DataObject
) -> None:
    assume(policy.rules)
    index = data.draw(st.integers(0, len(policy.rules) - 1))
    old = policy.rules[index]
    mode = data.draw(modes.filter(lambda mode: mode.strictness >= old.mode.strictness))
    record = data.draw(defaults.filter(lambda one: RECORD_STRICTNESS[one] >= RECORD_STRICTNESS[old.record]))
    assume(not (mode is Mode.NONE and record))
    stricter = [*policy.rules]
    stricter[index] = replace(
        old, mode=mode, record=record, may_change=old.may_change and record is not False
    )
    try:
        tightened = replace(policy, rules=tuple(stricter))
    except PolicyError:
        assume(False)
        raise
    assert_not_looser(decide(policy, **call), decide(tightened, **call))


@given(policies(), calls, addresses)
def test_knowing_where_the_rep_is_never_loosens_a_decision(
    policy: Policy, call: dict, location: object
) -> None:
    nowhere = replace(call["rep"], location=None)
    somewhere = replace(call["rep"], location=location)
    assert_not_looser(decide(policy, **call | {"rep": nowhere}), decide(policy, **call | {"rep": somewhere}))


@given(policies(), calls)
def test_governance_beats_the_user_in_every_ordering(policy: Policy, call: dict) -> None:
    choices = [decide(policy, **call | {"wants_recording": wants}) for wants in (None, True, False)]
    unasked = choices[0]
    for choice in choices:
        assert choice.mode is unasked.mode
        assert choice.may_change is unasked.may_change
        if not unasked.may_choose:
            assert choice.record_at_start is unasked.record_at_start
        if choice.mode is not Mode.BOTH:
            assert not choice.may_change
            assert choice.record_at_start <= unasked.record_at_start
        if choice.mode is Mode.NONE:
            assert not could_record(choice)


@given(policies(), calls)
def test_a_team_lock_leaves_nothing_to_group_user_or_rep(policy: Policy, call: dict) -> None:
    locked = replace(policy, team=replace(policy.team, locked=True))
    bare = replace(locked, groups={}, users={})
    first = decide(bare, **call | {"wants_recording": None})
    assert decide(locked, **call) == first
    assert not first.may_change
    assert not first.may_choose


@given(policies(), calls)
def test_the_order_of_rules_does_not_matter(policy: Policy, call: dict) -> None:
    outcomes = set()
    for order in permutations(policy.rules):
        decision = decide(replace(policy, rules=order), **call)
        outcomes.add((decision.mode, decision.record_at_start, decision.may_change, decision.may_choose))
    assert len(outcomes) == 1


@given(policies(), calls)
def test_every_decision_says_why(policy: Policy, call: dict) -> None:
    decision = decide(policy, **call)
    assert decision.reasons
    assert decision.sentence == " ".join(reason.sentence for reason in decision.reasons)
    on_or_off = next((one for one in decision.reasons if one.sentence.startswith(("On:", "Off:"))), None)
    assert (
        on_or_off is not None or decision.mode is Mode.ONE_SIDED or decision.reasons[0].code == "unknown_area"
    )
    if on_or_off is not None:
        assert on_or_off.sentence.startswith("On:") is decision.record_at_start


@given(policies())
def test_a_policy_survives_json(policy: Policy) -> None:
    assert read_policy(policy.to_json()) == policy


@given(policies(), calls)
def test_a_second_decision_equals_the_first(policy: Policy, call: dict) -> None:
    first = decide(policy, **call)
    assert decide(policy, **call) == first == decide(read_policy(policy.to_json()), **call)


@given(policies(), calls)
def test_before_a_number_is_known_the_reps_own_place_is_judged(policy: Policy, call: dict) -> None:
    rep, wants_recording = call["rep"], call["wants_recording"]
    ahead = decide_ahead(policy, rep=rep, wants_recording=wants_recording)
    decision = decide(policy, **call)
    assert ahead.mode.strictness <= decision.mode.strictness
    if all(rule.record is not True for rule in policy.rules):
        assert ahead.record_at_start >= decision.record_at_start, "no call is on that was said to be off"
