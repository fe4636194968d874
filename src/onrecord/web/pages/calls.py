"""The pages of calls."""

from collections.abc import AsyncIterator, Iterator
from datetime import tzinfo
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.accounts.scope import require_calls
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls import log_actions
from onrecord.apps.calls.export import csv_of
from onrecord.apps.calls.filters import STATUSES, CallFilter
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.notes import Notes
from onrecord.apps.calls.queries import (
    collaborators_in,
    filtered_calls,
    list_calls,
    may_join,
    reps_of,
    shown_calls,
)
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.calls.timeline import timeline
from onrecord.apps.coaching.models import Scorecard
from onrecord.apps.coaching.queries import reviews_of, scores_of
from onrecord.apps.coaching.scoring import BEST
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.dispositions.lists import Field
from onrecord.apps.dispositions.queries import lists_of
from onrecord.apps.recordings.access import access_history
from onrecord.apps.recordings.comment_search import by_comments
from onrecord.apps.recordings.comments import users_who_may_listen
from onrecord.apps.recordings.opening import problem_of
from onrecord.apps.recordings.passages import hits
from onrecord.apps.sharing.queries import links_of, rules_of, with_status
from onrecord.policy import facts_json


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    require_calls(user)
    wanted = CallFilter.of(request.GET)
    also = by_comments(wanted.q, user)
    found = list_calls(user, wanted=wanted, also=also, cursor=request.GET.get("cursor"))
    context = {
        "calls": found.rows,
        "hits": hits([one.pk for one in found.rows], wanted.q, user),
        "wanted": wanted,
        "reps": reps_of(user),
        "statuses": {name: word for name, (word, _) in STATUSES.items()},
        "next_cursor": found.next_cursor,
    }
    response = render(request, "calls/list.html", context)
    query = urlencode(wanted.query())
    if "cursor" not in request.GET and request.GET.urlencode() != query:
        # The filter form also sends empty fields. Show only the filters that are set in the URL.
        response["HX-Replace-Url"] = f"{reverse('calls')}?{query}" if query else reverse("calls")
    return response


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as a file. `X-Rows` is the number of rows, so that progress can be shown."""
    user = cast(User, request.user)
    require_calls(user)
    wanted = CallFilter.of(request.GET)
    also = by_comments(wanted.q, user)
    rows = filtered_calls(user, wanted, also).count()
    record(Action.CALLS_EXPORTED, user, acting_user=user, rows=rows, **wanted.query())
    headers = {
        "Content-Disposition": f'attachment; filename="calls-{timezone.localdate().isoformat()}.csv"',
        "X-Rows": str(rows),
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }
    body = _pieces(csv_of(user, wanted, also), timezone.get_current_timezone())
    return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


async def _pieces(text: Iterator[str], zone: tzinfo) -> AsyncIterator[str]:
    # One batch at a time in the request's thread, so that other requests are answered in between.
    while (piece := await sync_to_async(_next)(text, zone)) is not None:
        yield piece


def _next(text: Iterator[str], zone: tzinfo) -> str | None:
    # The body is sent after the middleware that sets the reader's time zone is done.
    with timezone.override(zone):
        return next(text, None)


@require_safe
def call(request: HttpRequest, call_id: str) -> HttpResponse:
    return call_page(request, call_id)


@require_POST
def log(request: HttpRequest, call_id: str) -> HttpResponse:
    """`disposition`, `sentiment`, `notes`, and `notes_revision`: log one's own call from its page."""
    user = cast(User, request.user)
    require(user, Permission.CALLS_LOG)
    own = get_object_or_404(shown_calls(user).select_related("team"), pk=call_id, user=user)
    form = request.POST
    try:
        log_actions.write_log(
            own,
            changes={field: form[field] for field in Field if field in form},
            notes=Notes(
                text=form.get("notes", "").replace("\r\n", "\n"),
                revision=whole_number(form.get("notes_revision", "")),
            ),
            acting_user=user,
        )
    except log_actions.LogError as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return call_page(request, call_id, status=status, log_problem=str(problem), log_form=form)
    return redirect("call", call_id)


def _coaching(shown: Call, user: User) -> dict[str, Any]:
    """The coaching part of a recorded call's page."""
    recording = shown.recording
    may_score = user.may(Permission.COACHING_SCORE) and shown.user_id != user.pk
    scorecards = list(Scorecard.objects.filter(team=user.team_id, is_retired=False)) if may_score else []
    scores = scores_of(recording, user)
    filled_in = {one.name for one in scores.assessments if one.author_id == user.pk}
    return {
        "scores": scores,
        "scorecards": scorecards,
        "scorecard_due": next((one for one in scorecards if one.name not in filled_in), None),
        "reviews": reviews_of(recording, user),
        "reviewers": list(users_who_may_listen(recording).exclude(pk=user.pk)),
        "playlists": list(user.playlists.order_by("name")),
        "best": range(1, BEST + 1),
    }


def call_page(
    request: HttpRequest, call_id: str, *, status: HTTPStatus = HTTPStatus.OK, **shown_once: Any
) -> HttpResponse:
    """The page of a call. `shown_once`: the result of a form, for the template."""
    user = cast(User, request.user)
    require_calls(user)
    shown = get_object_or_404(shown_calls(user), pk=call_id)
    may_log = shown.user_id == user.pk and user.may(Permission.CALLS_LOG) and shown.ended_at is not None
    context: dict[str, Any] = {
        "call": shown,
        "events": timeline(shown),
        "decision": shown.decision,
        "inputs": facts_json.sentence(shown.inputs) if shown.inputs else "",
        "recording": shown.recording,
        "collaborators": collaborators_in(shown),
        "may_join": may_join(shown, user),
        "lists": lists_of(user.team_id) if may_log else None,
    }
    if shown.recording.status == RecordingStatus.COMPLETED and user.may(Permission.RECORDING_MANIFEST_VIEW):
        history, older = access_history(shown.recording, request.GET.get("access"))
        verifications = shown.recording.verifications.select_related("requested_by")
        context |= {
            "access": history,
            "older_access": older,
            "verification": verifications.order_by("-id").first(),
        }
    if shown.recording.status == RecordingStatus.COMPLETED and user.may(Permission.RECORDING_LISTEN):
        context["recording_problem"] = problem_of(shown.recording)
        context["links"] = with_status(links_of(shown.recording, user))
        context["sharing"] = rules_of(user.team_id)
        context["coaching"] = _coaching(shown, user)
    response = render(request, "calls/detail.html", context | shown_once, status=status)
    if request.method == "POST":
        # The URL that the form was sent to is not a page. Reloading it would show an error.
        response["HX-Push-Url"] = reverse("call", args=[call_id])
    return response


urlpatterns = [
    path("calls", calls, name="calls"),
    path("calls/export", export, name="calls-export"),
    path("calls/<str:call_id>", call, name="call"),
    path("calls/<str:call_id>/log", log, name="log-call"),
]
