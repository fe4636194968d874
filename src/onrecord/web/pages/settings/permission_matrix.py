"""How permissions are explained to those who give them."""

from dataclasses import dataclass

from onrecord.apps.accounts.permissions import DEEDS, Permission


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A permission in the matrix."""

    permission: Permission
    #: What it means in practice.
    hint: str

    @property
    def label(self) -> str:
        deed = DEEDS[self.permission]
        return deed[0].upper() + deed[1:]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Permissions about one subject."""

    title: str
    rows: tuple[Row, ...]


def _section(title: str, hints: dict[Permission, str]) -> Section:
    rows = tuple(Row(permission=permission, hint=hint) for permission, hint in hints.items())
    return Section(title=title, rows=rows)


MATRIX = (
    _section(
        "Calls and people",
        {
            Permission.PEOPLE_VIEW: "The list of people with their numbers, and finding them in the dialer.",
            Permission.CALLS_PLACE: "Use the dialer, and control their own calls.",
            Permission.CALLS_LOG: "Write the outcome and notes of their own calls.",
            Permission.CALLS_VIEW_OWN: "The calls that they placed.",
            Permission.CALLS_VIEW_GROUP: "The calls of everyone in the same reporting group.",
            Permission.CALLS_VIEW_TEAM: "The calls of everyone.",
        },
    ),
    _section(
        "Recording",
        {
            Permission.RECORDING_TURN_ON: "Record the next call where recording is off by default.",
            Permission.RECORDING_CONTROL: "Start, pause and resume, as far as the rules allow it.",
            Permission.RECORDING_LISTEN: "Play the recordings of the calls that they can see.",
            Permission.RECORDING_DOWNLOAD: "Save those recordings as files.",
            Permission.COACHING_SCORE: "Fill in scorecards for the calls of others.",
            Permission.RECORDING_SHARE: "Let people without an account hear those recordings, for a time.",
            Permission.RECORDING_MANIFEST_VIEW: "The proof of what was recorded, and when.",
            Permission.RECORDING_REPORT_VIEW: "Calls by mode and reason, missing recordings, refusals.",
        },
    ),
    _section(
        "Administration",
        {
            Permission.RECORDING_SETTINGS_CHANGE: "Defaults, rules, announcements: what may be recorded.",
            Permission.RECORDING_REQUESTS_ANSWER: "Read and answer what reps ask about locked controls.",
            Permission.OUTCOMES_CHANGE: "The dispositions and sentiments to choose from; whether required.",
            Permission.SCORECARDS_CHANGE: "The questions that calls are scored by.",
            Permission.SHARING_MANAGE: "Allow public links or not, see all of them, revoke them.",
            Permission.PERMISSION_SETS_CHANGE: "This page. It lets a user take every other permission too.",
            Permission.INTEGRATIONS_MANAGE: "Connect other dialers, make and revoke API tokens.",
            Permission.CALLS_IMPORT: "Enter calls of other dialers with the API tokens that they made.",
            Permission.PACKAGES_CHANGE: "Give a part of the product to the team, or take it away.",
        },
    ),
)
