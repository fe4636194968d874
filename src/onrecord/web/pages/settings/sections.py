"""The sections of the settings."""

from dataclasses import dataclass

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    path: str
    #: Name of an icon.
    icon: str
    label: str
    #: Who sees it.
    permission: Permission


SECTIONS = (
    Section(
        path="/settings/call-recording",
        icon="shield-check",
        label="Call recording",
        permission=Permission.RECORDING_SETTINGS_CHANGE,
    ),
    Section(
        path="/settings/permission-sets",
        icon="key-round",
        label="Permission sets",
        permission=Permission.PERMISSION_SETS_CHANGE,
    ),
    Section(
        path="/settings/outcomes",
        icon="list-checks",
        label="Call outcomes",
        permission=Permission.OUTCOMES_CHANGE,
    ),
    Section(
        path="/settings/scorecards",
        icon="clipboard-check",
        label="Scorecards",
        permission=Permission.SCORECARDS_CHANGE,
    ),
    Section(path="/settings/sharing", icon="share-2", label="Sharing", permission=Permission.SHARING_MANAGE),
    Section(
        path="/settings/packages", icon="package", label="Packages", permission=Permission.PACKAGES_CHANGE
    ),
    Section(
        path="/settings/integrations",
        icon="plug",
        label="Integrations",
        permission=Permission.INTEGRATIONS_MANAGE,
    ),
    Section(
        path="/settings/requests",
        icon="inbox",
        label="Requests",
        permission=Permission.RECORDING_REQUESTS_ANSWER,
    ),
)


def sections_for(user: User) -> list[Section]:
    """The sections that the user may open."""
    return [section for section in SECTIONS if user.may(section.permission)]
