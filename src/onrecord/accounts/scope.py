"""How far a user sees: own calls, the reporting group's, or the team's."""

from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from onrecord.accounts.models import User
from onrecord.accounts.permissions import Permission
from onrecord.errors import require


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """At most one of the three is set: whose calls the user sees. None set: nobody's."""

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
        """Whether the owner's calls are within it."""
        if self.team_id is not None:
            return owner.team_id == self.team_id
        if self.group_id is not None:
            return owner.group_id == self.group_id
        return self.user_id is not None and owner.pk == self.user_id

    def within(self, path: str) -> Q:
        """The same as a filter, where `path` leads to the owner (`user`, `call__user`)."""
        if self.team_id is not None:
            return Q(**{f"{path}__team_id": self.team_id})
        if self.group_id is not None:
            return Q(**{f"{path}__group_id": self.group_id})
        if self.user_id is not None:
            return Q(**{f"{path}_id": self.user_id})
        return Q(pk__in=[])


def require_calls(user: User) -> None:
    """Raise PermissionDenied when the user may see no calls at all."""
    if Scope.of(user) == Scope():
        require(user, Permission.CALLS_VIEW_OWN)
