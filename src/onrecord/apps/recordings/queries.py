"""Finding recordings. Each way is a search in an index: test_recordings_plans.py holds that."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from onrecord.apps.accounts.models import Group, User
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.calls.search import searched
from onrecord.apps.core.database.expressions import InKeys, NoIndex
from onrecord.apps.core.database.values import distinct_values
from onrecord.apps.core.paging import Page, page_of_many
from onrecord.apps.core.query_params import end_of_day, start_of_day
from onrecord.apps.recordings.comment_search import by_comments
from onrecord.apps.recordings.filters import LENGTHS, Filters

TILES = 24
#: What a tile shows.
_SHOWN = (
    "source", "duration_ms", "spans", "holes", "thumbnail", "talk", "talk_ratio", "disposition", "sentiment",
    "has_notes", "fault", "called_at", "rep__name", "call__number", "call__direction", "call__created_at",
    "call__person__name", "call__person__company",
)  # fmt: skip

_MS_PER_MINUTE = 60_000


def list_recordings(
    user: User, filters: Filters, *, cursor: str | None, playlist: Collection[str] = ()
) -> Page[Recording]:
    """The finished recordings that the user may see and the filters let through, newest first.

    `playlist`: the recordings of the playlist that is asked for.
    """
    team = Recording.objects.filter(call_team=user.team_id, status=RecordingStatus.COMPLETED)
    # Those of a playlist are few, and known by their keys.
    by_key = playable_by(user).filter(pk__in=playlist) if filters.playlist else playable_by(user)
    finished = by_key if filters.playlist else team
    owners = Scope.of(user).owners(rep=filters.rep, group=filters.group)
    rows = searched(
        finished,
        by_key,
        filters.q,
        user,
        owner="rep",
        log="call__log",
        owners=owners,
        also=by_comments(filters.q, user),
    )
    return page_of_many(
        _filtered(rows, filters),
        Recording.objects.select_related("call__person", "rep").only(*_SHOWN),
        by="-called_at",
        cursor=cursor,
        size=TILES,
    )


def playable_by(user: User) -> "QuerySet[Recording]":
    """The finished recordings of calls that the user may see, to be found by their key."""
    # By none of these columns' indexes: the search is to begin with the key.
    rows = Recording.objects.alias(team=NoIndex("call__team"), state=NoIndex("status"))
    rows = rows.filter(team=user.team_id, state=RecordingStatus.COMPLETED)
    owners = Scope.of(user).owners()
    rows = rows if owners is None else rows.filter(InKeys(NoIndex("call__user"), owners))
    return rows.select_related("call__user", "call__person")


def _filtered(rows: "QuerySet[Recording]", filters: Filters) -> "QuerySet[Recording]":
    equal = {
        "source": filters.source,
        "person": filters.person,
        "disposition": filters.disposition,
        "sentiment": filters.sentiment,
        # By IN, because a bare boolean is no search in an index to SQLite.
        "has_notes__in": [True] if filters.notes else None,
    }
    rows = rows.filter(**{field: value for field, value in equal.items() if value})
    if filters.since:
        rows = rows.filter(called_at__gte=start_of_day(filters.since))
    if filters.until:
        rows = rows.filter(called_at__lt=end_of_day(filters.until))
    if filters.length:
        least, less = LENGTHS[filters.length]
        rows = rows.filter(duration_ms__gte=least * _MS_PER_MINUTE)
        rows = rows.filter(duration_ms__lt=less * _MS_PER_MINUTE) if less else rows
    return rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the filters of the page offer."""

    reps: list[User]
    groups: list[Group]
    sources: list[str]
    dispositions: list[str]
    sentiments: list[str]


def choices(user: User) -> Choices:
    """Reps and groups of what the user may see, and the words that the whole team has used."""
    scope = Scope.of(user)
    reps = User.objects.filter(team=user.team_id).order_by("name", "pk").only("name")
    if scope.team_id is None:
        reps = reps.filter(group=scope.group_id) if scope.group_id is not None else reps.filter(pk=user.pk)
    sources, dispositions, sentiments = (
        distinct_values(Recording, field, call_team=user.team_id, status=RecordingStatus.COMPLETED)
        for field in ("source", "disposition", "sentiment")
    )
    return Choices(
        reps=list(reps),
        groups=list(Group.objects.filter(team=user.team_id).order_by("name")) if scope.team_id else [],
        sources=sources,
        dispositions=dispositions,
        sentiments=sentiments,
    )
