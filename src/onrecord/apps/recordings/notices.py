"""Telling users of what concerns them."""

from django.db import transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.recordings.models import Comment, Notice, Recording


def notify(
    user_id: int,
    recording: Recording,
    kind: Notice.Kind,
    *,
    text: str,
    at_ms: int | None = None,
    comment: Comment | None = None,
    acting_user: User,
) -> None:
    """A part of the action that it tells of. Nobody is told of what they did themselves."""
    if user_id == acting_user.pk:
        return
    Notice.objects.create(
        user_id=user_id,
        recording=recording,
        author=acting_user,
        kind=kind,
        at_ms=at_ms,
        text=text[: Notice._meta.get_field("text").max_length],
        comment=comment,
    )


@transaction.atomic
def see_notices(*, acting_user: User) -> None:
    """The user has looked at their notices."""
    Notice.objects.filter(user=acting_user, seen_at=None).update(seen_at=timezone.now())
