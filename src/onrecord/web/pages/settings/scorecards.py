"""Settings > Scorecards."""

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.coaching import actions
from onrecord.apps.coaching.models import Scorecard
from onrecord.apps.coaching.scoring import (
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    ScorecardError,
    read_questions,
    sent_questions,
)


@require_http_methods(["GET", "HEAD", "POST"])
def scorecards(request: HttpRequest) -> HttpResponse:
    """The team's scorecards. POST `name`, `question`s, and their `kind`s creates one."""
    user = _editor(request)
    if request.method != "POST":
        return _page(request)
    return _save(request, Scorecard(team_id=user.team_id))


@require_POST
def change_scorecard(request: HttpRequest, scorecard_id: int) -> HttpResponse:
    """The same fields as for a new one; or `do`: retire, offer."""
    user = _editor(request)
    scorecard = get_object_or_404(Scorecard, pk=scorecard_id, team=user.team_id)
    if request.POST.get("do") in ("retire", "offer"):
        is_retired = request.POST["do"] == "retire"
        actions.retire_scorecard(scorecard, is_retired=is_retired, acting_user=user)
        return redirect("scorecards")
    return _save(request, scorecard)


def _save(request: HttpRequest, scorecard: Scorecard) -> HttpResponse:
    form = request.POST
    try:
        questions = read_questions(form.getlist("question"), form.getlist("kind"))
        actions.save_scorecard(
            scorecard, name=form.get("name", ""), questions=questions, acting_user=cast(User, request.user)
        )
    except ScorecardError as problem:
        scorecard.name = form.get("name", "")
        sent = sent_questions(form.getlist("question"), form.getlist("kind"))
        scorecard.questions = [question.to_json() for question in sent]
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, refused=scorecard, problem=str(problem), status=status)
    return redirect("scorecards")


def _page(
    request: HttpRequest,
    *,
    refused: Scorecard | None = None,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """`refused`: the scorecard as it was submitted, to be shown again."""
    scorecards = Scorecard.objects.filter(team=cast(User, request.user).team_id)
    context = {
        "scorecards": [refused if one == refused else one for one in scorecards],
        "new": refused if refused and refused.pk is None else Scorecard(),
        "refused": refused,
        "most_questions": MOST_QUESTIONS,
        "longest_question": LONGEST_QUESTION,
        "problem": problem,
    }
    return render(request, "settings/scorecards.html", context, status=status)


def _editor(request: HttpRequest) -> User:
    require(request.user, Permission.SCORECARDS_CHANGE)
    return cast(User, request.user)


urlpatterns = [
    path("settings/scorecards", scorecards, name="scorecards"),
    path("settings/scorecards/<int:scorecard_id>", change_scorecard, name="change-scorecard"),
]
