"""Notifying users about what others did with a recording that concerns them."""

from django.db import models, transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Recording
from onrecord.apps.recordings.models import Comment, Notification


class NotificationKind(models.TextChoices):
    """What happened, in words that follow the name of the user who did it.

    Each app that sends notifications declares its own kinds; `web.api.notifications` combines them.
    """


def notify(
    user_id: int,
    recording: Recording,
    kind: NotificationKind,
    *,
    text: str,
    at_ms: int | None = None,
    comment: Comment | None = None,
    acting_user: User,
) -> None:
    """Call it inside the action that it is about. Users are not notified of their own actions."""
    if user_id == acting_user.pk:
        return
    Notification.objects.create(
        user_id=user_id,
        recording=recording,
        author=acting_user,
        kind=kind,
        at_ms=at_ms,
        text=text[: Notification._meta.get_field("text").max_length],
        comment=comment,
    )


@transaction.atomic
def see_notifications(*, acting_user: User) -> None:
    """The user has seen their notifications."""
    Notification.objects.filter(user=acting_user, seen_at=None).update(seen_at=timezone.now())
