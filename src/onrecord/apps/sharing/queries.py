"""Reading public links."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.paging import Page, page
from onrecord.apps.governance import decisions
from onrecord.apps.sharing.models import ShareLink, SharingSettings
from onrecord.apps.sharing.rules import Rules, Standing


def rules_of(team_id: int) -> Rules:
    """What the team allows of public links."""
    return SharingSettings.objects.get(team=team_id).rules


def full() -> "QuerySet[ShareLink]":
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
    rows = full().filter(pk__in=ShareLink.objects.visible_to(user).filter(recording=recording).values("pk"))
    return list(rows.order_by("-created_at"))


def list_links(user: User, *, cursor: str | None) -> Page[ShareLink]:
    """The team's, newest first."""
    return page(full().filter(team=user.team_id), by="-created_at", cursor=cursor)


def may_any_open(team_id: int) -> bool:
    """Whether the team has a link that is neither revoked nor expired."""
    return ShareLink.objects.filter(team=team_id, revoked_at=None, expires_at__gt=timezone.now()).exists()


def open_link_of(link_id: str) -> ShareLink | None:
    """The link, if it opens now."""
    link = full().filter(pk=link_id).first()
    return link if link and opens(link) else None


def standings(links: Iterable[ShareLink]) -> list[tuple[ShareLink, Standing]]:
    """Each with whether it opens now. Ask for the links by `full`."""
    now, policy = timezone.now(), decisions.current_policy()
    return [(link, link.standing(now, policy.do_not_record)) for link in links]


def opens(link: ShareLink) -> bool:
    ((_, standing),) = standings([link])
    return standing is Standing.OPEN
