"""Who works in the demo team, and by which rules it records."""

from dataclasses import dataclass

from onrecord.policy.document import Policy, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.presets import CAUTIOUS, with_preset

TEAM = "Brightwater"

#: Reporting groups.
GROUPS = ("New Business", "Key Accounts")

#: Who coaches the reps of New Business.
MANAGER = "Marcus Reed"

#: Of every demo user. Demo only: real users set their own.
PASSWORD = "let-me-dial-now"  # noqa: S105


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoUser:
    """A member of the demo team."""

    email: str
    name: str
    #: Name of the permission set.
    role: str
    #: Name of the reporting group.
    group: str
    #: ISO 3166-1 code of where the user sits.
    country: str
    #: ISO 3166-2 code, empty for none.
    subdivision: str
    #: IANA zone.
    zone: str
    #: E.164, from the same ranges reserved for fiction as the people's.
    caller_number: str


# Login | name | permission set | reporting group | country | subdivision | zone | number
_TABLE = """
ida | Ida Nyström | Admin | Key Accounts | US | US-NY | America/New_York | +12125550180
marcus | Marcus Reed | Manager | New Business | US | US-NY | America/New_York | +12125550181
ana | Ana Torres | Rep | New Business | US | US-NY | America/New_York | +12125550182
ben | Ben Okafor | Rep | New Business | US | US-TX | America/Chicago | +15125550183
mateo | Mateo Silva | Rep | Key Accounts | US | US-CO | America/Denver | +13035550184
chloe | Chloe Bennett | Rep | Key Accounts | GB | | Europe/London | +442079460185
"""


def _read(line: str) -> DemoUser:
    login, name, role, group, country, subdivision, zone, number = (cell.strip() for cell in line.split("|"))
    return DemoUser(
        email=f"{login}@demo.example",
        name=name,
        role=role,
        group=group,
        country=country,
        subdivision=subdivision,
        zone=zone,
        caller_number=number,
    )


USERS = tuple(_read(line) for line in _TABLE.strip().splitlines())
REPS = tuple(user for user in USERS if user.role == "Rep")

#: Lines that say how to sign in.
LOGINS = (
    *(f"{user.email} ({user.role}: {user.name})" for user in USERS),
    f"password of all: {PASSWORD}",
)

#: Utah stands for a place in which only our side may be recorded, so that the demo shows one.
_OUR_SIDE_ONLY = Rule(
    name="Our side only",
    where=("US-UT",),
    mode=Mode.ONE_SIDED,
    because="is under review by our lawyers: only our side may be recorded",
)


def careful_policy(version: int) -> Policy:
    """How the team began: the cautious preset, and nothing records by default."""
    return with_preset(Policy(version=version, team=Setting(record=False)), CAUTIOUS)


def recording_policy(version: int) -> Policy:
    """How the team works now: the cautious preset, recording by default, and one place that is one-sided."""
    return with_preset(Policy(version=version, team=Setting(record=True), rules=(_OUR_SIDE_ONLY,)), CAUTIOUS)
