"""Excerpts of notes and comments around the search words, for the lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.models import Call, NotesWord
from onrecord.apps.core.database.expressions import InKeys
from onrecord.apps.core.written import Passage, having, passage, wanted_words
from onrecord.apps.recordings.models import Comment, CommentWord


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A note or comment that has every search word."""

    parts: Passage
    #: Author of the comment; empty for notes.
    author: str = ""
    #: The moment of the audio that the comment is about.
    at_ms: int = 0


def hits(call_ids: Sequence[str], q: str, user: User) -> dict[str, Hit]:
    """At most one hit per call: notes come before comments. The user may see all of these calls."""
    wanted = wanted_words(q)
    if not wanted or not call_ids:
        return {}
    first: dict[str, Hit] = {}
    for call_id, hit in [*_in_notes(call_ids, wanted), *_in_comments(call_ids, wanted, user)]:
        first.setdefault(call_id, hit)
    return first


def _in_notes(call_ids: Sequence[str], wanted: list[str]) -> Iterator[tuple[str, Hit]]:
    calls = Call.objects.filter(InKeys("pk", list(call_ids)))
    calls = calls.filter(Exists(having(NotesWord, wanted).filter(written=OuterRef("log"))))
    for call_id, notes in calls.values_list("pk", "log__notes"):
        if parts := passage(notes, wanted):
            yield call_id, Hit(parts=parts)


def _in_comments(call_ids: Sequence[str], wanted: list[str], user: User) -> Iterator[tuple[str, Hit]]:
    if not user.may(Permission.RECORDING_LISTEN):
        return
    comments = Comment.objects.filter(InKeys("recording", list(call_ids)))
    comments = comments.filter(Exists(having(CommentWord, wanted).filter(written=OuterRef("pk"))))
    for comment in comments.select_related("author").order_by("at_ms", "pk"):
        if parts := passage(comment.text, wanted):
            yield comment.recording_id, Hit(parts=parts, author=comment.author.name, at_ms=comment.at_ms)
