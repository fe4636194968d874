"""Counts of open reviews and new answers."""

from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.coaching.models import Review

router = Router(tags=["coaching"])


class CoachingCounts(Schema):
    #: Open reviews that the user was asked for.
    reviews: int
    #: The user's own requests that were answered since they last looked.
    answers: int


@router.get("/counts", response=CoachingCounts)
def counts(request: HttpRequest) -> CoachingCounts:
    user = cast(User, request.user)
    reviews = Review.objects
    return CoachingCounts(
        reviews=reviews.waiting_for(user).count(), answers=reviews.settled_for(user).count()
    )
