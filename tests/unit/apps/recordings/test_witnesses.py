"""A recording has two witnesses: the blob store is trusted only as far as the database agrees."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, PersonFactory, UserFactory
from harness.journals import CapturedCall, tone
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.log_actions import write_log
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.calls.recording_actions import store_result
from onrecord.apps.recordings import verification
from onrecord.apps.recordings.opening import blob_store
from onrecord.apps.recordings.upkeep import examine_stored
from onrecord.apps.sharing.actions import share
from onrecord.jobs.reconcile import reconcile
from onrecord.media.render.follower import JournalFollower
from onrecord.media.render.rendered_recording import RenderedRecording, completion
from onrecord.media.render.verify import verify
from onrecord.storage.sealed import HEAD, SEGMENT
from onrecord.storage.store import AUDIO, KEY, MANIFEST, PEAKS
from onrecord.web.settings import config

pytestmark = pytest.mark.django_db

#: Enough of it for several sealed segments.
SECONDS = 45


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., RenderedRecording]:
    """A recording as the renderer writes it: `made(call, hertz)`."""

    def make(call: Call, hertz: int) -> RenderedRecording:
        journals, drafts = tmp_path / f"journals-{hertz}", tmp_path / f"drafts-{hertz}"
        drafts.mkdir()
        captured = CapturedCall(journals, call.pk, master_key=config.secrets.master_key)
        voice = tone(hertz, SECONDS)
        captured.talk(voice, voice, from_ms=0)
        captured.end()
        follower = JournalFollower(captured.path, config.secrets.master_key, drafts)
        while follower.advance(32):
            pass
        recording = follower.finish()
        assert recording is not None
        return recording

    return make


@pytest.fixture
def call(ana: User, made: Callable[..., RenderedRecording]) -> Iterator[Call]:
    """A recorded call whose event from the renderer has arrived."""
    call = CallFactory(
        user=ana,
        person=PersonFactory(name="Emma"),
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
    )
    recording = made(call, 440)
    recording.put(blob_store())
    told = completion(recording.manifest, recording.peaks, recording.witness)
    store_result(call.recording, told, at=call.ended_at)
    write_log(call, acting_user=ana)
    yield call
    blob_store().erase(call.pk)


def folder_of(call: Call) -> Path:
    return config.home / "blobs" / "recordings" / call.pk


def body(answer: HttpResponse) -> bytes:
    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collect)()


def page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


ROUTES = ("audio", "audio?download=ogg", "audio?download=mp3", "peaks", "manifest")


def test_different_audio_with_its_own_key_and_manifest_is_never_played(
    browser: Client,
    ana: User,
    call: Call,
    made: Callable[..., RenderedRecording],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The attacker can write the blob store and has the master key: signature, chain, and hashes match."""
    share(call.recording, days=7, passcode="long enough", shows_contact=False, acting_user=ana)
    blob_store().erase(call.pk)
    made(call, 600).put(blob_store())

    for route in ROUTES:
        answer = browser.get(f"/recordings/{call.pk}/{route}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")
        assert answer.content.decode().startswith("The stored file is not the recording that OnRecord made")
        assert answer.headers["Cache-Control"] == "no-store"
    as_page = browser.get(f"/recordings/{call.pk}/audio?download=ogg", headers={"Accept": "text/html"})
    assert (as_page.status_code, as_page.headers["Content-Type"]) == (409, "text/html; charset=utf-8")

    for path in (f"/calls/{call.pk}", "/calls", "/recordings", f"/people/{call.person_id}"):
        text = page(browser, path)
        assert "Recording does not match" in text
        assert "<or-player" not in text
        assert "data-listen" not in text
    assert "A fault was found in the stored recording" in page(browser, f"/calls/{call.pk}")
    assert call.events.filter(type="recording.faulty").count() == 1
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert call.pk in told

    checks = {check.name: check.passed for check in verify(config, call.pk, call.recording.witness)}
    assert [name for name, passed in checks.items() if not passed] == ["witness"]


@pytest.mark.parametrize("part", [KEY, MANIFEST])
def test_a_key_or_manifest_of_another_recording_is_detected(
    browser: Client, call: Call, made: Callable[..., RenderedRecording], part: str
) -> None:
    good = (folder_of(call) / part).read_bytes()
    blob_store().erase(call.pk)
    made(call, 600).put(blob_store())
    (folder_of(call) / part).write_bytes(good)
    assert browser.get(f"/recordings/{call.pk}/audio").status_code == 409


def test_longer_audio_under_the_right_key_is_detected(browser: Client, call: Call) -> None:
    opened = blob_store().get(call.pk, AUDIO)
    (folder_of(call) / AUDIO).unlink()
    blob_store().put(call.pk, AUDIO, opened + b"more")
    assert browser.get(f"/recordings/{call.pk}/audio").status_code == 409


def test_different_audio_of_the_same_length_under_the_right_key_is_found_by_verifying(
    browser: Client, ana: User, call: Call
) -> None:
    opened = bytearray(blob_store().get(call.pk, AUDIO))
    opened[-100] ^= 1
    (folder_of(call) / AUDIO).unlink()
    blob_store().put(call.pk, AUDIO, bytes(opened))
    proof = verification.request_verification(call.recording, acting_user=ana)
    verification.run(proof.pk)
    proof.refresh_from_db()
    assert proof.passed is False
    assert "audio" in {check["name"] for check in proof.checks if not check["passed"]}
    assert "Recording damaged" in page(browser, "/recordings")


