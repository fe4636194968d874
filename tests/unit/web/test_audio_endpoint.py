"""/recordings/{id}/audio, /peaks, and /manifest."""

import hashlib
import random
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, UserFactory
from harness.stored import store_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call
from onrecord.apps.recordings.opening import blob_store

pytestmark = pytest.mark.django_db

#: Several sealed segments and several pieces of a response.
CONTENT = random.Random(700).randbytes(700_000)
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


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
        ended_at="2026-03-02T15:01:00Z",
        status="completed",
        recording={},
        recording__status="completed",
        recording__sha256=ETAG.strip('"'),
    )
    store_recording(call, CONTENT)
    yield call
    blob_store().erase(call.pk)


def body(answer: HttpResponse) -> bytes:
    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collect)()


def audio(browser: Client, call: Call, **headers: str) -> HttpResponse:
    return browser.get(f"/recordings/{call.pk}/audio", headers=headers)


def test_without_a_range_the_whole_file_is_sent(browser: Client, call: Call) -> None:
    answer = audio(browser, call)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == ETAG
    assert body(answer) == CONTENT


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-", 0, 700_000),
        ("bytes=0-0", 0, 1),
        ("bytes=65535-65536", 65535, 65537),
        ("bytes=300000-", 300_000, 700_000),
        ("bytes=-100", 699_900, 700_000),
    ],
)
def test_a_range_is_sent_as_partial_content(
    browser: Client, call: Call, header: str, start: int, stop: int
) -> None:
    answer = audio(browser, call, Range=header)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/700000"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert body(answer) == CONTENT[start:stop]


@pytest.mark.parametrize("header", ["bytes=700000-", "bytes=900000-900001", "bytes=-0"])
def test_a_range_beyond_the_end_is_not_satisfiable(browser: Client, call: Call, header: str) -> None:
    answer = audio(browser, call, Range=header)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */700000"


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "items=0-1", "bytes=9-1", "bytes=x"])
def test_several_or_unreadable_ranges_get_the_whole_file(browser: Client, call: Call, header: str) -> None:
    answer = audio(browser, call, Range=header)
    assert answer.status_code == 200
    assert "Content-Range" not in answer.headers
    assert body(answer) == CONTENT


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), ('"old"', 200), (f"W/{ETAG}", 200), ("Mon, 02 Mar 2026 15:01:00 GMT", 200)],
)
def test_if_range_applies_only_to_the_named_representation(
    browser: Client, call: Call, condition: str, status: int
) -> None:
    assert audio(browser, call, **{"Range": "bytes=5-9", "If-Range": condition}).status_code == status


def test_a_cached_copy_gets_a_304(browser: Client, call: Call) -> None:
    assert audio(browser, call, **{"If-None-Match": ETAG}).status_code == 304


def test_head_returns_the_headers_of_get_and_does_not_count_as_listening(browser: Client, call: Call) -> None:
    # Ranges are defined for GET alone (RFC 9110, 14.2): HEAD says how much there is.
    for header in ("bytes=0-9", "bytes=700000-"):
        answer = browser.head(f"/recordings/{call.pk}/audio", headers={"Range": header})
        assert (answer.status_code, answer.headers["Content-Length"]) == (200, "700000")
    assert answer.content == b""
    assert AuditEntry.objects.count() == 0


def test_a_play_leaves_one_audit_row_however_many_ranges_it_takes(
    browser: Client, call: Call, ana: User
) -> None:
    for header in ("bytes=0-", "bytes=300000-", "bytes=100-200"):
        audio(browser, call, Range=header)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.object_id) == ("recording.listened", ana, call.pk)
    audio(browser, call, Range="bytes=0-")
    assert AuditEntry.objects.count() == 2


def test_a_request_without_the_first_byte_still_counts_as_listening(browser: Client, call: Call) -> None:
    audio(browser, call, Range="bytes=1-")
    assert AuditEntry.objects.get().action == "recording.listened"


def test_a_download_is_a_file_and_is_audited_as_a_download(browser: Client, call: Call) -> None:
    answer = browser.get(f"/recordings/{call.pk}/audio?download=ogg")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{call.pk}.ogg"'
    assert body(answer) == CONTENT
    assert AuditEntry.objects.get().action == "recording.downloaded"


def test_the_manifest_is_sent_as_stored_and_viewing_it_is_audited(browser: Client, call: Call) -> None:
    answer = browser.get(f"/recordings/{call.pk}/manifest")
    assert (answer.content, answer.headers["Content-Type"]) == (b'{"version":1}', "application/json")
    assert AuditEntry.objects.get().action == "recording.manifest_viewed"


def test_the_peaks_are_sent_decrypted(browser: Client, call: Call) -> None:
    assert browser.get(f"/recordings/{call.pk}/peaks").content == b"\x00\x01\x02\x03"


@pytest.mark.parametrize("what", ["audio", "peaks", "manifest"])
def test_a_recording_out_of_scope_is_not_found(call: Call, what: str) -> None:
    stranger = Client()
    stranger.force_login(UserFactory(permission_set="Manager", group=None))
    assert stranger.get(f"/recordings/{call.pk}/{what}").status_code == 404
    assert AuditEntry.objects.count() == 0


def test_an_invalid_call_id_is_not_found(browser: Client) -> None:
    for address in ("..%2f..%2fsecrets.json", "0" * 32, "x"):
        assert browser.get(f"/recordings/{address}/audio").status_code == 404
