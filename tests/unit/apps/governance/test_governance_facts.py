"""The facts of a decision, as they are stored and shown."""

import json

import pytest

from onrecord.policy import facts_json
from onrecord.policy.areas import area_of_address
from onrecord.policy.decision import PersonFacts, RepFacts
from onrecord.policy.simulate import CallFacts

ANA = RepFacts(user="7", group="2", location=area_of_address("US", "US-NY"), may_control_during_call=True)

FACTS = [
    CallFacts(id="c", person=None, rep=RepFacts(user="7"), number="+18005550123"),
    CallFacts(
        id="c",
        person=PersonFacts(address=area_of_address("US", "US-OH")),
        rep=ANA,
        number="+15135550195",
        wants_recording=True,
    ),
    CallFacts(id="c", person=PersonFacts(do_not_record=True), rep=ANA, number="+18675550123"),
]


@pytest.mark.parametrize("facts", FACTS)
def test_stored_facts_are_loaded_unchanged(facts: CallFacts) -> None:
    assert facts_json.from_json("c", json.loads(json.dumps(facts_json.to_json(facts)))) == facts


def test_the_call_page_lists_the_facts_of_the_decision() -> None:
    assert [facts_json.sentence(facts_json.to_json(facts)) for facts in FACTS] == [
        "The number's area is not known; it was not in People; the rep's location is not known; "
        "the rep did not choose.",
        "The number's area is Ohio, by its area code 513; the person's address is Ohio; "
        "the rep was in New York; the rep chose to record.",
        "The number's area is the Northwest Territories or Nunavut or Yukon, by its area code 867; "
        "the person's address is not known; the person was marked Do Not Record; the rep was in New York; "
        "the rep did not choose.",
    ]
