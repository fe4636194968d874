"""What users add to a recording: comments, notifications about them, verifications, and saved searches."""

from typing import Any, Self

from django.db import models

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.written import Word, keep_words


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User) -> Self:
        """Comments on the recordings that the user may hear."""
        if not user.may(Permission.RECORDING_LISTEN):
            return self.none()
        return self.filter(Scope.of(user).within("recording__call__user"))


class Comment(models.Model):
    """A user's comment on a moment of a recording, or a reply to one."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: The comment that this one replies to. A reply cannot have replies.
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replies")
    #: Milliseconds from the start of the audio.
    at_ms = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["recording", "at_ms", "id"], name="comments_of_recording")]

    def __str__(self) -> str:
        return f"Comment on {self.recording_id} at {self.at_ms}"

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        keep_words(self, self.text)


class CommentWord(Word):
    written = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="words", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["written", "word"], name="comment_word_once")]
        indexes = [models.Index(fields=["word", "written"], name="comments_by_word")]


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """The user's own notifications, as long as they may hear the recordings these are about."""
        if not user.may(Permission.RECORDING_LISTEN):
            return self.none()
        return self.filter(Scope.of(user).within("recording__call__user"), user=user)


class Notification(models.Model):
    """A message to a user about what somebody did with a recording that concerns them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: A `NotificationKind` of the app that sent it.
    kind = models.CharField(max_length=20)
    #: In milliseconds of the audio; None if it is about the whole recording.
    at_ms = models.PositiveIntegerField(null=True)
    #: The beginning of the comment or other text.
    text = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    #: The comment that it is about. The notification is deleted with the comment.
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="notifications")
    seen_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "comment"], name="one_notification_per_comment")
        ]
        indexes = [models.Index(fields=["user", "-id"], name="notifications_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class Verification(models.Model):
    """A check of the stored recording against its manifest, requested by a user."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="verifications")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    #: None while it is running.
    finished_at = models.DateTimeField(null=True)
    #: None while it is running, and if it could not be done.
    passed = models.BooleanField(null=True)
    #: [{`name`, `passed`, `detail`}]
    checks = models.JSONField(default=list)
    #: Why it could not be done.
    problem = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["recording", "-id"], name="verifications_newest_first")]

    def __str__(self) -> str:
        return f"Verification of {self.recording_id}"


class SavedView(models.Model):
    """A search of the Recordings page that a user saved under a name."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    #: The page's query string, as written by `filters.Filters.query`.
    query = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_of_a_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
