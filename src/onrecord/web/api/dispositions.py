"""What a call can be logged with."""

from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.dispositions.lists import Field
from onrecord.apps.dispositions.queries import lists_of

router = Router(tags=["calls"])


class ListOut(Schema):
    field: Field
    choices: list[str]
    #: Whether a rep must choose one for an answered call before placing the next.
    required: bool


class DispositionsOut(Schema):
    lists: list[ListOut]


@router.get("", response=DispositionsOut)
def dispositions(request: HttpRequest) -> DispositionsOut:
    """The team's lists, each in the team's order."""
    lists = lists_of(cast(User, request.user).team_id)
    return DispositionsOut(
        lists=[
            ListOut(field=field, choices=list(one.choices), required=one.required)
            for field, one in lists.items()
        ]
    )
