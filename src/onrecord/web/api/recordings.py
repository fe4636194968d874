"""Comments on recordings."""

from datetime import datetime
from typing import Annotated, Any, Self, cast

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.query_params import search_param
from onrecord.apps.recordings import comments
from onrecord.apps.recordings.models import Comment
from onrecord.apps.recordings.queries import playable_by

router = Router(tags=["recordings"])

_MOST_COMMENTS = 500
_MOST_LISTENERS = 6


class CommentOut(Schema):
    id: int
    at_ms: int
    text: str
    author: str
    #: Whether the user wrote it.
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


@router.get("/{call_id}/comments", response=CommentsOut)
def list_comments(request: HttpRequest, call_id: str) -> CommentsOut:
    """Comments in the order of the audio, replies in order of time."""
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
        raise ApiError(400, "bad_request", "The recording is shorter than that. Choose an earlier time.")
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
    """Delete a comment of the user's own."""
    user = cast(User, request.user)
    recording = _recording(user, call_id)
    own = Comment.objects.visible_to(user).filter(recording=recording, pk=comment_id, author=user).first()
    if own is None:
        raise Http404
    comments.delete_comment(own, acting_user=user)
    return Status(204, None)


@router.get("/{call_id}/listeners", response=ListenersOut)
def listeners(request: HttpRequest, call_id: str, q: str = "") -> ListenersOut:
    """The users whom a comment can mention."""
    recording = _recording(cast(User, request.user), call_id)
    found = comments.users_to_mention(recording, search_param({"q": q}), _MOST_LISTENERS)
    return ListenersOut(people=[Listener(id=user.pk, name=user.name) for user in found])


def _recording(user: User, call_id: str) -> Recording:
    """A finished recording that the user may hear."""
    require(user, Permission.RECORDING_LISTEN)
    recording = playable_by(user).filter(pk=call_id).first()
    if recording is None:
        raise Http404
    return recording
