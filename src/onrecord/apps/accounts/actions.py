"""Change permission sets, who has which one, and the team's packages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Permission as PermissionRow
from django.db import transaction

from onrecord.apps.accounts.models import PermissionSet, Team, User
from onrecord.apps.accounts.packages import PACKAGES, Package
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import users_who_may
from onrecord.apps.audit.models import Action, record

LONGEST_NAME = 60


class ChangeRefusedError(Exception):
    """The change makes no sense and was not made. The text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One admin's edits of a set. Others may have edited the rest of the set in the meantime."""

    added: frozenset[Permission]
    removed: frozenset[Permission]


@transaction.atomic
def create_set(name: str, *, like: PermissionSet | None, acting_user: User) -> PermissionSet:
    """Create a set with the permissions of `like`, or with none. Raises ChangeRefusedError."""
    created = PermissionSet.objects.create(name=_free_name(name))
    if like is not None:
        created.permissions.set(like.permissions.all())
    record(
        Action.PERMISSION_SET_CREATED,
        created,
        acting_user=acting_user,
        name=created.name,
        like=like.name if like else None,
        permissions=sorted(held_by(created)),
    )
    return created


@transaction.atomic
def rename_set(changed: PermissionSet, name: str, *, acting_user: User) -> None:
    """Raises ChangeRefusedError."""
    _refuse_default(changed, "renamed")
    before, changed.name = changed.name, _free_name(name, but=changed)
    changed.save(update_fields=["name"])
    record(Action.PERMISSION_SET_RENAMED, changed, acting_user=acting_user, before=before, name=changed.name)


@transaction.atomic
def delete_set(unwanted: PermissionSet, *, acting_user: User) -> None:
    """Raises ChangeRefusedError while any user has the set."""
    _refuse_default(unwanted, "deleted")
    if names := list(unwanted.user_set.order_by("name").values_list("name", flat=True)[:4]):
        who = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
        raise ChangeRefusedError(
            f"{who} still use “{unwanted.name}”. Give them another set first, then delete it."
        )
    record(
        Action.PERMISSION_SET_DELETED,
        unwanted,
        acting_user=acting_user,
        name=unwanted.name,
        permissions=sorted(held_by(unwanted)),
    )
    unwanted.delete()


@transaction.atomic
def change_sets(changes: Mapping[PermissionSet, Change], *, acting_user: User) -> None:
    """Add permissions to sets and remove others. All or nothing. Raises ChangeRefusedError."""
    for changed, change in changes.items():
        held = held_by(changed)
        added, removed = change.added - held, change.removed & held
        if not added and not removed:
            continue
        changed.permissions.add(*_rows(added))
        changed.permissions.remove(*_rows(removed))
        record(
            Action.PERMISSION_SET_CHANGED,
            changed,
            acting_user=acting_user,
            name=changed.name,
            added=sorted(added),
            removed=sorted(removed),
        )
    _require_an_editor(acting_user.team)


@transaction.atomic
def assign_sets(choices: Mapping[User, PermissionSet | None], *, acting_user: User) -> None:
    """Give each user this one set, or no set. All or nothing. Raises ChangeRefusedError."""
    for user, chosen in choices.items():
        before = sorted(user.groups.values_list("name", flat=True))
        after = [chosen.name] if chosen else []
        if before == after:
            continue
        user.groups.set([chosen] if chosen else [])
        record(
            Action.PERMISSION_SET_ASSIGNED,
            user,
            acting_user=acting_user,
            name=user.name,
            before=before,
            after=after,
        )
    _require_an_editor(acting_user.team)


@transaction.atomic
def switch_package(package: Package, *, on: bool, acting_user: User) -> None:
    """Turn a package on or off for the team. Raises ChangeRefusedError."""
    about = PACKAGES[package]
    if not about.is_included:
        raise ChangeRefusedError(f"{about.name} is not part of this version of OnRecord.")
    team = Team.objects.get(pk=acting_user.team_id)
    if team.has(package) is on:
        return
    others = [one for one in team.packages if one != package]
    team.packages = sorted([*others, package.value]) if on else others
    team.save(update_fields=["packages"])
    record(Action.PACKAGE_SWITCHED, team, acting_user=acting_user, package=package, on=on)


def held_by(permission_set: PermissionSet) -> set[Permission]:
    """The permissions in the set."""
    rows = permission_set.permissions.filter(content_type__app_label="accounts")
    return {Permission(row.codename) for row in rows if row.codename in set(Permission)}


def _rows(permissions: Iterable[Permission]) -> "list[PermissionRow]":
    return list(PermissionRow.objects.filter(content_type__app_label="accounts", codename__in=permissions))


def _free_name(name: str, *, but: PermissionSet | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise ChangeRefusedError("Give the permission set a name.")
    if len(name) > LONGEST_NAME:
        raise ChangeRefusedError(f"The name is too long. Use at most {LONGEST_NAME} characters.")
    others = PermissionSet.objects.exclude(pk=but.pk) if but else PermissionSet.objects.all()
    if name.casefold() in {other.casefold() for other in others.values_list("name", flat=True)}:
        raise ChangeRefusedError(f"There is already a permission set “{name}”. Choose another name.")
    return name


def _refuse_default(permission_set: PermissionSet, verb: str) -> None:
    if permission_set.is_default:
        raise ChangeRefusedError(
            f"“{permission_set.name}” comes with every installation and cannot be {verb}. "
            "Make a copy of it instead."
        )


def _require_an_editor(team: Team) -> None:
    """Somebody must keep access to this page: an admin who locks everyone out could not undo it."""
    if not User.objects.filter(users_who_may(Permission.PERMISSION_SETS_CHANGE), team=team).exists():
        raise ChangeRefusedError(
            "Nothing was changed, because no one would be left who can change permission sets. "
            "Leave that permission with at least one user."
        )
