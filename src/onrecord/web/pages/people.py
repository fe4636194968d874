"""The pages of people."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls.activity import TABS, activity
from onrecord.apps.calls.enforcement import restrict_live_calls
from onrecord.apps.core.query_params import choice_param, search_param
from onrecord.apps.people.actions import set_do_not_record
from onrecord.apps.people.models import Person
from onrecord.apps.people.queries import list_people


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("people")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    require(user, Permission.PEOPLE_VIEW)
    q = search_param(request.GET)
    found = list_people(user, q=q, cursor=request.GET.get("cursor"))
    context = {"people": found.rows, "q": q, "next_cursor": found.next_cursor}
    return render(request, "people/list.html", context)


@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    user = cast(User, request.user)
    require(user, Permission.PEOPLE_VIEW)
    shown = get_object_or_404(Person.objects.visible_to(user).prefetch_related("numbers"), pk=person_id)
    tab = choice_param(request.GET, "tab", TABS) or "all"
    entries, next_cursor = activity(user, shown, tab=tab, cursor=request.GET.get("cursor"))
    context = {"person": shown, "tab": tab, "tabs": TABS, "entries": entries, "next_cursor": next_cursor}
    return render(request, "people/detail.html", context)


@require_POST
def do_not_record(request: HttpRequest, person_id: int) -> HttpResponse:
    """Set or remove the mark. It takes effect immediately in a live call with the person."""
    user = cast(User, request.user)
    require(user, Permission.RECORDING_SETTINGS_CHANGE)
    marked = get_object_or_404(Person.objects.visible_to(user), pk=person_id)
    set_do_not_record(marked, wanted=request.POST.get("wanted") == "on", acting_user=user)
    restrict_live_calls()
    return redirect("person", person_id)


urlpatterns = [
    path("", home, name="home"),
    path("people", people, name="people"),
    path("people/<int:person_id>", person, name="person"),
    path("people/<int:person_id>/do-not-record", do_not_record, name="mark-do-not-record"),
]
