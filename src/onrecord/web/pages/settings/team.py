"""Settings > Permission sets and Settings > Packages."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onrecord.apps.accounts import actions
from onrecord.apps.accounts.models import PermissionSet, User
from onrecord.apps.accounts.packages import PACKAGES, Package
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.accounts.queries import PERMISSION_CHANGES, columns, list_users, recent_changes
from onrecord.apps.audit.models import Action
from onrecord.apps.core.query_params import search_param, whole_number
from onrecord.web.pages.settings.permission_matrix import MATRIX
from onrecord.web.pages.settings.sections import sections_for


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Redirect to the first section that the user may open."""
    sections = sections_for(cast(User, request.user))
    if not sections:
        raise PermissionDenied(
            "You do not have permission to change any settings. Ask an admin if you need it."
        )
    return HttpResponseRedirect(sections[0].path)


@require_http_methods(["GET", "HEAD", "POST"])
def permission_sets(request: HttpRequest) -> HttpResponse:
    """The matrix. POST applies the changes made in it."""
    user = _editor(request)
    if request.method == "POST":
        changes = _changes(request.POST)
        return _attempt(request, lambda: actions.change_sets(changes, acting_user=user))
    return _matrix(request)


@require_POST
def create_permission_set(request: HttpRequest) -> HttpResponse:
    """`name`, and `like`: the id of the set to copy, or empty."""
    user = _editor(request)
    like = request.POST.get("like", "")
    model = _set(like) if like else None
    name = request.POST.get("name", "")
    return _attempt(request, lambda: actions.create_set(name, like=model, acting_user=user), name=name)


@require_POST
def rename_permission_set(request: HttpRequest, set_id: int) -> HttpResponse:
    user, changed = _editor(request), get_object_or_404(PermissionSet, pk=set_id)
    name = request.POST.get("name", "")
    return _attempt(request, lambda: actions.rename_set(changed, name, acting_user=user))


@require_POST
def delete_permission_set(request: HttpRequest, set_id: int) -> HttpResponse:
    user, unwanted = _editor(request), get_object_or_404(PermissionSet, pk=set_id)
    return _attempt(request, lambda: actions.delete_set(unwanted, acting_user=user))


@require_http_methods(["GET", "HEAD", "POST"])
def permission_set_users(request: HttpRequest) -> HttpResponse:
    """Which user has which set. POST applies the changes."""
    user = _editor(request)
    if request.method != "POST":
        return _users(request)
    try:
        actions.assign_sets(_choices(user, request.POST), acting_user=user)
    except actions.ChangeRefusedError as problem:
        return _users(request, problem=str(problem), status=422)
    return redirect(request.get_full_path())


@require_safe
def packages(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.PACKAGES_CHANGE)
    return _packages(request)


@require_POST
def switch_package(request: HttpRequest, package: str) -> HttpResponse:
    """`on`: 1 or 0."""
    user = cast(User, request.user)
    require(user, Permission.PACKAGES_CHANGE)
    if package not in set(Package) or request.POST.get("on") not in {"0", "1"}:
        raise BadRequest
    try:
        actions.switch_package(Package(package), on=request.POST["on"] == "1", acting_user=user)
    except actions.ChangeRefusedError as problem:
        return _packages(request, problem=str(problem), status=422)
    return redirect("packages")


def _editor(request: HttpRequest) -> User:
    require(request.user, Permission.PERMISSION_SETS_CHANGE)
    return cast(User, request.user)


def _attempt(request: HttpRequest, change: Callable[[], object], **typed: str) -> HttpResponse:
    try:
        change()
    except actions.ChangeRefusedError as problem:
        return _matrix(request, problem=str(problem), status=422, **typed)
    return redirect("permission-sets")


def _matrix(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    shown = {"matrix": MATRIX, "columns": columns(), "changes": recent_changes(*PERMISSION_CHANGES)}
    return render(request, "settings/permission_sets.html", shown | context, status=status)


def _users(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    q = search_param(request.GET)
    found = list_users(cast(User, request.user), q=q, cursor=request.GET.get("cursor"))
    shown = {
        "users": found.rows,
        "next_cursor": found.next_cursor,
        "q": q,
        "sets": [column.set for column in columns()],
        "action": request.get_full_path(),
    }
    return render(request, "settings/permission_set_users.html", shown | context, status=status)


def _packages(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    team = cast(User, request.user).team
    team.refresh_from_db()
    shown = {
        "packages": [(package, about, team.has(package)) for package, about in PACKAGES.items()],
        "changes": recent_changes(Action.PACKAGE_SWITCHED),
    }
    return render(request, "settings/packages.html", shown | context, status=status)


def _set(key: str) -> PermissionSet:
    number = whole_number(key)
    if number is None:
        raise BadRequest
    return get_object_or_404(PermissionSet, pk=number)


def _changes(form: QueryDict) -> dict[PermissionSet, actions.Change]:
    """`shown-<id>`: the permissions that the page showed; `set-<id>`: those that are checked now."""
    changes = {}
    for changed in PermissionSet.objects.all():
        if f"shown-{changed.pk}" in form:
            shown = _permissions(form.get(f"shown-{changed.pk}", "").split())
            ticked = _permissions(form.getlist(f"set-{changed.pk}"))
            changes[changed] = actions.Change(added=ticked - shown, removed=shown - ticked)
    return changes


def _permissions(names: list[str]) -> frozenset[Permission]:
    if unknown := set(names) - set(Permission):
        raise BadRequest(f"There is no permission {min(unknown)!r}.")
    return frozenset(Permission(name) for name in names)


def _choices(editor: User, form: QueryDict) -> dict[User, PermissionSet | None]:
    """`shown-<id>`: the set ids that the page showed for the user; `user-<id>`: the one chosen now."""
    choices = {}
    for user in User.objects.filter(team_id=editor.team_id):
        chosen = form.get(f"user-{user.pk}")
        if chosen is not None and chosen != form.get(f"shown-{user.pk}"):
            choices[user] = _set(chosen) if chosen else None
    return choices


urlpatterns = [
    path("settings", settings, name="settings"),
    path("settings/permission-sets", permission_sets, name="permission-sets"),
    path("settings/permission-sets/new", create_permission_set, name="create-permission-set"),
    path("settings/permission-sets/users", permission_set_users, name="permission-set-users"),
    path("settings/permission-sets/<int:set_id>/rename", rename_permission_set, name="rename-permission-set"),
    path("settings/permission-sets/<int:set_id>/delete", delete_permission_set, name="delete-permission-set"),
    path("settings/packages", packages, name="packages"),
    path("settings/packages/<str:package>", switch_package, name="switch-package"),
]
