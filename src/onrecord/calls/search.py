"""Searching calls, or rows that have copies of their facts, by contact, rep and number."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from onrecord.accounts.models import User
from onrecord.database.expressions import OneOf, Plain
from onrecord.matching import Ways, are_few
from onrecord.people.models import searchable
from onrecord.people.numbers import digits_of
from onrecord.people.queries import digit_ranges
from onrecord.people.search import holding, named

_M = TypeVar("_M", bound=Model)

#: By at least so many of many contacts it is guessed how many rows all of them have.
_SAMPLE = 50


def searched(
    rows: "QuerySet[_M]", q: str, user: User, *, owner: str, owners: list[int] | None
) -> "QuerySet[_M]":
    """Of a team's rows those of `owners` (None: of anybody) that `q` may mean; if it is empty, all of theirs.

    `owner` names the column of the rep.
    """
    if owners == []:
        return rows.none()
    # Of several owners the team's rows are walked, in order; each owner's would have to be sorted together.
    theirs = rows if owners is None else rows.filter(OneOf(Plain(owner), owners))
    walked = rows.filter(**{owner: owners[0]}) if owners is not None and len(owners) == 1 else theirs
    return _ways(rows, q, user, owner=owner, owners=owners).find(theirs, walked) if q else walked


def _ways(rows: "QuerySet[_M]", q: str, user: User, *, owner: str, owners: list[int] | None) -> Ways:
    """Contact or rep has every word in the name, or the number begins or ends with the digits."""
    narrow = digit_ranges(digits_of(q), user, number="number")
    if reps := _reps(q, user, owners):
        narrow.append(Q(**{f"{owner}__in": reps}))
    contacts = named(q, user.team)
    if contacts is None:
        return Ways(narrow=narrow, wide=[holding(q, "person__")])
    theirs = [Q(OneOf("person", contacts))] if contacts else []
    if are_few(len(contacts)) or are_few(_guess(rows, contacts)):
        return Ways(narrow=narrow + theirs, wide=[])
    return Ways(narrow=narrow, wide=theirs)


def _guess(rows: "QuerySet[_M]", contacts: list[int]) -> int:
    """How many of the team's rows belong to these contacts: many may have been called seldom, or never."""
    sample = contacts[:: max(1, len(contacts) // _SAMPLE)]
    return rows.filter(OneOf("person", sample)).order_by().count() * len(contacts) // len(sample)


def _reps(q: str, user: User, owners: list[int] | None) -> list[int]:
    # A team's users are few, and no database compares without accents.
    names = User.objects.filter(team_id=user.team_id).values_list("pk", "name")
    words = searchable(q).split()
    return [
        pk
        for pk, name in names
        if (owners is None or pk in owners) and all(word in searchable(name) for word in words)
    ]
