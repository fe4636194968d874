"""Read playlists, scores, and reviews."""

from dataclasses import dataclass

from django.db.models import Avg, BooleanField, Count, ExpressionWrapper, Q, QuerySet

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Recording
from onrecord.apps.coaching.models import NEWS, Assessment, Clip, Playlist, Review
from onrecord.apps.core.paging import Page, page
from onrecord.apps.recordings.queries import playable_by


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """A clip as a certain user sees it."""

    clip: Clip
    #: None if the user may not hear it, or if it no longer exists.
    recording: Recording | None


def playlists_of(user: User) -> "QuerySet[Playlist]":
    """The user's own playlists and shared ones, by name, each with its number of clips as `size`."""
    rows = Playlist.objects.visible_to(user).select_related("owner").annotate(size=Count("clips"))
    return rows.order_by("name", "pk")


def tracks(playlist: Playlist, user: User) -> list[Track]:
    """The clips of a playlist, in order."""
    clips = list(playlist.clips.order_by("position", "pk"))
    found = playable_by(user).in_bulk([clip.recording_id for clip in clips])
    return [Track(clip=clip, recording=found.get(clip.recording_id)) for clip in clips]


def recordings_in(playlist_id: int, user: User) -> list[str]:
    """Ids of the recordings in a playlist; empty if the user may not see the playlist."""
    visible = Playlist.objects.visible_to(user).filter(pk=playlist_id)
    return list(Clip.objects.filter(playlist__in=visible).values_list("recording", flat=True).distinct())


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """The scores of a recording."""

    assessments: list[Assessment]
    #: Mean of the scores that are not None, 0 to 100.
    average: int | None


def scores_of(recording: Recording, user: User) -> Scores:
    rows = Assessment.objects.visible_to(user).filter(recording=recording).select_related("author")
    mean = rows.aggregate(mean=Avg("score"))["mean"]
    return Scores(
        assessments=list(rows.order_by("-created_at", "-pk")), average=None if mean is None else round(mean)
    )


def inbox(user: User, *, cursor: str | None) -> Page[Review]:
    """Open reviews that the user was asked for, newest first."""
    return page(_with_details(Review.objects.waiting_for(user)), by="-asked_at", cursor=cursor)


def asked_by(user: User) -> list[Review]:
    """Reviews that the user asked for and can still play: unseen answers first, then the newest."""
    is_news = ExpressionWrapper(NEWS, output_field=BooleanField())
    rows = _with_details(Review.objects.playable_by(user).filter(asked_by=user))
    return list(rows.order_by(is_news.desc(), "-asked_at", "-pk")[:20])


def reviews_of(recording: Recording, user: User) -> list[Review]:
    """Reviews of the recording that the user asked for or was asked for."""
    mine = Review.objects.filter(Q(asked_by=user) | Q(reviewer=user), recording=recording)
    return list(_with_details(mine).order_by("-asked_at", "-pk"))


def _with_details(rows: "QuerySet[Review]") -> "QuerySet[Review]":
    return rows.select_related("asked_by", "reviewer", "recording__call__person", "recording__call__user")
