"""What a policy means place by place, for the map and the table of countries. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from onrecord.policy.areas import (
    US_TERRITORIES,
    area_of_address,
    country_names,
    place_in_sentence,
    place_name,
    subdivision_names,
)
from onrecord.policy.decision import Decision, PersonFacts, RepFacts, decide
from onrecord.policy.document import Policy
from onrecord.policy.mode import Mode

#: Toll-free, so it has no place and only the address counts. Too short to be on any list.
_NUMBER_WITHOUT_PLACE = "+1800"


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """What applies to calls to one place."""

    #: ISO 3166-2 or ISO 3166-1.
    code: str
    decision: Decision

    @property
    def name(self) -> str:
        return place_name(self.code)

    @property
    def effect(self) -> str:
        """`never`, `ours` (our side only), `on`, `off` (by default)."""
        if self.decision.mode is Mode.NONE:
            return "never"
        if self.decision.mode is Mode.ONE_SIDED:
            return "ours"
        return "on" if self.decision.record_at_start else "off"

    @property
    def shared_reason(self) -> str:
        """Why, worded to fit every country with the same rule."""
        return self.decision.reasons[0].sentence.replace(place_in_sentence(self.code), "this country")


#: The long names of the effects.
EFFECTS = {
    "on": "Recorded by default",
    "off": "Not recorded by default",
    "ours": "Our side only",
    "never": "Never recorded",
}


def decision_at(policy: Policy, rep: RepFacts, code: str) -> Decision:
    """The decision for a call by `rep` to a person who is definitely in the place `code`."""
    address = area_of_address(code) or area_of_address(None, code)
    return decide(
        policy,
        person=PersonFacts(address=address),
        rep=rep,
        number=_NUMBER_WITHOUT_PLACE,
        wants_recording=None,
    )


def subdivisions(policy: Policy, rep: RepFacts) -> dict[str, Coverage]:
    """Every state and province of the United States and Canada, by ISO 3166-2 code."""
    return _coverage(policy, rep, subdivision_names())


def countries(policy: Policy, rep: RepFacts) -> list[list[Coverage]]:
    """Every country, grouped by what applies there, exceptions first.

    If the states of a country differ, the strictest one represents it.
    """
    found = _coverage(policy, rep, country_names().keys() - US_TERRITORIES.keys())
    alike: dict[tuple[str, str], list[Coverage]] = {}
    for one in sorted(found.values(), key=lambda one: one.name):
        alike.setdefault((one.effect, one.shared_reason), []).append(one)
    return sorted(alike.values(), key=len)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """In how many places of a kind something can be recorded, by default or by a user's choice."""

    #: What is counted, as text.
    places: str
    total: int
    before: int
    after: int


def reach(before: Policy, after: Policy) -> tuple[Reach, ...]:
    """What can be recorded before and after, for a rep without a location who may turn recording on."""
    states = subdivision_names()
    kinds = {
        "US states and territories": [code for code in states if code.startswith("US-")],
        "Canadian provinces and territories": [code for code in states if code.startswith("CA-")],
        "other countries": list(country_names().keys() - US_TERRITORIES.keys() - {"US", "CA"}),
    }
    return tuple(
        Reach(
            places=places,
            total=len(codes),
            before=_recordable(before, codes),
            after=_recordable(after, codes),
        )
        for places, codes in kinds.items()
    )


def _recordable(policy: Policy, codes: Iterable[str]) -> int:
    rep = RepFacts(user="", may_turn_on_before_call=True, may_control_during_call=True)
    return sum(_can_record(policy, rep, code) for code in codes)


def recording_reps(policy: Policy, reps: Iterable[RepFacts]) -> int:
    """How many reps could record a call to at least one state, province or country, from where they are."""
    # Reps that the policy treats the same are checked once.
    alike = Counter(rep if rep.user in policy.users else replace(rep, user="") for rep in reps)
    codes = [*subdivision_names(), *country_names()]
    return sum(count for rep, count in alike.items() if any(_can_record(policy, rep, code) for code in codes))


def _can_record(policy: Policy, rep: RepFacts, code: str) -> bool:
    """By default or by the rep's choice."""
    decision = decision_at(policy, rep, code)
    return decision.record_at_start or decision.may_choose or decision.may_change


def _coverage(policy: Policy, rep: RepFacts, codes: Iterable[str]) -> dict[str, Coverage]:
    return {code: Coverage(code=code, decision=decision_at(policy, rep, code)) for code in codes}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A state or province on the map: a square, roughly where it is."""

    code: str
    column: int
    row: int

    @property
    def label(self) -> str:
        return self.code[3:]


#: Canada's provinces are in lowercase. The last row has the overseas territories.
_MAP = """
yt nt nu .. .. .. .. .. .. .. nl ..
bc ab sk mb .. on .. qc .. nb pe ns
AK .. .. .. .. .. .. .. .. .. .. ME
.. .. .. .. .. .. .. .. .. VT NH ..
.. WA ID MT ND MN WI MI .. NY MA RI
.. OR NV WY SD IA IL IN OH PA NJ CT
.. CA UT CO NE MO KY WV VA MD DE ..
.. .. AZ NM KS AR TN NC SC DC .. ..
.. .. .. .. OK LA MS AL GA .. .. ..
HI .. .. .. TX .. .. .. .. FL .. ..
AS GU MP .. .. .. .. .. .. .. PR VI
"""

MAP_COLUMNS = 12
MAP_ROWS = 11

TILES = tuple(
    Tile(code=f"CA-{cell.upper()}" if cell.islower() else f"US-{cell}", column=column, row=row)
    for row, line in enumerate(_MAP.split("\n")[1:-1])
    for column, cell in enumerate(line.split())
    if cell != ".."
)
