"""Read permission sets, who has which one, and how they were changed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from onrecord.apps.accounts.models import PermissionSet, User
from onrecord.apps.accounts.packages import PACKAGES, Package
from onrecord.apps.accounts.permissions import VERBS, Permission
from onrecord.apps.audit.models import Action, AuditEntry
from onrecord.apps.core.paging import Page, page

#: The sets of every installation, in this order. A team's own sets follow by name.
_ORDER = ("Admin", "Manager", "Rep", "Compliance", "Read-only")

_RECENT = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A permission set, as one column of the matrix."""

    set: PermissionSet
    held: frozenset[str]
    #: How many users have the set.
    users: int

    @property
    def shown(self) -> str:
        """What the page showed. The form sends it back, so that a change made meanwhile is noticed."""
        return " ".join(sorted(self.held))


def columns() -> list[Column]:
    """All permission sets."""
    found = PermissionSet.objects.annotate(users=Count("user", distinct=True)).prefetch_related("permissions")
    return [
        Column(
            set=one,
            held=frozenset(row.codename for row in one.permissions.all()) & set(Permission),
            users=one.users,
        )
        for one in sorted(found, key=_place)
    ]


def _place(one: PermissionSet) -> tuple[int, str]:
    return (_ORDER.index(one.name), "") if one.name in _ORDER else (len(_ORDER), one.name.casefold())


def list_users(user: User, *, q: str, cursor: str | None) -> Page[User]:
    """The team's users by name, with their permission sets."""
    users: QuerySet[User] = User.objects.filter(team_id=user.team_id).select_related("group")
    for word in q.split():
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return page(users.prefetch_related("groups"), by="name", cursor=cursor)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLine:
    """One change, for the list below the matrix."""

    entry: AuditEntry
    sentence: str


_SENTENCES = {
    Action.SHARES_REVOKED: lambda facts: f"revoked {facts['links']} public links at once",
    Action.SHARING_RULES_CHANGED: lambda facts: (
        f"{'allowed' if facts['allowed'] else 'forbade'} public links, "
        f"for at most {facts['longest_days']} days, "
        f"{'with' if facts['passcode_required'] else 'with or without'} a passcode"
    ),
    Action.DISPOSITIONS_CHANGED: lambda facts: str(facts["sentence"]),
    Action.PACKAGE_SWITCHED: lambda facts: (
        f"turned {PACKAGES[Package(facts['package'])].name} {'on' if facts['on'] else 'off'}"
    ),
    Action.PERMISSION_SET_ASSIGNED: lambda facts: (
        f"gave {facts['name']} the set {_names(facts['after'])} (was: {_names(facts['before'])})"
    ),
    Action.PERMISSION_SET_CHANGED: lambda facts: f"changed {facts['name']}: {_difference(facts)}",
    Action.PERMISSION_SET_CREATED: lambda facts: (
        f"created {facts['name']}" + (f" as a copy of {facts['like']}" if facts["like"] else "")
    ),
    Action.PERMISSION_SET_DELETED: lambda facts: f"deleted {facts['name']}",
    Action.PERMISSION_SET_RENAMED: lambda facts: f"renamed {facts['before']} to {facts['name']}",
}

#: Changes that are listed on the page of permission sets.
PERMISSION_CHANGES = tuple(action for action in _SENTENCES if action.startswith("permission_set."))


def recent_changes(*actions: Action) -> list[AuditLine]:
    """The newest changes of these kinds."""
    entries = AuditEntry.objects.filter(action__in=actions).select_related("actor").order_by("-at", "-pk")
    return [
        AuditLine(entry=entry, sentence=_SENTENCES[Action(entry.action)](entry.details))
        for entry in entries[:_RECENT]
    ]


def _names(names: list[str]) -> str:
    return " and ".join(names) or "none"


def _difference(facts: dict[str, Any]) -> str:
    parts = [
        f"may {word}{VERBS.get(Permission(one), one) if one in set(Permission) else one}"
        for word, ones in (("now ", facts["added"]), ("no longer ", facts["removed"]))
        for one in ones
    ]
    return "; ".join(parts)
