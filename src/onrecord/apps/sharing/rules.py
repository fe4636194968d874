"""The team's rules for public links, and whether a link works. Pure.

The rules apply each time a link is opened, not only when it is created: stricter rules close links, and
looser rules reopen links that only the rules had closed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from onrecord.apps.core.moments import later

#: Choices for the lifetime of a link, in days.
DAYS = (1, 7, 30, 90)
SHORTEST_PASSCODE = 6
LONGEST_PASSCODE = 100


class LinkStatus(StrEnum):
    """Whether a link works, and if not, why."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    #: The team's current rules do not allow it, or its author may no longer share.
    FORBIDDEN = "forbidden"
    #: There is no longer a recording that may be played.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The team's rules."""

    #: Whether public links are allowed at all.
    allowed: bool
    #: Days after which every link expires.
    longest_days: int
    passcode_required: bool

    @property
    def days(self) -> list[int]:
        """The lifetimes that can be chosen for a new link."""
        return [days for days in DAYS if days <= self.longest_days]


#: The rules of a new team: the strictest that are still useful.
DEFAULT_RULES = Rules(allowed=True, longest_days=30, passcode_required=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """The facts about a link at the moment it is opened."""

    created_at: datetime
    expires_at: datetime
    has_passcode: bool
    revoked: bool
    #: Whether its author could create it now.
    author_may_share: bool
    #: Whether the recording exists, and its person is not marked Do Not Record.
    may_be_heard: bool


def end_of(created_at: datetime, expires_at: datetime, rules: Rules) -> datetime:
    """When the link expires under these rules."""
    return min(expires_at, later(created_at, timedelta(days=rules.longest_days)))


def link_status(link: Link, rules: Rules, now: datetime) -> LinkStatus:
    """The status of the link. It works only if nothing is against it."""
    if link.revoked:
        return LinkStatus.REVOKED
    if now >= end_of(link.created_at, link.expires_at, rules):
        return LinkStatus.EXPIRED
    if not link.may_be_heard:
        return LinkStatus.WITHDRAWN
    lacks_passcode = rules.passcode_required and not link.has_passcode
    if not rules.allowed or lacks_passcode or not link.author_may_share:
        return LinkStatus.FORBIDDEN
    return LinkStatus.OPEN
