"""Reading public links."""

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
    """What the team allows of public links."""
    return SharingSettings.objects.get(team=team_id).rules


def with_details() -> "QuerySet[ShareLink]":
    """With all that says whether they open."""
    # Prefetched, links of one author share the user object, which reads its permissions once.
    return ShareLink.objects.prefetch_related("created_by").select_related(
        "team__sharing_settings",
        "recording__call__person",
        "recording__call__log__person",
        "recording__call__user",
    )


def links_of(recording: Recording, user: User) -> list[ShareLink]:
    """Those of the recording that the user may revoke, newest first."""
    visible = ShareLink.objects.visible_to(user).filter(recording=recording)
    return list(with_details().filter(pk__in=visible.values("pk")).order_by("-created_at"))


def list_links(user: User, *, cursor: str | None) -> Page[ShareLink]:
    """The team's, newest first."""
    return page(with_details().filter(team=user.team_id), by="-created_at", cursor=cursor)


def may_any_open(team_id: int) -> bool:
    """Whether the team has a link that is neither revoked nor expired."""
    return ShareLink.objects.filter(team=team_id, revoked_at=None, expires_at__gt=timezone.now()).exists()


def open_link_of(link_id: str) -> ShareLink | None:
    """The link, if it opens now."""
    link = with_details().filter(pk=link_id).first()
    return link if link and opens(link) else None


def with_status(links: Iterable[ShareLink]) -> list[tuple[ShareLink, LinkStatus]]:
    """Each with whether it opens now. Ask for the links by `with_details`."""
    now, policy = timezone.now(), decisions.current_policy()
    return [(link, link.status(now, policy.do_not_record)) for link in links]


def opens(link: ShareLink) -> bool:
    ((_, status),) = with_status([link])
    return status is LinkStatus.OPEN
