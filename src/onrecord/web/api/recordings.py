"""Comments on recordings, and notices of what concerns the user."""

from datetime import datetime
from typing import Annotated, Any, Self, cast

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.query_params import search_param
from onrecord.apps.recordings import comments
from onrecord.apps.recordings.models import Comment, Notice, Recording
from onrecord.apps.recordings.notices import see_notices as see_notices_of
from onrecord.apps.recordings.queries import audible

router = Router(tags=["recordings"])
notices_router = Router(tags=["notices"])

_MOST_COMMENTS = 500
_MOST_NOTICES = 20
_MOST_LISTENERS = 6


class CommentOut(Schema):
    id: int
    at_ms: int
    text: str
    author: str
    #: Whether the reader wrote it.
    mine: bool
    created_at: datetime
    replies: list["CommentOut"]

    @classmethod
    def of(cls, comment: Comment, user: User, replies: list[Comment]) -> Self:
        return cls(
            id=comment.pk,
            at_ms=comment.at_ms,
            text=comment.text,
            author=comment.author.name,
            mine=comment.author_id == user.pk,
            created_at=comment.created_at,
            replies=[cls.of(reply, user, []) for reply in replies],
        )


class CommentsOut(Schema):
    comments: list[CommentOut]


class CommentIn(Schema):
    at_ms: int = Field(ge=0)
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
    parent_id: int | None = None


class Listener(Schema):
    id: int
    name: str


class ListenersOut(Schema):
    people: list[Listener]


class NoticeOut(Schema):
    id: int
    kind: Notice.Kind
    author: str
    text: str
    #: None where it is about the whole recording.
    at_ms: int | None
    #: Of the call, at the moment; else at what came of reviews and scores.
    url: str
    created_at: datetime
    seen: bool

    @classmethod
    def of(cls, notice: Notice) -> Self:
        page = reverse("call", args=[notice.recording_id])
        return cls(
            id=notice.pk,
            kind=Notice.Kind(notice.kind),
            author=notice.author.name,
            text=notice.text,
            at_ms=notice.at_ms,
            url=f"{page}#coaching" if notice.at_ms is None else f"{page}#t={notice.at_ms // 1000}",
            created_at=notice.created_at,
            seen=notice.seen_at is not None,
        )


class NoticesOut(Schema):
    unseen: int
    notices: list[NoticeOut]


@router.get("/{call_id}/comments", response=CommentsOut)
def list_comments(request: HttpRequest, call_id: str) -> CommentsOut:
    """In the order of the audio, answers in that of time."""
    user = cast(User, request.user)
    recording = _recording(user, call_id)
    replies = Prefetch("replies", Comment.objects.select_related("author").order_by("id"))
    threads = (
        Comment.objects.visible_to(user)
        .filter(recording=recording, parent=None)
        .select_related("author")
        .prefetch_related(replies)
        .order_by("at_ms", "id")[:_MOST_COMMENTS]
    )
    return CommentsOut(comments=[CommentOut.of(one, user, list(one.replies.all())) for one in threads])


@router.post("/{call_id}/comments", response={201: CommentOut})
def add_comment(request: HttpRequest, call_id: str, body: CommentIn) -> Any:
    user = cast(User, request.user)
    recording = _recording(user, call_id)
    if body.at_ms > (recording.duration_ms or 0):
        raise ApiError(400, "bad_request", "The recording is shorter than that. Choose a moment within it.")
    parent = None
    if body.parent_id is not None:
        visible = Comment.objects.visible_to(user).filter(recording=recording, pk=body.parent_id)
        parent = visible.select_related("parent", "author").first()
        if parent is None:
            raise Http404
    comment = comments.add_comment(
        recording, at_ms=body.at_ms, text=body.text, parent=parent, acting_user=user
    )
    return Status(201, CommentOut.of(comment, user, []))


@router.delete("/{call_id}/comments/{comment_id}", response={204: None})
def delete_comment(request: HttpRequest, call_id: str, comment_id: int) -> Any:
    """One's own."""
    user = cast(User, request.user)
    recording = _recording(user, call_id)
    own = Comment.objects.visible_to(user).filter(recording=recording, pk=comment_id, author=user).first()
    if own is None:
        raise Http404
    comments.delete_comment(own, acting_user=user)
    return Status(204, None)


@router.get("/{call_id}/listeners", response=ListenersOut)
def listeners(request: HttpRequest, call_id: str, q: str = "") -> ListenersOut:
    """Whom a comment can mention."""
    recording = _recording(cast(User, request.user), call_id)
    found = comments.listeners(recording, search_param({"q": q}), _MOST_LISTENERS)
    return ListenersOut(people=[Listener(id=user.pk, name=user.name) for user in found])


@notices_router.get("", response=NoticesOut)
def notices(request: HttpRequest) -> NoticesOut:
    visible = Notice.objects.visible_to(cast(User, request.user))
    shown = visible.select_related("author").order_by("-id")[:_MOST_NOTICES]
    return NoticesOut(
        unseen=visible.filter(seen_at=None).count(), notices=[NoticeOut.of(one) for one in shown]
    )


@notices_router.post("/seen", response={204: None})
def see_notices(request: HttpRequest) -> Any:
    see_notices_of(acting_user=cast(User, request.user))
    return Status(204, None)


def _recording(user: User, call_id: str) -> Recording:
    """A finished recording that the user may hear."""
    require(user, Permission.RECORDING_LISTEN)
    recording = audible(user).filter(pk=call_id).first()
    if recording is None:
        raise Http404
    return recording
