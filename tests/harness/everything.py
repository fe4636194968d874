"""One of everything that pages show, and every URL of the web with the IDs of these things."""

import io
from collections.abc import Iterator

import numpy as np
from asgiref.sync import async_to_sync
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from factories import CallFactory, PersonFactory, UserFactory
from harness.dialer_webhooks import SECRET
from harness.stored import store_recording
from onrecord.apps.accounts.models import PermissionSet, User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.log_actions import take_notes, write_log
from onrecord.apps.calls.models import Call, CallEvent, Collaborator, Recording
from onrecord.apps.calls.notes import Notes
from onrecord.apps.calls.recording_actions import copy_facts
from onrecord.apps.coaching.models import Assessment, Clip, Playlist, Review, Scorecard
from onrecord.apps.coaching.scoring import Kind, Question
from onrecord.apps.dispositions.lists import Field
from onrecord.apps.dispositions.queries import lists_of
from onrecord.apps.governance.actions import edit, revision_of
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.integrations.dialers.canonical import CallSource, Party, RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.connections import connect, create_token
from onrecord.apps.integrations.dialers.models import KeptDelivery
from onrecord.apps.integrations.dialers.receive import receive
from onrecord.apps.recordings.comments import add_comment
from onrecord.apps.recordings.models import Notification, SavedView, Verification
from onrecord.apps.requests.models import RecordingRequest
from onrecord.apps.sharing.models import ShareLink
from onrecord.media.render.encoder import OpusEncoder

#: A stream of live events, which never ends.
ENDLESS = "events"


def make_everything(ana: User) -> dict[str, str]:
    """Make one of everything that `ana` may see. Returns the IDs by their placeholders in URLs.

    The stored recording stays in the store: erase it by the call's ID.
    """
    zoe = UserFactory(name="Zoe")
    person = PersonFactory(number="+13125550123")
    call = recorded_call(ana, person.pk)
    recording = Recording.objects.get(pk=call.pk)
    chosen = lists_of(ana.team_id)[Field.DISPOSITION].choices[0]
    write_log(call, changes={Field.DISPOSITION: chosen}, acting_user=ana)
    take_notes(call, Notes(text="Call back", revision=0), acting_user=ana)
    CallEvent.objects.create(
        call=call, type="recording.paused", at=call.created_at,
        payload={"clock_ms": 10, "data": {"actor": str(ana.pk)}},
    )  # fmt: skip
    Collaborator.objects.create(call=call, user=zoe, joined_at=call.created_at, left_at=call.ended_at)
    comment = add_comment(recording, at_ms=0, text="@Zoe listen", parent=None, acting_user=ana)
    Notification.objects.create(
        user=ana, author=zoe, recording=recording, kind="mention", text="listen", at_ms=0
    )
    Verification.objects.create(
        recording=recording, requested_by=ana, finished_at=timezone.now(), passed=True
    )
    playlist = Playlist.objects.create(team=ana.team, owner=ana, name="Talks", is_shared=True)
    clip = Clip.objects.create(playlist=playlist, recording=recording, start_ms=0, end_ms=1000, position=0)
    card = Scorecard.objects.create(
        team=ana.team, name="Discovery", questions=[Question(text="Why?", kind=Kind.TEXT).to_json()]
    )
    assessment = Assessment.objects.create(
        recording=recording, author=zoe, name=card.name, questions=card.questions, answers=["So"], score=None
    )
    review = Review.objects.create(recording=recording, asked_by=zoe, reviewer=ana, note="Hear this")
    Review.objects.create(
        recording=recording,
        asked_by=ana,
        reviewer=zoe,
        state="done",
        settled_at=timezone.now(),
        answer="Good",
    )
    link = ShareLink.objects.create(
        team=ana.team, recording=recording, created_by=ana, expires_at=timezone.now(), token_hash="0" * 64
    )
    request = RecordingRequest.objects.create(
        team=ana.team, user=ana, number="+13125550199", mode="none", sentence="Off.", policy_version_id=1
    )
    RecordingRequest.objects.create(
        team=ana.team, user=zoe, number="+13125550199", mode="none", sentence="Off.", policy_version_id=1,
        settled_by=ana, settled_at=timezone.now(), answer="No",
    )  # fmt: skip
    token, _ = create_token("Kixie", acting_user=ana)
    connection = connect("aircall", secret=SECRET, api_key="", announces=False, channels="", acting_user=ana)
    delivery, _ = receive(_delivered(), team=ana.team, source="Aircall", connection=connection)
    receive(_delivered(email=ana.email), team=ana.team, source="Aircall", connection=connection)
    kept = KeptDelivery.objects.create(
        connection=connection, digest="0" * 64, body="", problem="Unreadable.", received_at=timezone.now()
    )
    version = PolicyVersion.objects.latest("number")
    edit(lambda policy: policy, revision=revision_of(None, version), acting_user=ana)
    record(Action.PACKAGE_SWITCHED, ana.team, acting_user=ana, package="dialer", on=True)
    record(Action.DO_NOT_RECORD_CHANGED, person, acting_user=ana, do_not_record=True)
    return {
        "<str:call_id>": call.pk,
        "<call_id>": call.pk,
        "<comment_id>": str(comment.pk),
        "<int:person_id>": str(person.pk),
        "<int:number>": str(version.number),
        "<str:name>": "consent-announcement",
        "<int:set_id>": str(PermissionSet.objects.create(name="Trainees").pk),
        "<str:package>": "dialer",
        "<str:field>": "disposition",
        "<int:request_id>": str(request.pk),
        "<int:view_id>": str(SavedView.objects.create(user=ana, name="Talks", query="q=a").pk),
        "<int:token_id>": str(token.pk),
        "<int:delivery_id>": str(delivery.pk),
        "<int:kept_id>": str(kept.pk),
        "<str:key>": connection.key,
        "<str:link_id>": link.pk,
        "<int:playlist_id>": str(playlist.pk),
        "<int:clip_id>": str(clip.pk),
        "<int:review_id>": str(review.pk),
        "<int:assessment_id>": str(assessment.pk),
        "<int:scorecard_id>": str(card.pk),
    }


