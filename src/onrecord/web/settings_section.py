"""A section of the settings."""

from dataclasses import dataclass

from django.urls import reverse

from onrecord.apps.accounts.permissions import Permission


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsSection:
    #: Name of the URL of its first page. Pages below that path belong to the section, too.
    page: str
    #: Name of an icon.
    icon: str
    label: str
    #: The permission needed to see it.
    permission: Permission

    @property
    def path(self) -> str:
        return reverse(self.page)
