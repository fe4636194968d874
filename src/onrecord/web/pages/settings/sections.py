"""The sections of the settings."""

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.web.integrations import INTEGRATIONS
from onrecord.web.pages.settings.section import Section

SECTIONS = (
    Section(
        page="call-recording",
        icon="shield-check",
        label="Call recording",
        permission=Permission.RECORDING_SETTINGS_CHANGE,
    ),
    Section(
        page="permission-sets",
        icon="key-round",
        label="Permission sets",
        permission=Permission.PERMISSION_SETS_CHANGE,
    ),
    Section(page="outcomes", icon="list-checks", label="Dispositions", permission=Permission.OUTCOMES_CHANGE),
    Section(
        page="scorecards",
        icon="clipboard-check",
        label="Scorecards",
        permission=Permission.SCORECARDS_CHANGE,
    ),
    Section(page="sharing", icon="share-2", label="Sharing", permission=Permission.SHARING_MANAGE),
    Section(page="packages", icon="package", label="Packages", permission=Permission.PACKAGES_CHANGE),
    *(section for integration in INTEGRATIONS for section in integration.sections),
    Section(
        page="request-inbox",
        icon="inbox",
        label="Requests",
        permission=Permission.RECORDING_REQUESTS_ANSWER,
    ),
)


def sections_for(user: User) -> list[Section]:
    """The sections that the user may open."""
    return [section for section in SECTIONS if user.may(section.permission)]
