"""The user's notifications, from all apps."""

from datetime import datetime
from typing import Any, Self, cast

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status

from onrecord.apps.accounts.models import User
from onrecord.apps.coaching.notifications import CoachingNotification
from onrecord.apps.recordings.comments import CommentNotification
from onrecord.apps.recordings.models import Notification
from onrecord.apps.recordings.notifications import see_notifications

router = Router(tags=["notifications"])

_MOST = 20

#: Text of each kind, by its value in the database.
WORDS = {kind.value: str(kind.label) for kind in (*CommentNotification, *CoachingNotification)}


class NotificationOut(Schema):
    id: int
    kind: str
    author: str
    #: The user who did something, and what they did.
    title: str
    text: str
    #: None if it is about the whole recording.
    at_ms: int | None
    #: The call's page at that moment, or the outcome of a review or score.
    url: str
    created_at: datetime
    seen: bool

    @classmethod
    def of(cls, notification: Notification) -> Self:
        page, at_ms = reverse("call", args=[notification.recording_id]), notification.at_ms
        return cls(
            id=notification.pk,
            kind=notification.kind,
            author=notification.author.name,
            title=f"{notification.author.name} {WORDS[notification.kind]}",
            text=notification.text,
            at_ms=at_ms,
            url=f"{page}#coaching" if at_ms is None else f"{page}#t={at_ms // 1000}",
            created_at=notification.created_at,
            seen=notification.seen_at is not None,
        )


class NotificationsOut(Schema):
    unseen: int
    notifications: list[NotificationOut]


@router.get("", response=NotificationsOut)
def notifications(request: HttpRequest) -> NotificationsOut:
    """The newest notifications."""
    visible = Notification.objects.visible_to(cast(User, request.user))
    shown = visible.select_related("author").order_by("-id")[:_MOST]
    return NotificationsOut(
        unseen=visible.filter(seen_at=None).count(), notifications=[NotificationOut.of(one) for one in shown]
    )


@router.post("/seen", response={204: None})
def see_all(request: HttpRequest) -> Any:
    see_notifications(acting_user=cast(User, request.user))
    return Status(204, None)
