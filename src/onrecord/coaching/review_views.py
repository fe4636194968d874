"""Reviews and scores."""

from http import HTTPStatus

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from onrecord.accounts.models import User
from onrecord.accounts.permissions import Permission
from onrecord.calls.views import call_page
from onrecord.coaching import actions
from onrecord.coaching.models import Review, Scorecard
from onrecord.coaching.queries import asked_by, inbox
from onrecord.coaching.scoring import ScorecardError, read_answers
from onrecord.coaching.views import listener
from onrecord.errors import require
from onrecord.recordings.comments import audience
from onrecord.recordings.queries import audible
from onrecord.whole_numbers import whole_number


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for the user, and what became of what they asked for."""
    return _inbox(request, listener(request))


@require_POST
def ask(request: HttpRequest, call_id: str) -> HttpResponse:
    """`reviewer`, `note`."""
    user = listener(request)
    recording = get_object_or_404(audible(user), pk=call_id)
    reviewer = audience(recording).filter(pk=whole_number(request.POST.get("reviewer", "")) or 0).first()
    if reviewer is None:
        raise BadRequest
    try:
        actions.ask_for_review(
            recording, reviewer=reviewer, note=request.POST.get("note", ""), acting_user=user
        )
    except actions.RefusedError as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return call_page(request, call_id, status=status, review_problem=str(problem))
    return redirect("call", call_id)


@require_POST
def settle(request: HttpRequest, review_id: int) -> HttpResponse:
    """`do` (done, decline), `answer`."""
    user = listener(request)
    review = get_object_or_404(
        Review.objects.audible_to(user).select_related("recording__call"), pk=review_id, reviewer=user
    )
    if request.POST.get("do") not in ("done", "decline"):
        raise BadRequest
    try:
        actions.settle_review(
            review,
            declined=request.POST["do"] == "decline",
            answer=request.POST.get("answer", ""),
            acting_user=user,
        )
    except actions.RefusedError as problem:
        return _inbox(request, user, problem=str(problem), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("reviews")


@require_POST
def assess(request: HttpRequest, call_id: str) -> HttpResponse:
    """`scorecard`, and `answer-1`, `answer-2` ... in the order of its questions."""
    user = listener(request)
    require(user, Permission.COACHING_SCORE)
    recording = get_object_or_404(audible(user), pk=call_id)
    key = whole_number(request.POST.get("scorecard", ""))
    if key is None:
        raise BadRequest
    scorecard = get_object_or_404(Scorecard, pk=key, team=user.team_id, is_retired=False)
    questions = scorecard.asked
    given = [request.POST.get(f"answer-{number}", "") for number in range(1, len(questions) + 1)]
    try:
        actions.assess(recording, scorecard, read_answers(questions, given), acting_user=user)
    except (ScorecardError, actions.RefusedError) as problem:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return call_page(request, call_id, status=status, score_problem=str(problem))
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
    if request.method == "GET":
        actions.see_answers(asked, acting_user=user)
    return response
