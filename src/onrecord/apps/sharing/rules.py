"""What a team allows of public links, and whether one opens. Pure.

The rules count when a link is opened, not only when it is made: stricter rules close links, looser ones open
again what was closed by them alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from onrecord.apps.core.moments import later

#: For how long a link can be made, in days.
DAYS = (1, 7, 30, 90)
SHORTEST_PASSCODE = 6
LONGEST_PASSCODE = 100


class LinkStatus(StrEnum):
    """Whether a link opens, or why not."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    #: By the team's rules as they are now, or because its author may not share any more.
    FORBIDDEN = "forbidden"
    #: There is no recording any more that may be heard.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The team's."""

    #: Whether there may be public links at all.
    allowed: bool
    #: Days after which every link ends.
    longest_days: int
    passcode_required: bool

    @property
    def days(self) -> list[int]:
        """What can be chosen for a new link."""
        return [days for days in DAYS if days <= self.longest_days]


#: What a new team begins with: the strictest that is of use.
DEFAULT_RULES = Rules(allowed=True, longest_days=30, passcode_required=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What is known of a link when somebody opens it."""

    created_at: datetime
    expires_at: datetime
    has_passcode: bool
    revoked: bool
    #: Whether its author could make it now.
    author_may_share: bool
    #: Whether the recording is there, and its person is not marked Do Not Record.
    may_be_heard: bool


def end_of(created_at: datetime, expires_at: datetime, rules: Rules) -> datetime:
    """When a link ends under these rules."""
    return min(expires_at, later(created_at, timedelta(days=rules.longest_days)))


def link_status(link: Link, rules: Rules, now: datetime) -> LinkStatus:
    """Whether the link opens. Whatever is against it counts."""
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
