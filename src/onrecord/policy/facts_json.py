"""The facts behind a decision, as stored with the call and shown to readers. Pure."""

from typing import Any

from onrecord.policy.areas import Area, AreaSource, area_of_number, place_in_sentence
from onrecord.policy.decision import PersonFacts, RepFacts
from onrecord.policy.simulate import CallFacts

_SOURCES = {
    AreaSource.AREA_CODE: "by its area code",
    AreaSource.CALLING_CODE: "by its calling code",
    AreaSource.NON_GEOGRAPHIC: "",
    AreaSource.UNKNOWN: "",
    AreaSource.ADDRESS: "",
}


def to_json(facts: CallFacts) -> dict[str, Any]:
    """The facts as plain JSON values. `from_json` returns equal facts, except for their ID."""
    return {
        "number": facts.number,
        "number_area": _area_to_json(area_of_number(facts.number)),
        "person": facts.person
        and {
            "do_not_record": facts.person.do_not_record,
            "address": facts.person.address and _area_to_json(facts.person.address),
        },
        "rep": {
            "user": facts.rep.user,
            "group": facts.rep.group,
            "location": facts.rep.location and _area_to_json(facts.rep.location),
            "may_turn_on_before_call": facts.rep.may_turn_on_before_call,
            "may_control_during_call": facts.rep.may_control_during_call,
        },
        "wants_recording": facts.wants_recording,
    }


def from_json(call_id: str, stored: dict[str, Any]) -> CallFacts:
    """The facts of a past call. Raises KeyError, ValueError."""
    person, rep = stored["person"], stored["rep"]
    return CallFacts(
        id=call_id,
        person=person
        and PersonFacts(do_not_record=person["do_not_record"], address=_area_from_json(person["address"])),
        rep=RepFacts(**(rep | {"location": _area_from_json(rep["location"])})),
        number=stored["number"],
        wants_recording=stored["wants_recording"],
    )


def sentence(stored: dict[str, Any]) -> str:
    """What was considered, for the call page."""
    person, rep = stored["person"], stored["rep"]
    parts = [_number(stored["number_area"])]
    if person is not None:
        address = f"is {_places(person['address'])}" if person["address"] else "is not known"
        parts.append(f"the person's address {address}")
        parts += ["the person was marked Do Not Record"] if person["do_not_record"] else []
    else:
        parts.append("it was not in People")
    parts.append(
        f"the rep was in {_places(rep['location'])}" if rep["location"] else "the rep's location is not known"
    )
    parts.append(_CHOICES[stored["wants_recording"]])
    return f"{'; '.join(parts)}."


_CHOICES = {
    None: "the rep did not choose",
    True: "the rep chose to record",
    False: "the rep chose not to record",
}


def _number(area: dict[str, Any]) -> str:
    if not area["countries"]:
        return "The number's area is not known"
    source = _SOURCES[AreaSource(area["source"])]
    code = f" {area['area_code']}" if area["area_code"] else ""
    return f"The number's area is {_places(area)}, {source}{code}"


def _places(area: dict[str, Any]) -> str:
    return " or ".join(place_in_sentence(code) for code in area["subdivisions"] or area["countries"])


def _area_to_json(area: Area) -> dict[str, Any]:
    return {
        "source": area.source.value,
        "countries": sorted(area.countries),
        "subdivisions": sorted(area.subdivisions),
        "area_code": area.area_code,
    }


def _area_from_json(area: dict[str, Any] | None) -> Area | None:
    if area is None:
        return None
    return Area(
        source=AreaSource(area["source"]),
        countries=frozenset(area["countries"]),
        subdivisions=frozenset(area["subdivisions"]),
        area_code=area["area_code"],
    )
