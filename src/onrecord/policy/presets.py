"""Starting points for rules, with a source for each place. They are not legal advice.

Published lists agree on nine all-party states; nearly all include Nevada, and they disagree on six more.
"cautious" follows every list and records nothing where there is no source; "majority" forbids only what most
lists include and leaves every other place to the team's default. Each citation was checked against the
statute's text or a published guide.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from onrecord.policy.areas import US_TERRITORIES, place_name
from onrecord.policy.document import EVERYWHERE, Policy, Rule
from onrecord.policy.mode import Mode


class Consent(StrEnum):
    """Whose consent a recording needs, according to published lists."""

    #: Everyone's, in every list.
    ALL_PARTY = "all_party"
    #: Everyone's, in nearly every list.
    USUALLY = "usually"
    #: The lists disagree.
    CONTESTED = "contested"
    #: One party's, but the other must be told, or expects to be.
    NOTICE = "notice"
    #: One party's: our own side's is enough.
    ONE_PARTY = "one_party"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is published about one state or country."""

    #: ISO 3166-2 or ISO 3166-1.
    code: str
    consent: Consent
    #: Statute, or its closest equivalent.
    citation: str
    #: Where sources disagree, or what the statute leaves out.
    note: str = ""

    @property
    def name(self) -> str:
        return place_name(self.code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A named set of rules, in editions."""

    name: str
    #: Increases whenever a place or citation changes; separate from the versions of a team's policy.
    edition: int
    #: What it follows and what it does elsewhere; completes "Preset “cautious”".
    summary: str
    rules: tuple[Rule, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """The places covered by its rules, to be shown with their citations."""
        covered = {code for rule in self.rules for code in rule.where}
        return tuple(place for place in PLACES if place.code in covered)


def with_preset(policy: Policy, preset: Preset) -> Policy:
    """The policy with the preset's rules, replacing rules with the same names. The version is unchanged."""
    names = {rule.name for rule in preset.rules}
    kept = tuple(rule for rule in policy.rules if rule.name not in names)
    return replace(policy, rules=(*preset.rules, *kept))


#: State to statute, where every list says that one party's consent is enough, as under federal law.
_ONE_PARTY_STATUTES = {
    "US-AL": "Ala. Code § 13A-11-30",
    "US-AK": "Alaska Stat. § 42.20.310",
    "US-AZ": "A.R.S. § 13-3005",
    "US-AR": "Ark. Code § 5-60-120",
    "US-CO": "C.R.S. § 18-9-303",
    "US-DC": "D.C. Code § 23-542",
    "US-GA": "O.C.G.A. § 16-11-66",
    "US-HI": "HRS § 803-42",
    "US-ID": "Idaho Code § 18-6702",
    "US-IN": "Ind. Code § 35-33.5-1-5",
    "US-IA": "Iowa Code § 808B.2",
    "US-KS": "K.S.A. § 21-6101",
    "US-KY": "KRS 526.010",
    "US-LA": "La. R.S. 15:1303",
    "US-ME": "15 M.R.S. § 710",
    "US-MN": "Minn. Stat. § 626A.02",
    "US-MS": "Miss. Code § 41-29-531",
    "US-NE": "Neb. Rev. Stat. § 86-290",
    "US-NJ": "N.J.S.A. 2A:156A-4",
    "US-NM": "N.M. Stat. § 30-12-1",
    "US-NY": "N.Y. Penal Law §§ 250.00, 250.05",
    "US-NC": "N.C. Gen. Stat. § 15A-287",
    "US-ND": "N.D. Cent. Code § 12.1-15-02",
    "US-OH": "Ohio Rev. Code § 2933.52",
    "US-OK": "13 O.S. § 176.4",
    "US-RI": "R.I. Gen. Laws § 11-35-21",
    "US-SC": "S.C. Code § 17-30-30",
    "US-SD": "S.D.C.L. § 23A-35A-20",
    "US-TN": "Tenn. Code § 39-13-601",
    "US-TX": "Tex. Penal Code § 16.02",
    "US-UT": "Utah Code § 77-23a-4",
    "US-VA": "Va. Code § 19.2-62",
    "US-WV": "W. Va. Code § 62-1D-3",
    "US-WI": "Wis. Stat. § 968.31",
    "US-WY": "Wyo. Stat. § 7-3-702",
}

PLACES = (
    Place(
        code="US-CA",
        consent=Consent.ALL_PARTY,
        citation="Cal. Penal Code § 632",
        note="§ 632.7 for mobile calls.",
    ),
    Place(
        code="US-FL",
        consent=Consent.ALL_PARTY,
        citation="Fla. Stat. § 934.03",
    ),
    Place(
        code="US-IL",
        consent=Consent.ALL_PARTY,
        citation="720 ILCS 5/14",
        note="For private conversations recorded secretly, since 2014.",
    ),
    Place(
        code="US-MD",
        consent=Consent.ALL_PARTY,
        citation="Md. Code, Cts. & Jud. Proc. § 10-402",
    ),
    Place(
        code="US-MA",
        consent=Consent.ALL_PARTY,
        citation="M.G.L. c. 272 § 99",
        note="Forbids secret recording.",
    ),
    Place(
        code="US-MT",
        consent=Consent.ALL_PARTY,
        citation="Mont. Code § 45-8-213",
        note="Everyone must know. A warning is enough.",
    ),
    Place(
        code="US-NH",
        consent=Consent.ALL_PARTY,
        citation="RSA 570-A:2",
    ),
    Place(
        code="US-PA",
        consent=Consent.ALL_PARTY,
        citation="18 Pa.C.S. §§ 5703-5704",
    ),
    Place(
        code="US-WA",
        consent=Consent.ALL_PARTY,
        citation="RCW 9.73.030",
        note="An announcement that is itself recorded counts as consent.",
    ),
    Place(
        code="US-NV",
        consent=Consent.USUALLY,
        citation="NRS 200.620",
        note="The text reads as one-party; Lane v. Allstate (Nev. 1998) requires everyone for calls.",
    ),
    Place(
        code="US-CT",
        consent=Consent.CONTESTED,
        citation="Conn. Gen. Stat. § 52-570d",
        note="Civil law requires everyone's consent, or notice, for calls; criminal law one party's.",
    ),
    Place(
        code="US-DE",
        consent=Consent.CONTESTED,
        citation="11 Del. C. §§ 1335, 2402",
        note="The privacy statute requires everyone's consent, the wiretap statute one party's.",
    ),
    Place(
        code="US-MI",
        consent=Consent.CONTESTED,
        citation="MCL 750.539c",
        note="The text requires everyone's consent; Sullivan v. Gray (Mich. App. 1982) exempts participants.",
    ),
    Place(
        code="US-MO",
        consent=Consent.CONTESTED,
        citation="Mo. Rev. Stat. § 542.402",
        note="The text requires one party's consent; some lists still include the state.",
    ),
    Place(
        code="US-OR",
        consent=Consent.CONTESTED,
        citation="ORS 165.540",
        note="One party for telephone calls, notice to everyone in person; some lists name the state whole.",
    ),
    Place(
        code="US-VT",
        consent=Consent.CONTESTED,
        citation="No statute",
        note="Case law only (Vermont v. Geraw, 2002: the home); some lists still include the state.",
    ),
    Place(
        code="DE",
        consent=Consent.ALL_PARTY,
        citation="StGB § 201",
        note="Recording words not spoken in public, without everyone's consent, is a crime.",
    ),
    Place(
        code="CA",
        consent=Consent.NOTICE,
        citation="Criminal Code s. 184",
        note="One party under criminal law; PIPEDA asks that people be told the purpose and agree.",
    ),
    Place(
        code="GB",
        consent=Consent.NOTICE,
        citation="Investigatory Powers Act 2016; SI 2018/356",
        note="One party for personal use. Businesses must try to tell people, and data protection law "
        "applies.",
    ),
    Place(
        code="US",
        consent=Consent.ONE_PARTY,
        citation="18 U.S.C. § 2511(2)(d)",
        note="Federal law. Where the state is not known, the strictest state counts.",
    ),
    *(
        Place(code=code, consent=Consent.ONE_PARTY, citation=citation)
        for code, citation in _ONE_PARTY_STATUTES.items()
    ),
)


def _where(*consents: Consent, states: bool) -> tuple[str, ...]:
    return tuple(
        place.code for place in PLACES if place.consent in consents and ("-" in place.code) is states
    )


_ALL_PARTY_STATES = Rule(
    name="All-party states",
    where=_where(Consent.ALL_PARTY, Consent.USUALLY, states=True),
    mode=Mode.NONE,
    because="requires everyone's consent",
)
_CONTESTED_STATES = Rule(
    name="Contested states",
    where=_where(Consent.CONTESTED, states=True),
    mode=Mode.NONE,
    because="may require everyone's consent",
)
_ALL_PARTY_COUNTRIES = Rule(
    name="All-party countries",
    where=_where(Consent.ALL_PARTY, states=False),
    mode=Mode.NONE,
    because="requires everyone's consent",
)
_NOTICE_COUNTRIES = Rule(
    name="Notice countries",
    where=_where(Consent.NOTICE, states=False),
    record=False,
    because="expects notice to the other party",
)
#: Has no effect of its own, but exempts these states from the rule for places without a source.
_ONE_PARTY_STATES = Rule(name="One-party states", where=("US", *_ONE_PARTY_STATUTES))
_NO_SOURCE = Rule(
    name="Places without a source",
    # The territories are named because the rule for the United States would cover them.
    where=(EVERYWHERE, *US_TERRITORIES.values()),
    mode=Mode.NONE,
    because="is not covered by any source used for this preset",
)

CAUTIOUS = Preset(
    name="cautious",
    edition=3,
    summary="follows every published list and records nothing where it has no source",
    rules=(
        _ALL_PARTY_STATES,
        _CONTESTED_STATES,
        _ALL_PARTY_COUNTRIES,
        _NOTICE_COUNTRIES,
        _ONE_PARTY_STATES,
        _NO_SOURCE,
    ),
)
MAJORITY = Preset(
    name="majority",
    edition=1,
    summary="follows what most published lists say and leaves every other place to your team's default",
    rules=(_ALL_PARTY_STATES, _ALL_PARTY_COUNTRIES),
)
PRESETS = {preset.name: preset for preset in (CAUTIOUS, MAJORITY)}
