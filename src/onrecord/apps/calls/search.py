"""Search in calls, or in rows with copies of their fields: by contact, rep, number, and written text."""

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

#: Sample size for estimating how many rows a large number of contacts have.
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
    """The team's rows of `owners` (None: of anyone) that match `q`; all of them if `q` is empty.

    `by_key`: the same rows, written so that the database looks them up by key (`SearchPlan.find`). `owner`:
    the column of the rep. `log`: path to the call's log. `also`: what matches `q` in the data that other
    apps keep about calls.
    """
    if owners == []:
        return rows.none()
    # For several owners, scan the team's rows in order: an index has the rows of each owner separately.
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
    """The name of contact or rep has every word, or the number begins or ends with the digits."""
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
    """Estimate how many of the team's rows belong to these contacts. Many contacts may have few or none."""
    sample = contacts[:: max(1, len(contacts) // _SAMPLE)]
    return rows.filter(InKeys("person", sample)).order_by().count() * len(contacts) // len(sample)


def _reps(q: str, user: User, owners: list[int] | None) -> list[int]:
    # A team has few users, and neither database can compare without accents.
    names = User.objects.filter(team_id=user.team_id).values_list("pk", "name")
    words = fold(q).split()
    return [
        pk
        for pk, name in names
        if (owners is None or pk in owners) and all(word in fold(name) for word in words)
    ]
