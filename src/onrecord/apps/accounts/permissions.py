"""The permissions, and the permission sets of a new installation."""

from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied


class Permission(StrEnum):
    """In alphabetical order. Secure by default: nobody may do a thing that has no permission here."""

    CALLS_IMPORT = "calls:import"
    CALLS_LOG = "calls:log"
    CALLS_PLACE = "calls:place"
    CALLS_VIEW_GROUP = "calls:view:group"
    CALLS_VIEW_OWN = "calls:view:own"
    CALLS_VIEW_TEAM = "calls:view:team"
    COACHING_SCORE = "coaching:score"
    DISPOSITIONS_CHANGE = "dispositions:change"
    INTEGRATIONS_MANAGE = "integrations:manage"
    PACKAGES_CHANGE = "packages:change"
    PEOPLE_VIEW = "people:view"
    PERMISSION_SETS_CHANGE = "permission_sets:change"
    RECORDING_CONTROL = "recording:control"
    RECORDING_DOWNLOAD = "recording:download"
    RECORDING_LISTEN = "recording:listen"
    RECORDING_MANIFEST_VIEW = "recording:manifest:view"
    RECORDING_REPORT_VIEW = "recording:report:view"
    RECORDING_REQUESTS_ANSWER = "recording:requests:answer"
    RECORDING_SETTINGS_CHANGE = "recording:settings:change"
    RECORDING_SHARE = "recording:share"
    RECORDING_TURN_ON = "recording:turn_on"
    SCORECARDS_CHANGE = "scorecards:change"
    SHARING_MANAGE = "sharing:manage"


#: Each completes "You may not ..." in the message that a refused user sees.
VERBS: dict[Permission, str] = {
    Permission.CALLS_IMPORT: "send calls from other dialers",
    Permission.CALLS_LOG: "log calls",
    Permission.CALLS_PLACE: "place calls",
    Permission.CALLS_VIEW_GROUP: "see your group's calls",
    Permission.CALLS_VIEW_OWN: "see calls",
    Permission.CALLS_VIEW_TEAM: "see the team's calls",
    Permission.COACHING_SCORE: "score calls",
    Permission.DISPOSITIONS_CHANGE: "change the lists of dispositions and sentiments",
    Permission.INTEGRATIONS_MANAGE: "manage integrations",
    Permission.PACKAGES_CHANGE: "turn packages on and off",
    Permission.PEOPLE_VIEW: "see people",
    Permission.PERMISSION_SETS_CHANGE: "change permission sets",
    Permission.RECORDING_CONTROL: "change a recording during the call",
    Permission.RECORDING_DOWNLOAD: "download recordings",
    Permission.RECORDING_LISTEN: "listen to recordings",
    Permission.RECORDING_MANIFEST_VIEW: "see the manifests of recordings",
    Permission.RECORDING_REPORT_VIEW: "see the recording report",
    Permission.RECORDING_REQUESTS_ANSWER: "answer requests about recording",
    Permission.RECORDING_SETTINGS_CHANGE: "change the recording settings",
    Permission.RECORDING_SHARE: "share recordings by public link",
    Permission.RECORDING_TURN_ON: "turn recording on before a call",
    Permission.SCORECARDS_CHANGE: "change scorecards",
    Permission.SHARING_MANAGE: "manage public links",
}

_CALLING = {
    Permission.CALLS_LOG,
    Permission.CALLS_PLACE,
    Permission.CALLS_VIEW_OWN,
    Permission.PEOPLE_VIEW,
    Permission.RECORDING_CONTROL,
    Permission.RECORDING_LISTEN,
    Permission.RECORDING_TURN_ON,
}

SETS: dict[str, set[Permission]] = {
    "Admin": set(Permission),
    "Compliance": {
        Permission.CALLS_VIEW_TEAM,
        Permission.PEOPLE_VIEW,
        Permission.RECORDING_DOWNLOAD,
        Permission.RECORDING_LISTEN,
        Permission.RECORDING_MANIFEST_VIEW,
        Permission.RECORDING_REPORT_VIEW,
        Permission.RECORDING_REQUESTS_ANSWER,
        Permission.RECORDING_SETTINGS_CHANGE,
        Permission.SHARING_MANAGE,
    },
    "Manager": _CALLING
    | {
        Permission.CALLS_VIEW_GROUP,
        Permission.COACHING_SCORE,
        Permission.RECORDING_MANIFEST_VIEW,
        Permission.RECORDING_REPORT_VIEW,
        Permission.RECORDING_SHARE,
        Permission.SCORECARDS_CHANGE,
    },
    "Read-only": {Permission.CALLS_VIEW_TEAM, Permission.PEOPLE_VIEW},
    "Rep": _CALLING,
}


def require(user: Any, permission: Permission) -> None:
    """Raise PermissionDenied, with a message for the user, unless the user has the permission."""
    if not user.may(permission):
        raise PermissionDenied(f"You may not {VERBS[permission]}. Ask an admin if you need to.")
