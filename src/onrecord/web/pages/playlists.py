"""Playlists: the library, a single playlist, and its clips."""

from http import HTTPStatus
from typing import Any, cast

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls.models import Recording
from onrecord.apps.coaching import actions
from onrecord.apps.coaching.clips import ClipError, cut
from onrecord.apps.coaching.models import Clip, Playlist
from onrecord.apps.coaching.queries import playlists_of, tracks
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.recordings.queries import playable_by
from onrecord.web.pages.calls import call_page


@require_http_methods(["GET", "HEAD", "POST"])
def playlists(request: HttpRequest) -> HttpResponse:
    """The library. POST `name`, `description`, `is_shared` creates a playlist."""
    user = listener(request)
    if request.method != "POST":
        return _library(request)
    try:
        made = actions.make_playlist(**_fields(request), acting_user=user)
    except actions.CoachingRefusedError as problem:
        return _library(request, problem=str(problem), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("playlist", made.pk)


@require_safe
def playlist(request: HttpRequest, playlist_id: int) -> HttpResponse:
    user = listener(request)
    shown = get_object_or_404(Playlist.objects.visible_to(user).select_related("owner"), pk=playlist_id)
    return _playlist(request, shown)


@require_POST
def change_playlist(request: HttpRequest, playlist_id: int) -> HttpResponse:
    """`name`, `description`, `is_shared`; or `do`=delete."""
    own = _own_playlist(request, playlist_id)
    user = cast(User, request.user)
    if request.POST.get("do") == "delete":
        actions.delete_playlist(own, acting_user=user)
        return redirect("playlists")
    try:
        actions.change_playlist(own, **_fields(request), acting_user=user)
    except actions.CoachingRefusedError as problem:
        own.refresh_from_db()
        return _playlist(request, own, problem=str(problem), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("playlist", playlist_id)


@require_http_methods(["GET", "HEAD", "POST"])
def add_clip(request: HttpRequest, call_id: str) -> HttpResponse:
    """The form. POST `playlist` (one's own) or `name` for a new one; `start`, `end`, `note`.

    Times are written as 1:05; an empty one means the recording's own. With `from`=dialog, the response is the
    form's page; otherwise it is the playlist, or the call's page with the problem.
    """
    user = listener(request)
    recording = get_object_or_404(playable_by(user), pk=call_id)
    if request.method != "POST":
        return _add_clip(request, recording)
    form = request.POST
    try:
        start_ms, end_ms = cut(form.get("start", ""), form.get("end", ""), recording.duration_ms or 0)
        wanted = _wanted_playlist(request, user)
        clip = actions.add_clip(
            wanted,
            recording,
            start_ms=start_ms,
            end_ms=end_ms,
            note=form.get("note", ""),
            acting_user=user,
        )
    except (ClipError, actions.CoachingRefusedError) as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.get("from") == "dialog":
            return _add_clip(request, recording, status=status, problem=str(problem), sent=form)
        return call_page(request, call_id, status=status, clip_problem=str(problem), clip_form_sent=form)
    if form.get("from") == "dialog":
        return _add_clip(request, recording, added_to=wanted)
    return redirect(f"{reverse('playlist', args=[wanted.pk])}#clip-{clip.pk}")


@require_POST
def change_clip(request: HttpRequest, clip_id: int) -> HttpResponse:
    """`do`: `move` the clip by `by` places, `cut` it (`start`, `end`, `note`), or `remove` it."""
    user = listener(request)
    clip = get_object_or_404(Clip.objects.select_related("playlist"), pk=clip_id, playlist__owner=user)
    form = request.POST
    do = form.get("do")
    if do == "remove":
        actions.remove_clip(clip, acting_user=user)
    elif do == "move":
        actions.move_clip(clip, _places(form.get("by", "")), acting_user=user)
    elif do == "cut":
        recording = get_object_or_404(playable_by(user), pk=clip.recording_id)
        try:
            start_ms, end_ms = cut(form.get("start", ""), form.get("end", ""), recording.duration_ms or 0)
        except ClipError as problem:
            refused = {"clip": clip.pk, "problem": str(problem), "sent": form}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return _playlist(request, clip.playlist, refused=refused, status=status)
        actions.cut_clip(clip, start_ms=start_ms, end_ms=end_ms, note=form.get("note", ""), acting_user=user)
    else:
        raise BadRequest
    return redirect("playlist", clip.playlist_id)


def listener(request: HttpRequest) -> User:
    """The user, if they may listen to recordings."""
    require(request.user, Permission.RECORDING_LISTEN)
    return cast(User, request.user)


def _add_clip(
    request: HttpRequest, recording: Recording, *, status: HTTPStatus = HTTPStatus.OK, **shown_once: Any
) -> HttpResponse:
    context = {
        "call": recording.call,
        "recording": recording,
        "playlists": cast(User, request.user).playlists.order_by("name"),
    }
    return render(request, "coaching/add_clip.html", context | shown_once, status=status)


def _places(text: str) -> int:
    """A whole number, negative for earlier. Raises BadRequest."""
    places = whole_number(text.removeprefix("-"))
    if places is None:
        raise BadRequest
    return -places if text.startswith("-") else places


def _wanted_playlist(request: HttpRequest, user: User) -> Playlist:
    key = whole_number(request.POST.get("playlist", ""))
    if key is not None:
        return get_object_or_404(Playlist, pk=key, owner=user)
    name = request.POST.get("name", "")
    return actions.make_playlist(name=name, description="", is_shared=False, acting_user=user)


def _own_playlist(request: HttpRequest, playlist_id: int) -> Playlist:
    user = listener(request)
    found = get_object_or_404(Playlist.objects.visible_to(user), pk=playlist_id)
    if found.owner_id != user.pk:
        raise PermissionDenied(f"Only {found.owner.name} can change this playlist. Create your own.")
    return found


def _fields(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    return {
        "name": form.get("name", ""),
        "description": form.get("description", ""),
        "is_shared": "is_shared" in form,
    }


def _library(request: HttpRequest, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    context = {"playlists": playlists_of(cast(User, request.user)), "problem": problem}
    return render(request, "coaching/playlists.html", context, status=status)


def _playlist(
    request: HttpRequest, shown: Playlist, *, status: HTTPStatus = HTTPStatus.OK, **shown_once: Any
) -> HttpResponse:
    """`shown_once`: the result of a form, for the template."""
    user = cast(User, request.user)
    found = tracks(shown, user)
    context = {
        "playlist": shown,
        "tracks": found,
        "is_own": shown.owner_id == user.pk,
        "length_ms": sum(track.clip.length_ms for track in found),
    }
    response = render(request, "coaching/playlist.html", context | shown_once, status=status)
    if request.method == "POST":
        # The URL that the form was sent to is not a page. Reloading it would show an error.
        response["HX-Push-Url"] = reverse("playlist", args=[shown.pk])
    return response


urlpatterns = [
    path("coaching", playlists, name="playlists"),
    path("coaching/playlists/<int:playlist_id>", playlist, name="playlist"),
    path("coaching/playlists/<int:playlist_id>/change", change_playlist, name="change-playlist"),
    path("coaching/clips/<int:clip_id>", change_clip, name="change-clip"),
    path("recordings/<str:call_id>/clips", add_clip, name="add-clip"),
]
