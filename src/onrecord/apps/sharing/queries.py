"""Read public links."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.paging import Page, page
from onrecord.apps.governance import decisions
from onrecord.apps.sharing.models import ShareLink, SharingSettings
from onrecord.apps.sharing.rules import LinkStatus, Rules


def rules_of(team_id: int) -> Rules:
    """The team's rules for public links."""
    return SharingSettings.objects.get(team=team_id).rules


def with_details() -> "QuerySet[ShareLink]":
    """Links with everything that their status depends on."""
    # prefetch_related, so that links by one author share a user object, which loads permissions once.
    return ShareLink.objects.prefetch_related("created_by").select_related(
        "team__sharing_settings",
        "recording__call__person",
        "recording__call__log__person",
        "recording__call__user",
    )


def links_of(recording: Recording, user: User) -> list[ShareLink]:
    """Links to the recording that the user may revoke, newest first."""
    visible = ShareLink.objects.visible_to(user).filter(recording=recording)
    return list(with_details().filter(pk__in=visible.values("pk")).order_by("-created_at"))


def list_links(user: User, *, cursor: str | None) -> Page[ShareLink]:
    """The team's links, newest first."""
    return page(with_details().filter(team=user.team_id), by="-created_at", cursor=cursor)


def may_any_open(team_id: int) -> bool:
    """Whether the team has a link that is neither revoked nor expired."""
    return ShareLink.objects.filter(team=team_id, revoked_at=None, expires_at__gt=timezone.now()).exists()


def open_link_of(link_id: str) -> ShareLink | None:
    """The link, if it works now."""
    link = with_details().filter(pk=link_id).first()
    return link if link and opens(link) else None


def with_status(links: Iterable[ShareLink]) -> list[tuple[ShareLink, LinkStatus]]:
    """Each link with its status. Query the links with `with_details`."""
    now, policy = timezone.now(), decisions.current_policy()
    return [(link, link.status(now, policy.do_not_record)) for link in links]


def opens(link: ShareLink) -> bool:
    ((_, status),) = with_status([link])
    return status is LinkStatus.OPEN
