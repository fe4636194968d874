"""Starting points for rules, each place with its source. They are not legal advice.

Published lists agree on nine all-party states, nearly all name Nevada, and they disagree on five more.
"cautious" follows every list, "majority" only what most of them name. Each citation was compared with
the text or a published guide.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from onrecord.policy.areas import place_name
from onrecord.policy.document import Policy, Rule
from onrecord.policy.mode import Mode


class Consent(StrEnum):
    """Whose consent a recording needs, as published lists have it."""

    #: Every list says: everyone's.
    ALL_PARTY = "all_party"
    #: Nearly every list says: everyone's.
    USUALLY = "usually"
    #: Lists disagree.
    CONTESTED = "contested"
    #: One party's, but others expect notice.
    ONE_PARTY = "one_party"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is published about one state or country."""

    #: ISO 3166-2 or ISO 3166-1.
    code: str
    consent: Consent
    #: Statute, or what stands in for one.
    citation: str
    #: Where sources disagree, or what the statute leaves out.
    note: str = ""

    @property
    def name(self) -> str:
        return place_name(self.code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A named, versioned set of rules."""

    name: str
    #: Goes up whenever a place or citation changes.
    version: int
    rules: tuple[Rule, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that its rules cover, to be shown with their citations."""
        covered = {code for rule in self.rules for code in rule.where}
        return tuple(place for place in PLACES if place.code in covered)


def with_preset(policy: Policy, preset: Preset) -> Policy:
    """The policy with the preset's rules in place of any rules of the same names. The version stays."""
    names = {rule.name for rule in preset.rules}
    kept = tuple(rule for rule in policy.rules if rule.name not in names)
    return replace(policy, rules=(*preset.rules, *kept))


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
        note="Knowledge of everyone; a warning given is enough.",
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
        code="US-OR",
        consent=Consent.CONTESTED,
        citation="ORS 165.540",
        note="One party for telephone calls, notice to everyone in person; some lists name the state whole.",
    ),
    Place(
        code="US-VT",
        consent=Consent.CONTESTED,
        citation="No statute",
        note="Case law only (Vermont v. Geraw, 2002: the home); some lists name the state all the same.",
    ),
    Place(
        code="DE",
        consent=Consent.ALL_PARTY,
        citation="StGB § 201",
        note="Recording words not spoken in public, without everyone's consent, is a crime.",
    ),
    Place(
        code="CA",
        consent=Consent.ONE_PARTY,
        citation="Criminal Code s. 184",
        note="One party under criminal law; PIPEDA asks that people be told the purpose and agree.",
    ),
    Place(
        code="GB",
        consent=Consent.ONE_PARTY,
        citation="Investigatory Powers Act 2016; SI 2018/356",
        note="One party for own use; businesses must try to tell people, and data protection law applies.",
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
    where=_where(Consent.ONE_PARTY, states=False),
    record=False,
    because="expects notice to the other party",
)

CAUTIOUS = Preset(
    name="cautious",
    version=2,
    rules=(_ALL_PARTY_STATES, _CONTESTED_STATES, _ALL_PARTY_COUNTRIES, _NOTICE_COUNTRIES),
)
MAJORITY = Preset(name="majority", version=1, rules=(_ALL_PARTY_STATES, _ALL_PARTY_COUNTRIES))
PRESETS = {preset.name: preset for preset in (CAUTIOUS, MAJORITY)}