def recorded_call(user: User, person_id: int | None = None) -> Call:
    """An ended call with a recording in the store."""
    at = timezone.now()
    call: Call = CallFactory(
        user=user,
        person_id=person_id,
        status="completed",
        created_at=at,
        answered_at=at,
        ended_at=at,
        duration_ms=60_000,
        recording={},
        recording__status="completed",
        recording__completed_at=at,
        recording__duration_ms=60_000,
        recording__sha256="ab" * 32,
    )
    copy_facts(call)
    sound = io.BytesIO()
    encoder = OpusEncoder(sound)
    encoder.encode(np.zeros((8000, 2), np.int16))
    encoder.finish()
    store_recording(call, sound.getvalue())
    return call


def _delivered(email: str = "") -> RecordedCall:
    """A call reported by another dialer; without an email address, of an unknown user."""
    return RecordedCall(
        source=CallSource(provider="aircall", call_id=f"1{email}"),
        direction="outbound",
        started_at=timezone.now(),
        duration_seconds=60,
        user=Party(name="Jo", email=email, provider_user_id="7"),
        person=Party(number="+14045550100", name="Pat"),
        recording=RecordingFile(recording_id=f"1{email}", url="https://recordings.example/1"),
    )


def address_of(pattern: str, ids: dict[str, str]) -> str:
    """The URL of a pattern, filled in with the IDs."""
    for placeholder, value in ids.items():
        pattern = pattern.replace(placeholder, value)
    return f"/{pattern}"


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every URL of the web, with placeholders."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from patterns(pattern, path)


def read_through(answer: HttpResponseBase) -> bytes:
    """Read the whole response; a stream may break off."""
    if not answer.streaming:
        return bytes(answer.content)

    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    streamed = answer.streaming_content
    return async_to_sync(collect)() if hasattr(streamed, "__aiter__") else b"".join(streamed)
