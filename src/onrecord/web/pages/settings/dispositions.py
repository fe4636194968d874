"""Settings > Dispositions."""

from collections.abc import Callable
from typing import cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.accounts.queries import recent_changes
from onrecord.apps.audit.models import Action
from onrecord.apps.dispositions.actions import change_list
from onrecord.apps.dispositions.lists import LONGEST_NAME, Field, ListContents, ListError
from onrecord.apps.dispositions.queries import lists_of

#: A change to a list, and the sentence that describes it in the audit trail.
ListChange = tuple[Callable[[ListContents], ListContents], str]


@require_safe
def dispositions(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.DISPOSITIONS_CHANGE)
    return _page(request)


@require_POST
def change(request: HttpRequest, field: str) -> HttpResponse:
    """`do`: add, rename, up, down, remove (each with `name`; rename also with `new`), require, or allow."""
    user = cast(User, request.user)
    require(user, Permission.DISPOSITIONS_CHANGE)
    if field not in set(Field):
        raise BadRequest
    wanted, sentence = _wanted(request.POST, field)
    try:
        change_list(Field(field), wanted, acting_user=user, sentence=sentence)
    except ListError as problem:
        return _page(request, problem=str(problem), status=422)
    return redirect("dispositions")


def _wanted(form: QueryDict, field: str) -> ListChange:
    name, new = form.get("name", ""), form.get("new", "")
    changes: dict[str, ListChange] = {
        "add": (lambda one: one.add(name), f"added the {field} {name.strip()}"),
        "rename": (lambda one: one.rename(name, new), f"renamed the {field} {name} to {new.strip()}"),
        "up": (lambda one: one.move(name, -1), f"moved the {field} {name} up"),
        "down": (lambda one: one.move(name, 1), f"moved the {field} {name} down"),
        "remove": (lambda one: one.remove(name), f"removed the {field} {name}"),
        "require": (lambda one: one.require(True), f"made the {field} required"),
        "allow": (lambda one: one.require(False), f"made the {field} optional"),
    }
    do = form.get("do", "")
    if do not in changes:
        raise BadRequest
    return changes[do]


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "lists": lists_of(cast(User, request.user).team_id),
        "longest_name": LONGEST_NAME,
        "changes": recent_changes(Action.DISPOSITIONS_CHANGED),
        "problem": problem,
    }
    return render(request, "settings/dispositions.html", context, status=status)


urlpatterns = [
    path("settings/dispositions", dispositions, name="dispositions"),
    path("settings/dispositions/<str:field>", change, name="change-dispositions"),
]
