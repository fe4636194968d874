"""Verification by the worker, the access history, and MP3 that is encoded while it is sent."""

from collections.abc import Iterator
from io import BytesIO

import av
import numpy as np
import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import Client
from django_q.models import OrmQ

from factories import CallFactory, UserFactory
from harness import sound
from harness.stored import store_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call, CallEvent
from onrecord.apps.recordings import verification
from onrecord.apps.recordings.models import Verification
from onrecord.apps.recordings.opening import blob_store
from onrecord.media.render.encoder import OpusEncoder

pytestmark = pytest.mark.django_db

SECONDS = 4


def two_tones() -> bytes:
    """Ogg Opus: 440 Hz on our side, 1000 Hz on the contact's."""
    time = np.arange(SECONDS * 8000) / 8000
    sides = [np.rint(8000 * np.sin(2 * np.pi * hertz * time)) for hertz in (440, 1000)]
    file = BytesIO()
    encoder = OpusEncoder(file)
    encoder.encode(np.stack(sides, axis=1).astype(np.int16))
    encoder.finish()
    return file.getvalue()


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


@pytest.fixture
def call(ana: User) -> Iterator[Call]:
    call = CallFactory(
        user=ana,
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
        recording__duration_ms=SECONDS * 1000,
    )
    store_recording(call, two_tones())
    yield call
    blob_store().erase(call.pk)


def body(answer: HttpResponse) -> bytes:
    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collect)()


def test_the_mp3_keeps_both_sides_apart_and_the_full_length(browser: Client, call: Call) -> None:
    answer = browser.get(f"/recordings/{call.pk}/audio?download=mp3")
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{call.pk}.mp3"'
    content = body(answer)
    with av.open(BytesIO(content)) as file:
        assert file.streams.audio[0].codec_context.name.startswith("mp3")
    left, right = sound.decode(content)
    assert abs(len(left) / sound.RATE - SECONDS) < 0.2
    assert sound.has_only(sound.seconds(left, 0.5, 3.5), 440)
    assert sound.has_only(sound.seconds(right, 0.5, 3.5), 1000)
    entry = AuditEntry.objects.get(action="recording.downloaded")
    assert entry.details == {"format": "MP3"}


def test_a_head_request_for_an_mp3_encodes_and_audits_nothing(browser: Client, call: Call) -> None:
    assert browser.head(f"/recordings/{call.pk}/audio?download=mp3").status_code == 200
    assert not AuditEntry.objects.filter(action="recording.downloaded").exists()


def test_there_is_no_other_format(browser: Client, call: Call) -> None:
    assert browser.get(f"/recordings/{call.pk}/audio?download=wav").status_code == 400


def test_pressing_verify_twice_makes_one_job(browser: Client, call: Call) -> None:
    for _ in range(2):
        assert browser.post(f"/recordings/{call.pk}/verify").headers["Location"] == f"/calls/{call.pk}"
    assert OrmQ.objects.count() == Verification.objects.count() == 1
    assert AuditEntry.objects.filter(action="recording.verified").count() == 1
    assert "Verifying" in browser.get(f"/calls/{call.pk}").content.decode()


def test_a_recording_without_its_manifest_is_not_verified(browser: Client, ana: User, call: Call) -> None:
    asked = verification.request_verification(call.recording, acting_user=ana)
    verification.run(asked.pk)
    verification.run(asked.pk)
    asked.refresh_from_db()
    assert asked.passed is False
    assert asked.checks[0]["name"] == "manifest"
    assert CallEvent.objects.filter(call=call, type="recording.verified").count() == 1
    assert "Not verified" in browser.get(f"/calls/{call.pk}").content.decode()


def test_the_access_history_names_who_did_what_and_only_to_those_permitted(
    browser: Client, ana: User, call: Call
) -> None:
    body(browser.get(f"/recordings/{call.pk}/audio?download=mp3"))
    body(browser.get(f"/recordings/{call.pk}/audio"))
    page = browser.get(f"/calls/{call.pk}").content.decode()
    history = page[page.index("Access history") :]
    assert history.index("Listened") < history.index("Downloaded as MP3")

    rep = UserFactory()
    Call.objects.filter(pk=call.pk).update(user=rep)
    reader = Client()
    reader.force_login(rep)
    assert "Access history" not in reader.get(f"/calls/{call.pk}").content.decode()
