"""Find recordings. Every combination of filters uses an index, as tested by test_recordings_plans.py."""

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
#: The columns that a tile shows.
_SHOWN = (
    "source", "duration_ms", "spans", "holes", "thumbnail", "talk", "talk_ratio", "disposition", "sentiment",
    "has_notes", "fault", "called_at", "rep__name", "call__number", "call__direction", "call__created_at",
    "call__person__name", "call__person__company",
)  # fmt: skip

_MS_PER_MINUTE = 60_000


def list_recordings(
    user: User, filters: Filters, *, cursor: str | None, playlist: Collection[str] = ()
) -> Page[Recording]:
    """The finished recordings that the user may see and that match the filters, newest first.

    `playlist`: ids of the recordings in the playlist that is filtered by.
    """
    team = Recording.objects.filter(call_team=user.team_id, status=RecordingStatus.COMPLETED)
    # A playlist has few recordings, and their keys are known.
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
    """The finished recordings of calls that the user may see, for looking up by key."""
    # Keep the database from using an index of these columns, so that it starts with the key.
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
        # With IN, because SQLite does not use an index for a bare boolean.
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
    """The choices that the page's filters offer."""

    reps: list[User]
    groups: list[Group]
    sources: list[str]
    dispositions: list[str]
    sentiments: list[str]


def choices(user: User) -> Choices:
    """Reps and groups come from what the user may see; sources and dispositions are the whole team's."""
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
