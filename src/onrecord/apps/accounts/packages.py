"""Packages: parts of the product that can be turned on or off for the team."""

from dataclasses import dataclass
from enum import StrEnum


class Package(StrEnum):
    """In alphabetical order."""

    DIALER = "dialer"
    MESSENGER = "messenger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What the settings page says about a package."""

    name: str
    #: What the team can do with it.
    brings: str
    #: What still works when it is off.
    without: str
    #: False for a package that this version does not include. Nobody can turn it on.
    is_included: bool


PACKAGES: dict[Package, Description] = {
    Package.DIALER: Description(
        name="Dialer",
        brings="Place calls from the browser and record them as the recording settings allow.",
        without="No one can place calls. Calls in progress can finish. "
        "Past calls, their recordings, and the report stay available.",
        is_included=True,
    ),
    Package.MESSENGER: Description(
        name="Messenger",
        brings="Text messages with people.",
        without="This version of OnRecord does not have text messages, so there is nothing to turn on yet.",
        is_included=False,
    ),
}


def included_packages() -> list[str]:
    """The packages of a new team: every package that this version includes."""
    return [package.value for package, about in PACKAGES.items() if about.is_included]
