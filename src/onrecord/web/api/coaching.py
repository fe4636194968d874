"""How much waits to be listened to."""

from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.coaching.models import Review

router = Router(tags=["coaching"])


class CountsOut(Schema):
    #: Reviews that the user was asked for.
    reviews: int
    #: Own requests that were answered since the user last looked.
    answers: int


@router.get("/counts", response=CountsOut)
def counts(request: HttpRequest) -> CountsOut:
    user = cast(User, request.user)
    reviews = Review.objects
    return CountsOut(reviews=reviews.waiting_for(user).count(), answers=reviews.settled_for(user).count())
