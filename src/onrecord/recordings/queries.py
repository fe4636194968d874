"""Finding recordings. Each way is a search in an index (tests/unit/recordings/test_recordings_plans.py)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from onrecord.accounts.models import Group, User
from onrecord.accounts.scope import Scope
from onrecord.database.expressions import Plain
from onrecord.matching import any_of, found_by
from onrecord.paging import Page, page
from onrecord.people.models import searchable
from onrecord.people.numbers import digits_of
from onrecord.people.queries import FEWEST_DIGITS, digit_ranges
from onrecord.people.search import having_words, holding
from onrecord.query import begin_of, end_of
from onrecord.recordings.filters import LENGTHS, Filters
from onrecord.recordings.models import Recording
from onrecord.recordings.outcome import RecordingStatus

TILES = 24

_MS_PER_MINUTE = 60_000


def list_recordings(
    user: User, filters: Filters, *, cursor: str | None, playlist: Collection[str] = ()
) -> Page[Recording]:
    """The finished recordings that the user may see and the filters let through, newest first.

    `playlist`: the recordings of the playlist that is asked for.
    """
    rows = _searched(listed(user), filters.q, user) if filters.q else listed(user)
    rows = _filtered(rows, filters, playlist=playlist).select_related("call__person", "rep")
    return page(rows, by="-called_at", cursor=cursor, size=TILES)


def audible(user: User) -> "QuerySet[Recording]":
    """The finished recordings of calls that the user may see, to be found by their key."""
    rows = Recording.objects.visible_to(user).filter(status=RecordingStatus.COMPLETED)
    return rows.select_related("call__user", "call__person")


def listed(user: User) -> "QuerySet[Recording]":
    """The finished ones among `Recording.objects.visible_to(user)`, from the copies of the facts."""
    scope = Scope.of(user)
    rows = Recording.objects.filter(call_team=user.team_id, status=RecordingStatus.COMPLETED)
    if scope.team_id is not None:
        return rows
    if scope.group_id is not None:
        # Walked in order: each member's would have to be sorted together.
        return rows.alias(owner=Plain("rep_id")).filter(owner__in=_members(scope.group_id))
    return rows.filter(rep=scope.user_id) if scope.user_id is not None else rows.none()


def _members(group_id: int) -> list[int]:
    return list(User.objects.filter(group=group_id).values_list("pk", flat=True))


def _filtered(
    rows: "QuerySet[Recording]", filters: Filters, *, playlist: Collection[str]
) -> "QuerySet[Recording]":
    """`playlist`: the recordings of the playlist that is asked for."""
    equal = {
        "source": filters.source,
        "rep": filters.rep,
        "person": filters.person,
        "disposition": filters.disposition,
        "sentiment": filters.sentiment,
        # By IN, because a bare boolean is no search in an index to SQLite.
        "has_notes__in": [True] if filters.notes else None,
    }
    rows = rows.filter(**{field: value for field, value in equal.items() if value})
    if filters.playlist:
        rows = rows.filter(pk__in=playlist)
    if filters.group:
        rows = rows.filter(rep__in=_members(filters.group))
    if filters.since:
        rows = rows.filter(called_at__gte=begin_of(filters.since))
    if filters.until:
        rows = rows.filter(called_at__lt=end_of(filters.until))
    if filters.length:
        least, less = LENGTHS[filters.length]
        rows = rows.filter(duration_ms__gte=least * _MS_PER_MINUTE)
        rows = rows.filter(duration_ms__lt=less * _MS_PER_MINUTE) if less else rows
    return rows


def _searched(rows: "QuerySet[Recording]", q: str, user: User) -> "QuerySet[Recording]":
    """By person, company, rep or number."""
    ways = _ways(q, user)
    found = found_by(rows, [Q(person__in=having_words(q, user.team)), *ways])
    if found is not None:
        # Without team and status, which were asked for already: else an index of theirs would be walked.
        return Recording.objects.filter(pk__in=found)
    return rows.filter(any_of([holding(q, "person__"), *ways]))


def _ways(q: str, user: User) -> list[Q]:
    """What a search may mean beside a contact's name; each is a search in an index."""
    words = searchable(q).split()
    colleagues = User.objects.filter(team=user.team_id).values_list("pk", "name")
    reps = [pk for pk, name in colleagues if all(word in searchable(name) for word in words)]
    ways = [Q(rep__in=reps)] if reps else []
    digits = digits_of(q)
    if len(digits) >= FEWEST_DIGITS:
        ways += digit_ranges(digits, user, number="number")
    return ways


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the filters of the page offer."""

    reps: list[User]
    groups: list[Group]
    sources: list[str]
    dispositions: list[str]
    sentiments: list[str]


def choices(user: User) -> Choices:
    """Of what the user may see."""
    scope = Scope.of(user)
    reps = User.objects.filter(team=user.team_id).order_by("name", "pk")
    if scope.team_id is None:
        reps = reps.filter(group=scope.group_id) if scope.group_id is not None else reps.filter(pk=user.pk)
    rows = Recording.objects.filter(call_team=user.team_id, status=RecordingStatus.COMPLETED)
    return Choices(
        reps=list(reps),
        groups=list(Group.objects.filter(team=user.team_id).order_by("name")) if scope.team_id else [],
        sources=_values(rows, "source"),
        dispositions=_values(rows, "disposition"),
        sentiments=_values(rows, "sentiment"),
    )


def _values(rows: "QuerySet[Recording]", field: str) -> list[str]:
    """The different values of a field that is not empty, each by a step in its index: DISTINCT reads all."""
    values: list[str] = []
    while value := (
        rows.filter(**{f"{field}__gt": values[-1] if values else ""})
        .order_by(field)
        .values_list(field, flat=True)
        .first()
    ):
        values.append(value)
    return values
