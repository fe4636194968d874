"""Creating and revoking links, and the pages for guests, which need no session.

A link is `/shared#TOKEN`. Browsers do not send the part after `#`, so the token is in no log and no referrer.
The page posts the token and gets a cookie that opens this one recording.
"""

from functools import partial
from http import HTTPStatus
from typing import TypeVar, cast

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.recordings.opening import open_peaks, problem_of
from onrecord.apps.recordings.queries import playable_by
from onrecord.apps.sharing import actions
from onrecord.apps.sharing.models import ShareLink
from onrecord.apps.sharing.queries import open_link_of
from onrecord.web.pages.calls import call_page
from onrecord.web.serve_recording import send_audio
from onrecord.web.settings import SESSION_COOKIE_SECURE, config

#: How long a guest's page works before the link must be opened again. It may expire earlier with the link.
GRANT_SECONDS = 12 * 3600

_Response = TypeVar("_Response", bound=HttpResponseBase)

#: Not a module name, so that a guest need not enter the passcode again after an upgrade.
_SALT = "onrecord.sharing"

#: Nothing between us and the guest may store the response.
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

_GONE = "This link does not work, or no longer works. Ask the person who sent it for a new one."
_AGAIN = "This page has closed. Open the link again. If it was revoked or has expired, the page will say so."
_LOCKED = "Too many wrong passcodes. Try again in 15 minutes."
_WRONG = "Wrong passcode. Check the one you were sent, and try again."


@require_POST
def share(request: HttpRequest, call_id: str) -> HttpResponse:
    """`days`, `passcode`, `shows_contact`: create a link. Only this response, the call's page, shows it."""
    user = cast(User, request.user)
    require(user, Permission.RECORDING_SHARE)
    require(user, Permission.RECORDING_LISTEN)
    recording = get_object_or_404(playable_by(user).select_related("call__log__person"), pk=call_id)
    try:
        link, token = actions.share(
            recording,
            days=whole_number(request.POST.get("days", "")) or 0,
            passcode=request.POST.get("passcode", ""),
            shows_contact="shows_contact" in request.POST,
            acting_user=user,
        )
    except actions.ShareError as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return call_page(request, call_id, status=status, share_problem=str(problem))
    address = f"{config.public_url}{reverse('share-link')}#{token}"
    response = call_page(request, call_id, new_link=link, new_address=address)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: HttpRequest, link_id: str) -> HttpResponse:
    user = cast(User, request.user)
    links = ShareLink.objects.visible_to(user).select_related("recording__call__user")
    link = get_object_or_404(links, pk=link_id)
    actions.revoke(link, acting_user=user)
    # A user who manages sharing may revoke a link to a call that they cannot see.
    if request.POST.get("from") == "settings" or not Scope.of(user).covers(link.recording.call.user):
        return redirect("sharing")
    return redirect("call", link.recording_id)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest) -> HttpResponse:
    """Reads the token from the URL, asks for the passcode if the link has one, and opens the recording."""
    if request.method != "POST":
        return _entry(request)
    token = request.POST.get("token", "")
    try:
        link = actions.open_link(token, request.POST.get("passcode", ""), address=_address(request))
    except actions.GoneError:
        return _entry(request, problem=_GONE, is_gone=True, status=HTTPStatus.NOT_FOUND)
    except actions.LockedError:
        return _entry(request, problem=_LOCKED, token=token, status=HTTPStatus.TOO_MANY_REQUESTS)
    except actions.PasscodeError as asked:
        problem, status = (_WRONG, HTTPStatus.FORBIDDEN) if asked.given else ("", HTTPStatus.OK)
        return _entry(request, problem=problem, token=token, status=status)
    path = reverse("shared-recording", args=[link.pk])
    response = redirect(path)
    response.set_cookie(
        _cookie(link.pk),
        signing.dumps(link.pk, salt=_SALT),
        max_age=GRANT_SECONDS,
        path=path,
        secure=SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return _plain(response)


@login_not_required
@require_safe
def shared(request: HttpRequest, link_id: str) -> HttpResponse:
    """The page of the recording, after the link was opened."""
    link = _granted(request, link_id)
    if link is None:
        return _entry(request, problem=_AGAIN, is_gone=True, status=HTTPStatus.NOT_FOUND)
    recording = link.recording
    context = {
        "link": link,
        "recording": recording,
        "call": recording.call,
        "problem": problem.for_guests() if (problem := problem_of(recording)) else None,
        "is_bare": True,
    }
    response = _plain(render(request, "sharing/recording.html", context))
    # Not on the page before: without a referrer, the CSRF check of its form would fail.
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@require_safe
def shared_audio(request: HttpRequest, link_id: str) -> HttpResponseBase:
    link = _require_granted(request, link_id)

    def note(from_start: bool) -> None:
        actions.note_play(link, address=_address(request), from_start=from_start)

    may_go_on = sync_to_async(partial(_still_opens, link_id))
    return _plain(send_audio(request, link.recording, {}, note=note, may_go_on=may_go_on))


@login_not_required
@require_safe
def shared_peaks(request: HttpRequest, link_id: str) -> HttpResponseBase:
    link = _require_granted(request, link_id)
    content = open_peaks(link.recording)
    return _plain(HttpResponse(content, content_type="application/octet-stream"))


def _still_opens(link_id: str) -> bool:
    return open_link_of(link_id) is not None


def _granted(request: HttpRequest, link_id: str) -> ShareLink | None:
    """The link, if it works now and this browser has opened it."""
    try:
        granted = signing.loads(request.COOKIES.get(_cookie(link_id), ""), salt=_SALT, max_age=GRANT_SECONDS)
    except signing.BadSignature:
        return None
    return open_link_of(link_id) if granted == link_id else None


def _require_granted(request: HttpRequest, link_id: str) -> ShareLink:
    if (link := _granted(request, link_id)) is None:
        raise Http404
    return link


def _entry(
    request: HttpRequest,
    *,
    problem: str = "",
    token: str = "",
    is_gone: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"problem": problem, "token": token, "is_gone": is_gone, "is_bare": True}
    return _plain(render(request, "sharing/entry.html", context, status=status))


def _plain(response: _Response) -> _Response:
    for name, value in _HEADERS.items():
        response[name] = value
    return response


def _cookie(link_id: str) -> str:
    return f"shared-{link_id}"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "unknown")


urlpatterns = [
    path("recordings/<str:call_id>/links", share, name="share-recording"),
    path("recordings/links/<str:link_id>/revoke", revoke, name="revoke-link"),
    path("shared", entry, name="share-link"),
    path("shared/<str:link_id>", shared, name="shared-recording"),
    path("shared/<str:link_id>/audio", shared_audio, name="shared-audio"),
    path("shared/<str:link_id>/peaks", shared_peaks, name="shared-peaks"),
]
