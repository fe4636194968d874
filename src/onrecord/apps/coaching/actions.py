"""All changes to playlists, scorecards, scores, and reviews: atomic and audited."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.call_events import emit_now
from onrecord.apps.calls.models import Recording
from onrecord.apps.coaching.clips import ClipError, moved
from onrecord.apps.coaching.models import Assessment, Clip, Playlist, Review, Scorecard
from onrecord.apps.coaching.notifications import CoachingNotification
from onrecord.apps.coaching.scoring import Question, ScorecardError, score
from onrecord.apps.recordings.models import Notification
from onrecord.apps.recordings.notifications import notify

MOST_CLIPS = 200
#: The same answers sent again within this time are one form that was sent twice.
_SENT_TWICE = timedelta(minutes=1)


class CoachingRefusedError(ValueError):
    """The change makes no sense and was not made. The text says why and what to do."""


def make_playlist(*, name: str, description: str, is_shared: bool, acting_user: User) -> Playlist:
    """Raises CoachingRefusedError."""
    playlist = Playlist(team_id=acting_user.team_id, owner=acting_user)
    return change_playlist(
        playlist, name=name, description=description, is_shared=is_shared, acting_user=acting_user
    )


def change_playlist(
    playlist: Playlist, *, name: str, description: str, is_shared: bool, acting_user: User
) -> Playlist:
    """Raises CoachingRefusedError."""
    playlist.name = " ".join(name.split())[:80]
    playlist.description = " ".join(description.split())[:500]
    playlist.is_shared = is_shared
    if not playlist.name:
        raise CoachingRefusedError("Give the playlist a name.")
    try:
        with transaction.atomic():
            playlist.save()
            facts = {"name": playlist.name, "is_shared": is_shared}
            record(Action.PLAYLIST_CHANGED, playlist, acting_user=acting_user, **facts)
    except IntegrityError as error:
        raise CoachingRefusedError(
            f"You already have a playlist “{playlist.name}”. Choose another name."
        ) from error
    return playlist


@transaction.atomic
def delete_playlist(playlist: Playlist, *, acting_user: User) -> None:
    """The recordings are kept."""
    record(Action.PLAYLIST_DELETED, playlist, acting_user=acting_user, name=playlist.name)
    playlist.delete()


@transaction.atomic
def add_clip(
    playlist: Playlist, recording: Recording, *, start_ms: int, end_ms: int, note: str, acting_user: User
) -> Clip:
    """Add a clip at the end. Raises ClipError."""
    clips = Playlist.objects.select_for_update().get(pk=playlist.pk).clips
    if clips.count() >= MOST_CLIPS:
        raise ClipError(f"The playlist is full. It can have at most {MOST_CLIPS} clips.")
    last = clips.aggregate(last=Max("position"))["last"]
    clip = Clip.objects.create(
        playlist=playlist,
        recording=recording,
        start_ms=start_ms,
        end_ms=end_ms,
        note=_note(note),
        position=0 if last is None else last + 1,
    )
    facts = {"clip": clip.pk, "recording": recording.pk, "start_ms": start_ms, "end_ms": end_ms}
    record(Action.CLIP_ADDED, playlist, acting_user=acting_user, **facts)
    return clip


@transaction.atomic
def move_clip(clip: Clip, by: int, *, acting_user: User) -> None:
    """Move the clip `by` places later in its playlist, or earlier if negative."""
    Playlist.objects.select_for_update().get(pk=clip.playlist_id)
    clips = {one.pk: one for one in clip.playlist.clips.order_by("position", "pk")}
    for position, key in enumerate(moved(list(clips), clip.pk, by)):
        clips[key].position = position
    Clip.objects.bulk_update(clips.values(), ["position"])
    record(Action.CLIP_MOVED, clip.playlist, acting_user=acting_user, clip=clip.pk, by=by)


@transaction.atomic
def cut_clip(clip: Clip, *, start_ms: int, end_ms: int, note: str, acting_user: User) -> None:
    """Change which part of the recording the clip is, or its note."""
    clip.start_ms, clip.end_ms, clip.note = start_ms, end_ms, _note(note)
    clip.save(update_fields=["start_ms", "end_ms", "note"])
    facts = {"clip": clip.pk, "start_ms": start_ms, "end_ms": end_ms}
    record(Action.CLIP_CUT, clip.playlist, acting_user=acting_user, **facts)


@transaction.atomic
def remove_clip(clip: Clip, *, acting_user: User) -> None:
    record(Action.CLIP_REMOVED, clip.playlist, acting_user=acting_user, clip=clip.pk)
    clip.delete()


def save_scorecard(
    scorecard: Scorecard, *, name: str, questions: Sequence[Question], acting_user: User
) -> Scorecard:
    """Create or change a scorecard. Raises ScorecardError."""
    scorecard.name = " ".join(name.split())[:80]
    scorecard.questions = [question.to_json() for question in questions]
    if not scorecard.name:
        raise ScorecardError("Give the scorecard a name.")
    try:
        with transaction.atomic():
            scorecard.save()
            record(Action.SCORECARD_CHANGED, scorecard, acting_user=acting_user, name=scorecard.name)
    except IntegrityError as error:
        raise ScorecardError(
            f"There is already a scorecard “{scorecard.name}”. Choose another name."
        ) from error
    return scorecard


@transaction.atomic
def retire_scorecard(scorecard: Scorecard, *, is_retired: bool, acting_user: User) -> None:
    """Stop offering the scorecard, or offer it again. Scores that were given with it are kept."""
    scorecard.is_retired = is_retired
    scorecard.save(update_fields=["is_retired"])
    facts = {"name": scorecard.name, "is_retired": is_retired}
    record(Action.SCORECARD_CHANGED, scorecard, acting_user=acting_user, **facts)


@transaction.atomic
def assess(
    recording: Recording, scorecard: Scorecard, answers: list[int | str], *, acting_user: User
) -> Assessment:
    """Score a recording. Sending the same answers again within a minute has no effect.

    Raises CoachingRefusedError if it is the user's own call.
    """
    if recording.call.user_id == acting_user.pk:
        raise CoachingRefusedError("You cannot score your own call. Ask a colleague for a review.")
    Recording.objects.select_for_update().get(pk=recording.pk)  # two tabs wait for each other
    since = timezone.now() - _SENT_TWICE
    theirs = recording.assessments.filter(author=acting_user, name=scorecard.name, created_at__gt=since)
    for earlier in theirs:
        if (earlier.questions, earlier.answers) == (scorecard.questions, answers):
            return earlier
    made = Assessment.objects.create(
        recording=recording,
        author=acting_user,
        name=scorecard.name,
        questions=scorecard.questions,
        answers=answers,
        score=score(scorecard.asked, answers),
    )
    record(Action.RECORDING_SCORED, recording, acting_user=acting_user, assessment=made.pk, score=made.score)
    emit_now(recording.call, "recording.scored", acting_user=acting_user)
    said = made.name if made.score is None else f"{made.name}: {made.score} of 100"
    notify(recording.call.user_id, recording, CoachingNotification.SCORED, text=said, acting_user=acting_user)
    return made


@transaction.atomic
def answer_score(assessment: Assessment, reply: str, *, acting_user: User) -> None:
    """The rep has read the score and may reply to it. Raises CoachingRefusedError."""
    reply = " ".join(reply.split())[:500]
    unread = Assessment.objects.filter(pk=assessment.pk, read_at=None)
    if not unread.update(read_at=timezone.now(), reply=reply):
        raise CoachingRefusedError(
            "You already answered this score, perhaps in another tab. "
            + (f"This answer was not saved: “{reply}”" if reply else "")
        )
    recording = assessment.recording
    record(Action.SCORE_ANSWERED, recording, acting_user=acting_user, assessment=assessment.pk)
    emit_now(recording.call, "recording.score_answered", acting_user=acting_user)
    kind = CoachingNotification.SCORE_ANSWERED
    notify(assessment.author_id, recording, kind, text=reply, acting_user=acting_user)


def ask_for_review(
    recording: Recording, *, reviewer: User, note: str, at_ms: int | None, acting_user: User
) -> Review:
    """Ask a colleague to review. `at_ms`: the moment it is about. Raises CoachingRefusedError."""
    if reviewer.pk == acting_user.pk:
        raise CoachingRefusedError("Ask someone else. You cannot review your own request.")
    try:
        with transaction.atomic():
            review = Review.objects.create(
                recording=recording,
                asked_by=acting_user,
                reviewer=reviewer,
                note=note.strip()[:500],
                at_ms=at_ms,
            )
            record(Action.REVIEW_ASKED, recording, acting_user=acting_user, reviewer=reviewer.pk)
            emit_now(recording.call, "review.asked", acting_user=acting_user)
            kind = CoachingNotification.REVIEW_ASKED
            notify(reviewer.pk, recording, kind, text=review.note, at_ms=at_ms, acting_user=acting_user)
    except IntegrityError as error:
        raise CoachingRefusedError(f"{reviewer.name} was already asked and has not answered yet.") from error
    return review


@transaction.atomic
def withdraw_review(review: Review, *, acting_user: User) -> None:
    """Withdraw the request. It leaves the reviewer's inbox without a notification.

    Raises CoachingRefusedError.
    """
    now = timezone.now()
    still_open = Review.objects.filter(pk=review.pk, state=Review.State.OPEN)
    if not still_open.update(state=Review.State.WITHDRAWN, settled_at=now, seen_at=now):
        raise CoachingRefusedError(
            "This review is no longer open. It was answered or withdrawn in the meantime."
        )
    asked = Notification.objects.filter(recording=review.recording, author=acting_user, seen_at=None)
    asked.filter(user=review.reviewer_id, kind=CoachingNotification.REVIEW_ASKED).delete()
    record(Action.REVIEW_WITHDRAWN, review.recording, acting_user=acting_user, review=review.pk)
    emit_now(review.recording.call, "review.withdrawn", acting_user=acting_user)


@transaction.atomic
def settle_review(review: Review, *, declined: bool, answer: str, acting_user: User) -> None:
    """Answer or decline a review. Raises CoachingRefusedError."""
    answer = answer.strip()
    if declined and not answer:
        raise CoachingRefusedError("Say why you are declining, so that someone else can be asked.")
    state = Review.State.DECLINED if declined else Review.State.DONE
    changed = Review.objects.filter(pk=review.pk, state=Review.State.OPEN).update(
        state=state, answer=answer, settled_at=timezone.now()
    )
    if not changed:
        raise CoachingRefusedError(
            "This review is no longer open. It was answered in another tab or withdrawn. "
            + (f"This answer was not saved: “{answer}”" if answer else "")
        )
    record(Action.REVIEW_SETTLED, review.recording, acting_user=acting_user, review=review.pk, state=state)
    emit_now(review.recording.call, "review.settled", acting_user=acting_user)
    notify(
        review.asked_by_id,
        review.recording,
        CoachingNotification.REVIEW_ANSWERED,
        text=answer,
        at_ms=review.at_ms,
        acting_user=acting_user,
    )


@transaction.atomic
def see_answers(shown: Iterable[Review], *, acting_user: User) -> None:
    """The user has seen the outcome of these reviews, which they asked for."""
    seen = [review.pk for review in shown]
    Review.objects.settled_for(acting_user).filter(pk__in=seen).update(seen_at=timezone.now())


def _note(text: str) -> str:
    """The note of a clip, on one line."""
    return " ".join(text.split())[:300]
