"""Searching calls, or rows that have copies of their facts: by contact, rep, number and what was written."""

from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, NotesWord
from onrecord.apps.core.database.expressions import InKeys, NoIndex
from onrecord.apps.core.folding import fold
from onrecord.apps.core.search_plan import SearchPlan, are_few
from onrecord.apps.core.written import found, having, wanted_words
from onrecord.apps.people.numbers import digits_of
from onrecord.apps.people.queries import digit_ranges
from onrecord.apps.people.search import name_contains, people_named

_M = TypeVar("_M", bound=Model)

#: By at least so many of many contacts it is guessed how many rows all of them have.
_SAMPLE = 50


def searched(
    rows: "QuerySet[_M]",
    by_key: "QuerySet[_M]",
    q: str,
    user: User,
    *,
    owner: str,
    log: str,
    owners: list[int] | None,
    also: SearchPlan,
) -> "QuerySet[_M]":
    """Of a team's rows those of `owners` (None: of anybody) that `q` may mean; if it is empty, all of theirs.

    `by_key`: the same rows, written so that they are found by their keys (`SearchPlan.find`). `owner`: the
    rep's column. `log`: the path to the call's log. `also`: what else matches `q`, by what other
    apps keep about a call.
    """
    if owners == []:
        return rows.none()
    # For several owners the team's rows are scanned in order: an index has each owner's apart.
    theirs, by_key = (
        some if owners is None else some.filter(InKeys(NoIndex(owner), owners)) for some in (rows, by_key)
    )
    ordered = rows.filter(**{owner: owners[0]}) if owners is not None and len(owners) == 1 else theirs
    if not q:
        return ordered
    facts = _by_facts(rows, q, user, owner=owner, owners=owners)
    plan = facts + _by_notes(wanted_words(q), log=log) + also
    return plan.find(theirs, ordered, by_key)


def _by_facts(
    rows: "QuerySet[_M]", q: str, user: User, *, owner: str, owners: list[int] | None
) -> SearchPlan:
    """Contact or rep has every word in the name, or the number begins or ends with the digits."""
    indexed = digit_ranges(digits_of(q), user, number="number")
    if reps := _reps(q, user, owners):
        indexed.append(Q(**{f"{owner}__in": reps}))
    contacts = people_named(q, user.team)
    if contacts is None:
        return SearchPlan(indexed=indexed, scan=[name_contains(q, "person__")])
    theirs = [Q(InKeys("person", contacts))] if contacts else []
    if are_few(len(contacts)) or are_few(_guess(rows, contacts)):
        return SearchPlan(indexed=indexed + theirs, scan=[])
    return SearchPlan(indexed=indexed, scan=theirs)


def _by_notes(wanted: list[str], *, log: str) -> SearchPlan:
    """The call's notes have every word."""
    logs = found(NotesWord, wanted) if wanted else []
    if logs is None:
        noted = having(NotesWord, wanted).filter(written=OuterRef(log))
        return SearchPlan(indexed=[], scan=[Q(Exists(noted))])
    calls = Call.objects.filter(InKeys("log", logs)).values_list("pk", flat=True) if logs else []
    return SearchPlan(indexed=[], scan=[], candidates=list(calls))


def _guess(rows: "QuerySet[_M]", contacts: list[int]) -> int:
    """How many of the team's rows belong to these contacts: many may have been called seldom, or never."""
    sample = contacts[:: max(1, len(contacts) // _SAMPLE)]
    return rows.filter(InKeys("person", sample)).order_by().count() * len(contacts) // len(sample)


def _reps(q: str, user: User, owners: list[int] | None) -> list[int]:
    # A team's users are few, and no database compares without accents.
    names = User.objects.filter(team_id=user.team_id).values_list("pk", "name")
    words = fold(q).split()
    return [
        pk
        for pk, name in names
        if (owners is None or pk in owners) and all(word in fold(name) for word in words)
    ]
