"""Whose calls a user can see: their own, their reporting group's, or the team's."""

from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose calls a user can see. At most one field is set; if none is, the user sees no calls."""

    user_id: int | None = None
    group_id: int | None = None
    team_id: int | None = None

    @classmethod
    def of(cls, user: User) -> Self:
        if user.may(Permission.CALLS_VIEW_TEAM):
            return cls(team_id=user.team_id)
        if user.may(Permission.CALLS_VIEW_GROUP) and user.group_id is not None:
            return cls(group_id=user.group_id)
        if user.may(Permission.CALLS_VIEW_OWN):
            return cls(user_id=user.pk)
        return cls()

    def covers(self, owner: User) -> bool:
        """Whether the owner's calls are in scope."""
        if self.team_id is not None:
            return owner.team_id == self.team_id
        if self.group_id is not None:
            return owner.group_id == self.group_id
        return self.user_id is not None and owner.pk == self.user_id

    def owners(self, *, rep: int | None = None, group: int | None = None) -> list[int] | None:
        """Ids of the users in scope, optionally only one rep or one reporting group. None: the whole team."""
        if self.team_id is not None and rep is None and group is None:
            return None
        if self == Scope():
            return []
        users = User.objects.all()
        of_scope = [("team", self.team_id), ("group", self.group_id), ("pk", self.user_id)]
        for field, value in [*of_scope, ("pk", rep), ("group", group)]:
            if value is not None:
                users = users.filter(**{field: value})
        return list(users.values_list("pk", flat=True))

    def within(self, path: str) -> Q:
        """The scope as a filter. `path` leads to the owner (`user`, `call__user`)."""
        if self.team_id is not None:
            return Q(**{f"{path}__team_id": self.team_id})
        if self.group_id is not None:
            return Q(**{f"{path}__group_id": self.group_id})
        if self.user_id is not None:
            return Q(**{f"{path}_id": self.user_id})
        return Q(pk__in=[])


def users_who_see(owner: User) -> Q:
    """A filter for users: those whose scope covers the owner's calls."""
    sees = Q(_holding(Permission.CALLS_VIEW_TEAM), team=owner.team_id)
    if owner.group_id is not None:
        sees |= Q(_holding(Permission.CALLS_VIEW_GROUP), group=owner.group_id)
    return sees | Q(_holding(Permission.CALLS_VIEW_OWN), pk=owner.pk)


def users_who_may(permission: Permission) -> Q:
    """A filter for users: those who have the permission through one of their sets (`User.may`)."""
    return Q(is_active=True) & _holding(permission)


def _holding(permission: Permission) -> Q:
    holders = User.objects.filter(
        groups__permissions__content_type__app_label="accounts", groups__permissions__codename=permission
    )
    return Q(is_superuser=True) | Q(pk__in=holders.values("pk"))


def require_calls(user: User) -> None:
    """Raise PermissionDenied if the user may not see any calls."""
    if Scope.of(user) == Scope():
        require(user, Permission.CALLS_VIEW_OWN)
