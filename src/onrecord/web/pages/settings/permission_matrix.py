"""Explanations of the permissions for the admins who grant them."""

from dataclasses import dataclass

from onrecord.apps.accounts.permissions import VERBS, Permission


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionRow:
    """One permission in the matrix."""

    permission: Permission
    #: What the permission means in practice.
    hint: str

    @property
    def label(self) -> str:
        verb = VERBS[self.permission]
        return verb[0].upper() + verb[1:]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The permissions for one subject."""

    title: str
    rows: tuple[PermissionRow, ...]


def _section(title: str, hints: dict[Permission, str]) -> Section:
    rows = tuple(PermissionRow(permission=permission, hint=hint) for permission, hint in hints.items())
    return Section(title=title, rows=rows)


MATRIX = (
    _section(
        "Calls and people",
        {
            Permission.PEOPLE_VIEW: "See the list of people with their numbers, and find them in the dialer.",
            Permission.CALLS_PLACE: "Use the dialer, and control their own calls.",
            Permission.CALLS_LOG: "Log their own calls: disposition, sentiment, and notes.",
            Permission.CALLS_VIEW_OWN: "See the calls they placed.",
            Permission.CALLS_VIEW_GROUP: "See the calls of everyone in the same reporting group.",
            Permission.CALLS_VIEW_TEAM: "See everyone's calls.",
        },
    ),
    _section(
        "Recording",
        {
            Permission.RECORDING_TURN_ON: "Record the next call when recording is off by default.",
            Permission.RECORDING_CONTROL: "Start, pause, and resume, as far as the rules allow.",
            Permission.RECORDING_LISTEN: "Play the recordings of the calls they can see.",
            Permission.RECORDING_DOWNLOAD: "Save those recordings as files.",
            Permission.COACHING_SCORE: "Fill in scorecards for other people's calls.",
            Permission.RECORDING_SHARE: "Let people without an account listen to those recordings for a "
            "limited time.",
            Permission.RECORDING_MANIFEST_VIEW: "See the proof of what was recorded and when.",
            Permission.RECORDING_REPORT_VIEW: "See calls by mode and reason, missing recordings, and "
            "refused changes.",
        },
    ),
    _section(
        "Administration",
        {
            Permission.RECORDING_SETTINGS_CHANGE: "Set what may be recorded: defaults, rules, announcements.",
            Permission.RECORDING_REQUESTS_ANSWER: "Read and answer reps' questions about locked controls.",
            Permission.DISPOSITIONS_CHANGE: "Set the dispositions and sentiments to choose from, and "
            "whether they are required.",
            Permission.SCORECARDS_CHANGE: "Set the questions used to score calls.",
            Permission.SHARING_MANAGE: "Allow or forbid public links, see all of them, and revoke them.",
            Permission.PERMISSION_SETS_CHANGE: "Use this page. Anyone who has it can give "
            "themselves every other permission.",
            Permission.INTEGRATIONS_MANAGE: "Connect other dialers, and create and revoke API tokens.",
            Permission.CALLS_IMPORT: "Send calls from other dialers with the API tokens that they created.",
            Permission.PACKAGES_CHANGE: "Turn parts of the product on or off for the team.",
        },
    ),
)
