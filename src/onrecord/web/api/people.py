"""Searching for people in the dialer."""

from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.core.query_params import search_param
from onrecord.apps.people.numbers import format_number
from onrecord.apps.people.queries import suggest_people

router = Router(tags=["people"])

_MOST = 10


class PersonNumberOut(Schema):
    e164: str
    formatted: str
    kind: str


class FoundPerson(Schema):
    id: int
    name: str
    company: str
    numbers: list[PersonNumberOut]


class FoundPeople(Schema):
    people: list[FoundPerson]


@router.get("", response=FoundPeople)
def people(request: HttpRequest, q: str = "") -> FoundPeople:
    user = cast(User, request.user)
    require(user, Permission.PEOPLE_VIEW)
    wanted = search_param({"q": q})
    found = suggest_people(user, q=wanted, size=_MOST) if wanted else []
    return FoundPeople(
        people=[
            FoundPerson(
                id=person.pk,
                name=person.name,
                company=person.company,
                numbers=[
                    PersonNumberOut(e164=one.e164, formatted=format_number(one.e164), kind=one.kind)
                    for one in person.numbers.all()
                ],
            )
            for person in found
        ]
    )
