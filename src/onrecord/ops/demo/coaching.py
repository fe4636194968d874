"""The demo team's coaching: a playlist, a scorecard, an open review."""

from collections.abc import Sequence

from onrecord.apps.accounts.models import User
from onrecord.apps.coaching.models import Clip, Playlist, Review, Scorecard
from onrecord.apps.coaching.scoring import Kind, Question
from onrecord.ops.demo.past import PastCall

#: Length of the opening of the demo's conversations: greeting and reason for the call.
OPENING_MS = 12_000

QUESTIONS = (
    Question(text="Was the reason for the call clear at once?", kind=Kind.SCALE),
    Question(text="Did the contact talk more than we did?", kind=Kind.YES_NO),
    Question(text="Was a next step agreed?", kind=Kind.YES_NO),
    Question(text="What to try next time", kind=Kind.TEXT),
)


def make_coaching(recorded: Sequence[PastCall], manager: User, users: dict[str, User]) -> None:
    """`recorded`: recorded calls, newest first, with at least one by a rep in the manager's group."""
    audible = [call for call in recorded if users[call.planned.rep.email].group_id == manager.group_id]
    playlist = Playlist.objects.create(
        team=manager.team,
        owner=manager,
        name="Good openings",
        description="The first seconds, by different voices.",
        is_shared=True,
    )
    Clip.objects.bulk_create(
        Clip(
            playlist=playlist,
            recording_id=call.id,
            start_ms=0,
            end_ms=OPENING_MS,
            note="Say who we are and why we call in one breath." if not position else "",
            position=position,
        )
        for position, call in enumerate(audible[:3])
    )
    Scorecard.objects.create(
        team=manager.team, name="Discovery call", questions=[question.to_json() for question in QUESTIONS]
    )
    Review.objects.create(
        recording_id=audible[0].id,
        asked_by=users[audible[0].planned.rep.email],
        reviewer=manager,
        note="Did I bring up the price too early?",
    )