@pytest.mark.parametrize(
    ("part", "title"),
    [(KEY, "Recording key missing"), (MANIFEST, "Recording missing"), (AUDIO, "Recording missing")],
)
def test_a_missing_recording_is_reported_missing_until_it_is_back(
    browser: Client, call: Call, tmp_path: Path, part: str, title: str
) -> None:
    path = folder_of(call) / part
    shutil.move(path, tmp_path / part)
    answer = browser.get(f"/recordings/{call.pk}/audio")
    assert (answer.status_code, "ask an admin" in answer.content.decode().lower()) == (410, True)
    for address in (f"/calls/{call.pk}", "/recordings"):
        assert title in page(browser, address)

    shutil.move(tmp_path / part, path)
    shown = page(browser, f"/calls/{call.pk}")
    assert ("<or-player" in shown, title in shown) == (True, False)
    assert call.events.filter(type="recording.sound").count() == 1


def test_guests_see_messages_without_our_terms(ana: User, call: Call) -> None:
    _, token = share(call.recording, days=7, passcode="long enough", shows_contact=False, acting_user=ana)
    guest = Client()
    place = guest.post("/shared", {"token": token, "passcode": "long enough"})["Location"]
    (folder_of(call) / KEY).unlink()
    shown = page(guest, place)
    assert "This recording cannot be played right now." in shown
    assert "<or-player" not in shown
    for route in ("audio", "peaks"):
        answer = guest.get(f"{place}/{route}")
        assert answer.status_code == 410
        assert answer.content.decode().startswith("This recording cannot be played")


def test_damage_inside_ends_playback_there_and_is_reported_from_then_on(browser: Client, call: Call) -> None:
    path = folder_of(call) / AUDIO
    stored = bytearray(path.read_bytes())
    assert len(stored) > HEAD + SEGMENT + 1000
    stored[HEAD + SEGMENT + 500] ^= 1
    path.write_bytes(stored)
    # What was damaged is not asked for.
    assert browser.get(f"/recordings/{call.pk}/audio", headers={"Range": "bytes=0-99"}).status_code == 206
    assert browser.get(f"/recordings/{call.pk}/audio", headers={"Range": "bytes=70000-"}).status_code == 409
    shown = page(browser, f"/calls/{call.pk}")
    assert ("<or-player" in shown, "Recording damaged" in shown) == (True, True)


def test_a_recording_without_its_waveform_can_be_played(browser: Client, call: Call) -> None:
    (folder_of(call) / PEAKS).unlink()
    assert browser.get(f"/recordings/{call.pk}/peaks").status_code == 409
    assert browser.get(f"/recordings/{call.pk}/audio").status_code == 200


def test_a_successful_verification_clears_the_damage(browser: Client, ana: User, call: Call) -> None:
    path = folder_of(call) / AUDIO
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert browser.get(f"/recordings/{call.pk}/audio", headers={"Range": "bytes=-1"}).status_code == 409
    path.write_bytes(good)
    assert "Recording damaged" in page(browser, f"/calls/{call.pk}")
    verification.run(verification.request_verification(call.recording, acting_user=ana).pk)
    assert "Recording damaged" not in page(browser, f"/calls/{call.pk}")


def test_an_unreachable_store_is_not_a_fault_of_the_recording(browser: Client, call: Call) -> None:
    path = folder_of(call) / MANIFEST
    content = path.read_bytes()
    path.unlink()
    # A link to itself: the system answers with an error that is not "no such file", as of a disk that fails.
    path.symlink_to(path)
    try:
        answer = browser.get(f"/recordings/{call.pk}/audio")
        assert (answer.status_code, "Try again" in answer.content.decode()) == (503, True)
        assert "is not responding" in page(browser, f"/calls/{call.pk}")
    finally:
        path.unlink()
        path.write_bytes(content)
    assert Recording.objects.get(pk=call.pk).fault == ""


def test_the_reconciler_finds_a_fault_before_somebody_wants_to_listen(browser: Client, call: Call) -> None:
    (folder_of(call) / KEY).unlink()
    assert "Recording key missing" not in page(browser, "/recordings")
    examine_stored()
    assert "Recording key missing" in page(browser, "/recordings")


def test_the_reconciler_looks_at_each_in_turn(call: Call) -> None:
    for _ in range(2):
        reconcile()
    assert Recording.objects.get(pk=call.pk).examined_at is not None


def test_only_the_first_witness_counts(call: Call, made: Callable[..., RenderedRecording]) -> None:
    before = Recording.objects.get(pk=call.pk).witness
    other = made(call, 600)
    store_result(
        Recording.objects.get(pk=call.pk),
        completion(other.manifest, other.peaks, other.witness),
        at=call.ended_at,
    )
    assert Recording.objects.get(pk=call.pk).witness == before


def test_a_recording_without_a_witness_is_not_opened(browser: Client, call: Call) -> None:
    Recording.objects.filter(pk=call.pk).update(manifest_sha256="", key_commitment="")
    assert browser.get(f"/recordings/{call.pk}/audio").status_code == 409
