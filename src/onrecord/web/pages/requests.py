"""The pages of requests: the user's own, and the team's in the settings."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.core.paging import PAGE_SIZE, page
from onrecord.apps.requests import actions
from onrecord.apps.requests.models import RecordingRequest

_SHOWN = ("user", "person", "call__user", "settled_by")


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The user's requests, newest first. Opening the page marks the answers as seen."""
    user = cast(User, request.user)
    asked = RecordingRequest.objects.filter(user=user).select_related(*_SHOWN)
    found = page(asked, by="-asked_at", cursor=request.GET.get("cursor"))
    response = render(request, "requests.html", {"requests": found.rows, "next_cursor": found.next_cursor})
    actions.mark_seen(user)
    return response


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.RECORDING_REQUESTS_ANSWER)
    return _inbox(request)


@require_POST
def answer(request: HttpRequest, request_id: int) -> HttpResponse:
    """Answer a request with `answer`."""
    text = request.POST.get("answer", "")
    return _settle(
        request, request_id, lambda one, user: actions.answer(one, text, acting_user=user), typed=text
    )


@require_POST
def close(request: HttpRequest, request_id: int) -> HttpResponse:
    return _settle(request, request_id, lambda one, user: actions.close(one, acting_user=user))


def _settle(
    request: HttpRequest,
    request_id: int,
    settle: Callable[[RecordingRequest, User], None],
    typed: str = "",
) -> HttpResponse:
    user = cast(User, request.user)
    require(user, Permission.RECORDING_REQUESTS_ANSWER)
    settled = get_object_or_404(RecordingRequest.objects.of_team(user), pk=request_id)
    try:
        settle(settled, user)
    except actions.RequestRefusedError as refusal:
        return _inbox(request, status=422, problem=str(refusal), typed={settled.pk: typed})
    return redirect("request-inbox")


def _inbox(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    """Open requests, oldest first, then settled ones, newest first."""
    user = cast(User, request.user)
    of_team = RecordingRequest.objects.of_team(user).select_related(*_SHOWN)
    settled = page(
        of_team.filter(settled_at__isnull=False), by="-asked_at", cursor=request.GET.get("cursor"), size=20
    )
    shown = {
        "open": of_team.open().order_by("asked_at", "pk")[:PAGE_SIZE],
        "settled": settled.rows,
        "next_cursor": settled.next_cursor,
        "longest": actions.LONGEST_TEXT,
    }
    return render(request, "settings/requests.html", shown | context, status=status)


urlpatterns = [
    path("requests", own, name="requests"),
    path("settings/requests", inbox, name="request-inbox"),
    path("settings/requests/<int:request_id>/answer", answer, name="answer-request"),
    path("settings/requests/<int:request_id>/close", close, name="close-request"),
]
