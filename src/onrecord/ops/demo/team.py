"""The demo team's users and its recording policy."""

from dataclasses import dataclass

from onrecord.policy.document import Policy, Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.policy.presets import CAUTIOUS, with_preset

TEAM = "Brightwater"

#: Reporting groups.
GROUPS = ("New Business", "Key Accounts")

#: The manager who coaches the reps of New Business.
MANAGER = "Marcus Reed"

#: Password of all demo users. Only for the demo; real users set their own.
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
    #: ISO 3166-1 code of the user's location.
    country: str
    #: ISO 3166-2 code; empty if there is none.
    subdivision: str
    #: IANA time zone.
    zone: str
    #: E.164, from the ranges reserved for fiction, like the people's.
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

#: Lines that explain how to sign in.
LOGINS = (
    *(f"{user.email} ({user.role}: {user.name})" for user in USERS),
    f"password of all: {PASSWORD}",
)

#: Makes Utah a place where only our side may be recorded, so that the demo has one.
_OUR_SIDE_ONLY = Rule(
    name="Our side only",
    where=("US-UT",),
    mode=Mode.ONE_SIDED,
    because="is under review by our lawyers: only our side may be recorded",
)


def careful_policy(version: int) -> Policy:
    """The team's first policy: the cautious preset, and no recording by default."""
    return with_preset(Policy(version=version, team=Setting(record=False)), CAUTIOUS)


def recording_policy(version: int) -> Policy:
    """The team's current policy: the cautious preset, recording by default, and a one-sided place."""
    return with_preset(Policy(version=version, team=Setting(record=True), rules=(_OUR_SIDE_ONLY,)), CAUTIOUS)
