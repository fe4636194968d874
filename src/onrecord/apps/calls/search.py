"""Searching calls, or rows that have copies of their facts: by contact, rep, number and what was written."""

from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.models import Call, NotesWord
from onrecord.apps.core.database.expressions import OneOf, Plain
from onrecord.apps.core.folding import searchable
from onrecord.apps.core.search_plan import Ways, are_few
from onrecord.apps.core.written import found, having, wanted_words
from onrecord.apps.people.numbers import digits_of
from onrecord.apps.people.queries import digit_ranges
from onrecord.apps.people.search import holding, named
from onrecord.apps.recordings.models import Comment, CommentWord

_M = TypeVar("_M", bound=Model)

#: By at least so many of many contacts it is guessed how many rows all of them have.
_SAMPLE = 50


def searched(
    rows: "QuerySet[_M]",
    keyed: "QuerySet[_M]",
    q: str,
    user: User,
    *,
    owner: str,
    log: str,
    owners: list[int] | None,
) -> "QuerySet[_M]":
    """Of a team's rows those of `owners` (None: of anybody) that `q` may mean; if it is empty, all of theirs.

    `keyed`: the same rows, to be found by their keys (`Ways.find`). `owner` names the column of the rep,
    `log` leads to the call's log.
    """
    if owners == []:
        return rows.none()
    # Of several owners the team's rows are walked, in order; each owner's would have to be sorted together.
    theirs, keyed = (
        some if owners is None else some.filter(OneOf(Plain(owner), owners)) for some in (rows, keyed)
    )
    walked = rows.filter(**{owner: owners[0]}) if owners is not None and len(owners) == 1 else theirs
    if not q:
        return walked
    facts = _by_facts(rows, q, user, owner=owner, owners=owners)
    written = _by_words(wanted_words(q), user, log=log)
    ways = Ways(narrow=facts.narrow, wide=facts.wide + written.wide, keys=written.keys)
    return ways.find(theirs, walked, keyed)


def _by_facts(rows: "QuerySet[_M]", q: str, user: User, *, owner: str, owners: list[int] | None) -> Ways:
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


def _by_words(wanted: list[str], user: User, *, log: str) -> Ways:
    """The call's notes, or a comment on its recording that the user may read, have every word."""
    wide, keys = list[Q](), set[str]()
    logs = found(NotesWord, wanted) if wanted else []
    if logs is None:
        wide.append(Q(Exists(having(NotesWord, wanted).filter(written=OuterRef(log)))))
    elif logs:
        keys.update(Call.objects.filter(OneOf("log", logs)).values_list("pk", flat=True))
    comments = found(CommentWord, wanted) if wanted and user.may(Permission.RECORDING_LISTEN) else []
    if comments is None:
        wide.append(Q(Exists(having(CommentWord, wanted).filter(written__recording=OuterRef("pk")))))
    elif comments:
        keys.update(Comment.objects.filter(OneOf("pk", comments)).values_list("recording", flat=True))
    return Ways(narrow=[], wide=wide, keys=list(keys))


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
