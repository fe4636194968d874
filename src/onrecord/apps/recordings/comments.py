"""Comments on a recording, and the notifications about them."""

import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import users_who_may, users_who_see
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.call_events import emit_now
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.folding import fold
from onrecord.apps.recordings.models import Comment
from onrecord.apps.recordings.notifications import NotificationKind, notify


class CommentNotification(NotificationKind):
    MENTION = "mention", "mentioned you"
    REPLY = "reply", "answered you"


@transaction.atomic
def add_comment(
    recording: Recording, *, at_ms: int, text: str, parent: Comment | None, acting_user: User
) -> Comment:
    """Add a comment about a moment. A reply has the moment of the comment that it replies to.

    Users who may hear the recording are notified if the text mentions them as `@Name`, and so is the author
    of the comment that is replied to.
    """
    thread = (parent.parent or parent) if parent else None
    comment = Comment.objects.create(
        recording=recording,
        author=acting_user,
        parent=thread,
        at_ms=thread.at_ms if thread else at_ms,
        text=text,
    )
    told = {user.pk: CommentNotification.MENTION for user in mentioned(recording, text)}
    if parent and users_who_may_listen(recording).filter(pk=parent.author_id).exists():
        told.setdefault(parent.author_id, CommentNotification.REPLY)
    told.pop(acting_user.pk, None)
    for user_id, kind in told.items():
        notify(
            user_id,
            recording,
            kind,
            text=text,
            at_ms=comment.at_ms,
            comment=comment,
            acting_user=acting_user,
        )
    record(
        Action.RECORDING_COMMENTED, recording, acting_user=acting_user, comment=comment.pk, told=sorted(told)
    )
    emit_now(recording.call, "recording.commented", acting_user=acting_user)
    return comment


@transaction.atomic
def delete_comment(comment: Comment, *, acting_user: User) -> None:
    """Delete a comment and its replies."""
    recording = comment.recording
    record(Action.RECORDING_COMMENT_DELETED, recording, acting_user=acting_user, comment=comment.pk)
    comment.delete()
    emit_now(recording.call, "recording.comment_deleted", acting_user=acting_user)


def users_to_mention(recording: Recording, q: str, limit: int) -> list[User]:
    """Up to `limit` users who may hear the recording and whose name contains `q`, by name."""
    wanted = fold(q)
    return [user for user in users_who_may_listen(recording) if wanted in fold(user.name)][:limit]


def mentioned(recording: Recording, text: str) -> list[User]:
    """The users that the text mentions and who may hear the recording."""
    listening = list(users_who_may_listen(recording)) if "@" in text else []
    names = named(text, {user.name for user in listening})
    return [user for user in listening if user.name in names]


def named(text: str, names: Iterable[str]) -> set[str]:
    """The names that follow an @ in the text. If one name begins with another, the longer one wins."""
    known = {name.casefold(): name for name in names}
    if not known:
        return set()
    choices = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    return {known[found] for found in re.findall(rf"@({choices})(?!\w)", text.casefold())}


def users_who_may_listen(recording: Recording) -> "QuerySet[User]":
    """The users who may hear the recording, by name."""
    call = recording.call
    allowed = users_who_may(Permission.RECORDING_LISTEN) & users_who_see(call.user)
    return User.objects.filter(allowed, team_id=call.team_id).order_by("name", "pk")
