"""The sections of the settings."""

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.web.integrations import INTEGRATIONS
from onrecord.web.settings_section import SettingsSection

SECTIONS = (
    SettingsSection(
        page="call-recording",
        icon="shield-check",
        label="Call recording",
        permission=Permission.RECORDING_SETTINGS_CHANGE,
    ),
    SettingsSection(
        page="permission-sets",
        icon="key-round",
        label="Permission sets",
        permission=Permission.PERMISSION_SETS_CHANGE,
    ),
    SettingsSection(
        page="dispositions",
        icon="list-checks",
        label="Dispositions",
        permission=Permission.DISPOSITIONS_CHANGE,
    ),
    SettingsSection(
        page="scorecards",
        icon="clipboard-check",
        label="Scorecards",
        permission=Permission.SCORECARDS_CHANGE,
    ),
    SettingsSection(page="sharing", icon="share-2", label="Sharing", permission=Permission.SHARING_MANAGE),
    SettingsSection(page="packages", icon="package", label="Packages", permission=Permission.PACKAGES_CHANGE),
    *(section for integration in INTEGRATIONS for section in integration.sections),
    SettingsSection(
        page="request-inbox",
        icon="inbox",
        label="Requests",
        permission=Permission.RECORDING_REQUESTS_ANSWER,
    ),
)


def sections_for(user: User) -> list[SettingsSection]:
    """The sections that the user may open."""
    return [section for section in SECTIONS if user.may(section.permission)]
