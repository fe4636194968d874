"""Playlists and their clips, scorecards and the scores given with them, and reviews."""

from typing import Self

from django.db import models

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.models import Recording
from onrecord.apps.coaching.scoring import Question


class PlaylistQuerySet(models.QuerySet["Playlist"]):
    def visible_to(self, user: User) -> Self:
        """The user's own playlists, and those that colleagues share."""
        if not user.may(Permission.RECORDING_LISTEN):
            return self.none()
        return self.filter(models.Q(owner=user) | models.Q(team=user.team_id, is_shared=True))


class Playlist(models.Model):
    """An ordered list of clips, private or shared with the team. It does not grant access to recordings."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="playlists")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlaylistQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_playlist_of_a_name")]
        indexes = [models.Index(fields=["team", "is_shared", "name"], name="playlists_of_team")]

    def __str__(self) -> str:
        return self.name


class Clip(models.Model):
    """A part of a recording. It does not copy any sound."""

    playlist = models.ForeignKey(Playlist, on_delete=models.CASCADE, related_name="clips")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="clips")
    #: In milliseconds of the audio.
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    note = models.CharField(max_length=300, blank=True)
    #: Position in the playlist. Positions may have gaps.
    position = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["playlist", "position", "id"], name="clips_in_order")]

    def __str__(self) -> str:
        return f"Clip {self.pk}"

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


class Scorecard(models.Model):
    """The team's questions about a call. Scores keep the questions as they were at the time."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="scorecards")
    name = models.CharField(max_length=80)
    #: [{`text`, `kind`}] (`scoring.Question`)
    questions = models.JSONField(default=list)
    #: No longer offered.
    is_retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_scorecard_of_a_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def asked(self) -> list[Question]:
        return [Question.from_json(one) for one in self.questions]


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> Self:
        """Scores of the recordings that the user may hear. The rep of a call sees its scores, too."""
        if not user.may(Permission.RECORDING_LISTEN):
            return self.none()
        return self.filter(Scope.of(user).within("recording__call__user"))


class Assessment(models.Model):
    """A scorecard that somebody filled in for a recording."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="assessments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    #: The scorecard's name at that time, and its questions.
    name = models.CharField(max_length=80)
    questions = models.JSONField()
    #: One answer per question, as returned by `scoring.read_answers`.
    answers = models.JSONField()
    #: 0 to 100; None if no question counts.
    score = models.PositiveSmallIntegerField(null=True)
    #: When the rep confirmed that they read it, and their reply.
    read_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=500, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["recording", "-created_at"], name="assessments_of_recording")]

    def __str__(self) -> str:
        return f"{self.name}: {self.score}"

    @property
    def lines(self) -> list[tuple[Question, int | str]]:
        return [
            (Question.from_json(question), answer)
            for question, answer in zip(self.questions, self.answers, strict=True)
        ]


#: Settled, but the user who asked has not seen that yet.
NEWS = models.Q(seen_at=None) & ~models.Q(state="open")


class ReviewQuerySet(models.QuerySet["Review"]):
    def waiting_for(self, user: User) -> Self:
        """Open reviews that the user was asked for and can still play."""
        return self.playable_by(user).filter(reviewer=user, state=Review.State.OPEN)

    def settled_for(self, user: User) -> Self:
        """Reviews that the user asked for and that were settled since they last looked."""
        return self.playable_by(user).filter(NEWS, asked_by=user)

    def playable_by(self, user: User) -> Self:
        if not user.may(Permission.RECORDING_LISTEN):
            return self.none()
        return self.filter(Scope.of(user).within("recording__call__user"))


class Review(models.Model):
    """A request to a colleague to listen to a recording, and its answer."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Reviewed"
        DECLINED = "declined", "Declined"
        #: Withdrawn by the user who asked.
        WITHDRAWN = "withdrawn", "Withdrawn"

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="reviews")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews_asked")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews")
    note = models.CharField(max_length=500, blank=True)
    #: The moment that it is about, in milliseconds of the audio; None for the whole recording.
    at_ms = models.PositiveIntegerField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    #: When the user who asked saw the answer.
    seen_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "reviewer"],
                condition=models.Q(state="open"),
                name="one_open_review_a_reviewer",
            )
        ]
        indexes = [
            models.Index(fields=["reviewer", "state", "-asked_at"], name="reviews_of_reviewer"),
            models.Index(fields=["asked_by", "-asked_at"], name="reviews_of_asker"),
        ]

    def __str__(self) -> str:
        return f"Review {self.pk}"
