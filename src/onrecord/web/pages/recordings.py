"""The Recordings page and its saved views."""

from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import Group, User
from onrecord.apps.accounts.scope import require_calls
from onrecord.apps.coaching.queries import playlists_of, recordings_in
from onrecord.apps.core.moments import written_day
from onrecord.apps.core.query_params import FilterError
from onrecord.apps.people.models import Person
from onrecord.apps.recordings import saved_views
from onrecord.apps.recordings.filters import Filters
from onrecord.apps.recordings.models import SavedView
from onrecord.apps.recordings.passages import hits
from onrecord.apps.recordings.queries import Choices, choices, list_recordings

_LENGTH_WORDS = {
    "under-1": "Under 1 minute",
    "1-5": "1 to 5 minutes",
    "5-15": "5 to 15 minutes",
    "15-30": "15 to 30 minutes",
    "over-30": "Over 30 minutes",
}


#: A select filter: field, label, text for "any", options as value and text.
Select = tuple[str, str, str, list[tuple[str | int, str]]]


@require_safe
def recordings(request: HttpRequest) -> HttpResponse:
    return _page(request, Filters.read(request.GET.dict()), cursor=request.GET.get("cursor"))


def _page(
    request: HttpRequest, filters: Filters, *, cursor: str | None = None, problem: str = ""
) -> HttpResponse:
    user = cast(User, request.user)
    require_calls(user)
    inside = recordings_in(filters.playlist, user) if filters.playlist else ()
    found = list_recordings(user, filters, cursor=cursor, playlist=inside)
    playlists = {one.pk: one.name for one in playlists_of(user)}
    views = list(SavedView.objects.filter(user=user))
    person = Person.objects.visible_to(user).filter(pk=filters.person).first() if filters.person else None
    offered = choices(user)
    context = {
        "recordings": found.rows,
        "hits": hits([one.pk for one in found.rows], filters.q, user),
        "next_cursor": found.next_cursor,
        "is_first_page": not cursor,
        "filters": filters,
        "person": person,
        "selects": _selects(offered, playlists),
        "asked": _asked(
            filters, person, {rep.pk: rep.name for rep in offered.reps}, offered.groups, playlists
        ),
        "views": [view for view in views if _filters_of(view)],
        "unreadable": [view for view in views if not _filters_of(view)],
        "view": next((view for view in views if filters.query and view.query == filters.query), None),
        "problem": problem,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    response = render(request, "recordings/list.html", context, status=status)
    if not cursor and request.method == "GET" and request.GET.urlencode() != filters.query:
        # The filter form also sends empty fields. Show only the filters that are set in the URL.
        response["HX-Push-Url"] = _address(filters.query)
    return response


def _selects(offered: Choices, playlists: dict[int, str]) -> list[Select]:
    """The select filters that have more than one option."""
    selects: list[Select] = [
        ("source", "Source", "Any source", [(one, one) for one in offered.sources]),
        ("rep", "Rep", "Any rep", [(rep.pk, rep.name) for rep in offered.reps]),
        ("group", "Group", "Any group", [(group.pk, group.name) for group in offered.groups]),
        ("length", "Length", "Any length", list(_LENGTH_WORDS.items())),
        ("disposition", "Disposition", "Any disposition", [(one, one) for one in offered.dispositions]),
        ("sentiment", "Sentiment", "Any sentiment", [(one, one) for one in offered.sentiments]),
    ]
    selects = [select for select in selects if len(select[3]) > 1]
    return selects + (
        [("playlist", "Playlist", "Any playlist", list(playlists.items()))] if playlists else []
    )


def _asked(
    filters: Filters,
    person: Person | None,
    reps: dict[int, str],
    groups: list[Group],
    playlists: dict[int, str],
) -> list[tuple[str, str]]:
    """The filters that are set, as field name and text."""
    names = {group.pk: group.name for group in groups}
    words = {
        "source": filters.source,
        "rep": f"Rep: {reps.get(filters.rep, 'unknown')}" if filters.rep else "",
        "group": f"Group: {names.get(filters.group, 'unknown')}" if filters.group else "",
        "person": f"With {person.name if person else 'an unknown person'}" if filters.person else "",
        "playlist": f"Playlist: {playlists.get(filters.playlist, 'unknown')}" if filters.playlist else "",
        "since": f"From {written_day(filters.since)}" if filters.since else "",
        "until": f"To {written_day(filters.until)}" if filters.until else "",
        "length": _LENGTH_WORDS.get(filters.length, ""),
        "disposition": filters.disposition,
        "sentiment": filters.sentiment,
        "notes": "With notes" if filters.notes else "",
    }
    return [(field, text) for field, text in words.items() if text]


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Save the search in `query` as `name`."""
    user = cast(User, request.user)
    require_calls(user)
    try:
        filters = Filters.read(_query(request.POST.get("query", "")))
    except FilterError as error:
        return _page(request, Filters(), problem=f"The view was not saved. {error}")
    try:
        view = saved_views.save_view(name=request.POST.get("name", ""), query=filters.query, acting_user=user)
    except saved_views.ViewNameError as error:
        return _page(request, filters, problem=str(error))
    return redirect(_address(view.query))


@require_POST
def rename_view(request: HttpRequest, view_id: int) -> HttpResponse:
    user = cast(User, request.user)
    require_calls(user)
    view = get_object_or_404(SavedView, user=user, pk=view_id)
    try:
        saved_views.rename_view(view, name=request.POST.get("name", ""), acting_user=user)
    except saved_views.ViewNameError as error:
        return _page(request, _filters_of(view) or Filters(), problem=str(error))
    return redirect(_address(view.query))


@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    user = cast(User, request.user)
    require_calls(user)
    saved_views.delete_view(get_object_or_404(SavedView, user=user, pk=view_id), acting_user=user)
    return redirect("recordings")


def _filters_of(view: SavedView) -> Filters | None:
    """The view's filters; None if it has one that no longer exists, because it was saved earlier."""
    try:
        return Filters.read(_query(view.query))
    except FilterError:
        return None


def _address(query: str) -> str:
    return f"{reverse('recordings')}?{query}" if query else reverse("recordings")


def _query(text: str) -> dict[str, str]:
    return dict(parse_qsl(text))


urlpatterns = [
    path("recordings", recordings, name="recordings"),
    path("recordings/views", save_view, name="save-view"),
    path("recordings/views/<int:view_id>", rename_view, name="rename-view"),
    path("recordings/views/<int:view_id>/delete", delete_view, name="delete-view"),
]
