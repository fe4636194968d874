"""Reviews and scores."""

from http import HTTPStatus

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.coaching import actions
from onrecord.apps.coaching.clips import ClipError, moment
from onrecord.apps.coaching.models import Assessment, Review, Scorecard
from onrecord.apps.coaching.queries import asked_by, inbox
from onrecord.apps.coaching.scoring import ScorecardError, read_answers, sent_answers
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.recordings.comments import users_who_may_listen
from onrecord.apps.recordings.queries import playable_by
from onrecord.web.pages.calls import call_page
from onrecord.web.pages.playlists import listener


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """Reviews that wait for the user, and the outcome of those they asked for."""
    return _inbox(request, listener(request))


@require_POST
def ask(request: HttpRequest, call_id: str) -> HttpResponse:
    """`reviewer`, `note`, `at` (a time such as 1:05, or empty)."""
    user = listener(request)
    recording = get_object_or_404(playable_by(user), pk=call_id)
    reviewer_id = whole_number(request.POST.get("reviewer", "")) or 0
    reviewer = users_who_may_listen(recording).filter(pk=reviewer_id).first()
    if reviewer is None:
        raise BadRequest
    try:
        actions.ask_for_review(
            recording,
            reviewer=reviewer,
            note=request.POST.get("note", ""),
            at_ms=moment(request.POST.get("at", ""), recording.duration_ms or 0),
            acting_user=user,
        )
    except (ClipError, actions.CoachingRefusedError) as problem:
        refused = {"review_problem": str(problem), "review_sent": request.POST}
        return call_page(request, call_id, status=HTTPStatus.UNPROCESSABLE_ENTITY, **refused)
    return redirect("call", call_id)


@require_POST
def settle(request: HttpRequest, review_id: int) -> HttpResponse:
    """`do`: `done` or `decline` by the reviewer, with an `answer`; `withdraw` by the user who asked.

    `from`: the page to return to, `call` or by default the inbox.
    """
    user = listener(request)
    do = request.POST.get("do")
    whose = {"asked_by": user} if do == "withdraw" else {"reviewer": user}
    reviews = Review.objects.playable_by(user).select_related("recording__call")
    review = get_object_or_404(reviews, pk=review_id, **whose)
    answer = request.POST.get("answer", "")
    try:
        if do == "withdraw":
            actions.withdraw_review(review, acting_user=user)
        elif do in ("done", "decline"):
            actions.settle_review(review, declined=do == "decline", answer=answer, acting_user=user)
        else:
            raise BadRequest
    except actions.CoachingRefusedError as problem:
        return _inbox(request, user, problem=str(problem), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.POST.get("from") == "call":
        return redirect("call", review.recording_id)
    return redirect("reviews")


@require_POST
def assess(request: HttpRequest, call_id: str) -> HttpResponse:
    """`scorecard`, and for each of its questions `asked-1` (its key), `answer-1`, and so on."""
    user = listener(request)
    require(user, Permission.COACHING_SCORE)
    recording = get_object_or_404(playable_by(user), pk=call_id)
    key = whole_number(request.POST.get("scorecard", ""))
    if key is None:
        raise BadRequest
    scorecard = get_object_or_404(Scorecard, pk=key, team=user.team_id, is_retired=False)
    sent = sent_answers(request.POST.dict())
    try:
        actions.assess(recording, scorecard, read_answers(scorecard.asked, sent), acting_user=user)
    except (ScorecardError, actions.CoachingRefusedError) as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        refused = {"score_problem": str(problem), "score_sent": sent, "scored": scorecard}
        return call_page(request, call_id, status=status, **refused)
    return redirect("call", call_id)


@require_POST
def answer_score(request: HttpRequest, assessment_id: int) -> HttpResponse:
    """`reply`, which may be empty: the call's rep has read the score."""
    user = listener(request)
    visible = Assessment.objects.visible_to(user).select_related("recording__call")
    assessment = get_object_or_404(visible, pk=assessment_id, recording__call__user=user)
    call_id = assessment.recording_id
    try:
        actions.answer_score(assessment, request.POST.get("reply", ""), acting_user=user)
    except actions.CoachingRefusedError as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return call_page(request, call_id, status=status, answer_problem=str(problem))
    return redirect("call", call_id)


def _inbox(
    request: HttpRequest, user: User, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    found = inbox(user, cursor=request.GET.get("cursor"))
    asked = asked_by(user)
    context = {
        "reviews": found.rows,
        "next_cursor": found.next_cursor,
        "asked": asked,
        "problem": problem,
    }
    response = render(request, "coaching/reviews.html", context, status=status)
    if request.method == "POST":
        # The URL that the form was sent to is not a page. Reloading it would show an error.
        response["HX-Push-Url"] = reverse("reviews")
    else:
        actions.see_answers(asked, acting_user=user)
    return response


urlpatterns = [
    path("coaching/reviews", reviews, name="reviews"),
    path("coaching/reviews/<int:review_id>", settle, name="settle-review"),
    path("coaching/scores/<int:assessment_id>", answer_score, name="answer-score"),
    path("recordings/<str:call_id>/reviews", ask, name="ask-for-review"),
    path("recordings/<str:call_id>/scores", assess, name="score-recording"),
]
