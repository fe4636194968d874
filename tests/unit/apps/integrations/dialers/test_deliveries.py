"""From a signed delivery to a recording that can be played, or to the reason why there is none."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections as databases
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from factories import PersonFactory, UserFactory, allow_recording
from harness import dialer_webhooks as webhooks
from harness.dialer_webhooks import SECRET
from harness.recordings_server import RecordingsServer
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.integrations.dialers import connections, kept, receive
from onrecord.apps.integrations.dialers.fetch import AddressCheck, Fetcher, FetchError, Target
from onrecord.apps.integrations.dialers.files import delete_original, imports_folder
from onrecord.apps.integrations.dialers.kept import forget_old
from onrecord.apps.integrations.dialers.models import ApiToken, Connection, ImportedCall, KeptDelivery
from onrecord.apps.integrations.dialers.queue import enqueue_due
from onrecord.apps.integrations.dialers.sealed_secrets import seal
from onrecord.apps.integrations.dialers.tasks import BACKOFF, import_recording
from onrecord.apps.recordings.opening import blob_store
from onrecord.cli import app
from onrecord.media.render.verify import verify
from onrecord.policy.document import Rule, Setting
from onrecord.policy.mode import Mode
from onrecord.storage.pending import PendingFile
from onrecord.storage.store import MANIFEST
from onrecord.web.integrations.dialers.webhooks import address
from onrecord.web.settings import config

State = ImportedCall.State
NUMBER = "+14045550100"
HERE = AddressCheck(allow_loopback=True, allow_key_in_the_clear=True)
FETCHER = Fetcher(HERE)


def connect(provider: str = "aircall", announces: bool = False, channels: str = "user,person") -> Connection:
    admin = UserFactory(permission_set="Admin")
    return connections.connect(
        provider, secret=SECRET, api_key="key", announces=announces, channels=channels, acting_user=admin
    )


def send(connection: Connection, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    answer = Client().post(
        f"/webhooks/{connection.key}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def recording() -> Recording:
    return Recording.objects.select_related("call").get()


def test_the_same_delivery_sent_five_times_makes_one_recording(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    person = PersonFactory(number=NUMBER)
    server.files["/r.mp3"] = mp3
    connection = connect()
    body, headers = webhooks.aircall(f"{server.url}/r.mp3")
    taken = [send(connection, body, headers) for _ in range(5)]
    assert taken == [(200, {"taken": "1"})] + [(200, {"taken": "0"})] * 4
    for _ in range(5):
        import_recording(ImportedCall.objects.get().pk, FETCHER)

    made = recording()
    call = made.call
    assert (made.status, made.source) == ("completed", "Aircall")
    assert (call.user, call.person, call.number) == (jo, person, NUMBER)
    assert (call.status, call.direction, call.duration_ms) == ("completed", "outbound", 70_000)
    assert call.ended_at is not None
    # The file is shorter than the call, which rang first.
    assert made.holes == []
    assert server.asked == [("/r.mp3", "Bearer key")]
    assert all(check.passed for check in verify(config, call.pk, made.witness))
    assert json.loads(blob_store().get(call.pk, MANIFEST))["source"]["provider"] == "Aircall"
    assert list(imports_folder().iterdir()) == []
    kinds = list(call.events.order_by("seq").values_list("type", flat=True))
    assert kinds == ["call.imported", "recording.completed"]
    assert ImportedCall.objects.get().state == State.DONE


@pytest.mark.django_db(transaction=True)
def test_deliveries_at_the_same_moment_make_one_call(server: RecordingsServer) -> None:
    allow_recording()
    UserFactory(name="Jo")
    connection = connect()
    body, headers = webhooks.aircall(f"{server.url}/r.mp3")

    def deliver(_: int) -> int:
        try:
            return send(connection, body, headers)[0]
        finally:
            databases.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(deliver, range(5))) == [200] * 5
    assert Call.objects.count() == ImportedCall.objects.count() == 1


@pytest.mark.parametrize("provider", ["aircall", "dialpad", "justcall", "zoom_phone"])
def test_each_dialers_recording_arrives(
    jo: User, server: RecordingsServer, mp3: bytes, provider: str
) -> None:
    PersonFactory(number=NUMBER)
    server.files["/r.mp3"] = mp3
    connection = connect(provider)
    url, now = f"{server.url}/r.mp3", timezone.now()
    body, headers = {
        "aircall": lambda: webhooks.aircall(url),
        "dialpad": lambda: webhooks.dialpad([url]),
        "justcall": lambda: webhooks.justcall(url, url=address(connection), at=now),
        "zoom_phone": lambda: webhooks.zoom(webhooks.zoom_recordings(url), now),
    }[provider]()
    if provider == "zoom_phone":
        # Zoom sends no email: an admin says once who it is.
        assert send(connection, body, headers)[0] == 200
        waiting = ImportedCall.objects.get(state=State.UNKNOWN_USER)
        assert Call.objects.count() == 0
        assert receive.link_user(waiting, jo, acting_user=jo) == 1
    assert send(connection, body, headers)[0] == 200
    row = ImportedCall.objects.get()
    import_recording(row.pk, FETCHER)
    assert recording().status == "completed"
    assert recording().source == connection.get_provider_display()
    assert server.asked[0][1] == ("Bearer dt" if provider == "zoom_phone" else "Bearer key")
    assert ImportedCall.objects.get().authorization == ""


def test_a_bad_signature_is_refused_and_leaves_nothing(jo: User) -> None:
    connection = connect()
    body, headers = webhooks.aircall("https://recordings.example/r.mp3")
    status, answer = send(connection, body.replace(SECRET.encode(), b"guessed"), headers)
    assert (status, answer["code"]) == (401, "bad_signature")
    assert Client().post("/webhooks/unknown", body, content_type="application/json").status_code == 404
    connections.disconnect(connection, acting_user=jo)
    assert send(connection, body, headers)[0] == 404
    assert ImportedCall.objects.count() == Call.objects.count() == 0


def test_zooms_challenge_gets_its_answer(jo: User) -> None:
    content = {"event": "endpoint.url_validation", "payload": {"plainToken": "plain"}}
    status, answer = send(connect("zoom_phone"), *webhooks.zoom(content, timezone.now()))
    expected = {"plainToken": "plain", "encryptedToken": webhooks.hex_hmac(SECRET, "plain")}
    assert (status, answer) == (200, expected)


def test_a_recording_that_comes_after_its_call_joins_it(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    server.files["/r.mp3"] = mp3
    connection = connect()
    send(connection, *webhooks.aircall(None))
    assert (recording().status, recording().reason_code) == ("not_recorded", "not_supplied")
    send(connection, *webhooks.aircall(f"{server.url}/r.mp3"))
    send(connection, *webhooks.aircall(None))
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    assert recording().status == "completed"
    assert Call.objects.count() == 1


def test_a_delivery_without_a_recording_removes_none_from_an_unlinked_call(jo: User) -> None:
    PersonFactory(number=NUMBER)
    connection = connect("dialpad")
    stranger = {"id": 9, "name": "Sam", "email": "sam@northwind.example"}
    send(connection, *webhooks.dialpad(["https://recordings.example/0"], target=stranger))
    send(connection, *webhooks.dialpad([], state="hangup", target=stranger))
    waiting = ImportedCall.objects.get(state=State.UNKNOWN_USER)
    assert waiting.recording_id == "r0"
    assert receive.link_user(waiting, jo, acting_user=jo) == 1
    assert ImportedCall.objects.get().state == State.WAITING


def test_each_recording_of_a_call_is_a_call_of_its_own(jo: User) -> None:
    connection = connect("dialpad")
    urls = [f"https://recordings.example/{number}" for number in range(2)]
    for _ in range(2):
        send(connection, *webhooks.dialpad([], state="hangup"))
        send(connection, *webhooks.dialpad(urls))
    assert sorted(ImportedCall.objects.values_list("recording_id", flat=True)) == ["r0", "r1"]
    assert Call.objects.count() == 2


# Governance


def refused(connection: Connection) -> tuple[str, str]:
    """Deliver a recording. Returns why it is not imported. The file is not downloaded."""
    send(connection, *webhooks.aircall("https://recordings.example/r.mp3"))
    row = ImportedCall.objects.get()
    assert row.state == State.REFUSED
    made = recording()
    assert (made.status, made.reason) == ("not_recorded", row.problem)
    return made.reason_code, made.reason


def test_a_number_that_belongs_to_no_person_is_not_recorded(jo: User) -> None:
    assert refused(connect())[0] == "not_a_person"


def test_a_person_marked_do_not_record_is_not_recorded(jo: User) -> None:
    PersonFactory(number=NUMBER, do_not_record=True)
    assert refused(connect())[0] == "do_not_record"


def test_if_a_rule_forbids_it_the_reason_names_the_rule(jo: User) -> None:
    PersonFactory(number=NUMBER)
    allow_recording(rules=(Rule(name="Georgia", where=("US-GA",), mode=Mode.NONE),))
    code, reason = refused(connect())
    assert code == "rule"
    assert "Georgia" in reason


def test_if_recording_is_off_and_locked_the_dialer_cannot_choose(jo: User) -> None:
    PersonFactory(number=NUMBER)
    allow_recording(team=Setting(record=False, locked=True))
    assert refused(connect())[0] == "team_off"


def test_if_an_announcement_is_required_the_dialer_must_say_that_it_was_played(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    rule = Rule(name="Tell", where=("US-GA",), mode=Mode.BOTH, announcement="consent-announcement")
    allow_recording(rules=(rule,))
    assert refused(connect())[0] == "not_announced"
    server.files["/r.mp3"] = mp3
    send(connect(announces=True), *webhooks.aircall(f"{server.url}/r.mp3"))
    row = ImportedCall.objects.get(state=State.WAITING)
    import_recording(row.pk, FETCHER)
    assert Recording.objects.get(pk=row.call_id).status == "completed"


def test_if_only_our_side_is_allowed_the_contact_or_everything_is_left_out(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    allow_recording(rules=(Rule(name="Ours", where=("US-GA",), mode=Mode.ONE_SIDED, record=True),))
    server.files["/r.mp3"] = mp3
    for channels, expected in (("user,person", ("completed", "")), ("", ("not_recorded", "sides_mixed"))):
        send(connect(channels=channels), *webhooks.aircall(f"{server.url}/r.mp3"))
        row = ImportedCall.objects.latest("pk")
        import_recording(row.pk, FETCHER)
        made = Recording.objects.get(pk=row.call_id)
        assert (made.status, made.reason_code) == expected
    kept = Recording.objects.get(status="completed")
    assert [span["parties"] for span in kept.spans] == [[0]]


def test_a_do_not_record_mark_set_before_the_download_applies(jo: User, server: RecordingsServer) -> None:
    person = PersonFactory(number=NUMBER)
    send(connect(), *webhooks.aircall(f"{server.url}/r.mp3"))
    person.do_not_record = True
    person.save()
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    assert recording().reason_code == "do_not_record"
    assert server.asked == []


# What goes wrong


def test_a_recording_that_is_not_ready_is_retried_and_finally_given_up(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    send(connect(), *webhooks.aircall(f"{server.url}/r.mp3"))
    row = ImportedCall.objects.get()
    for wait in BACKOFF:
        before = timezone.now()
        import_recording(row.pk, FETCHER)
        row.refresh_from_db()
        assert row.state == State.WAITING
        assert "404" in row.problem
        assert row.next_try_at is not None
        assert row.next_try_at - before >= wait
    import_recording(row.pk, FETCHER)
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert (recording().status, recording().reason_code) == ("failed", "import_failed")

    server.files["/r.mp3"] = mp3
    assert receive.try_again(row, acting_user=jo)
    import_recording(row.pk, FETCHER)
    assert recording().status == "completed"


def test_a_new_link_replaces_a_stale_one_and_is_tried_at_once(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    server.files["/new.mp3"] = mp3
    connection = connect("zoom_phone")
    stale, fresh = (webhooks.zoom_recordings(f"{server.url}/{name}.mp3") for name in ("old", "new"))
    send(connection, *webhooks.zoom(stale, timezone.now()))
    receive.link_user(ImportedCall.objects.get(), jo, acting_user=jo)
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    waiting = ImportedCall.objects.get()
    assert (waiting.state, waiting.attempts) == (State.WAITING, 1)

    fresh["download_token"] = "dt2"
    send(connection, *webhooks.zoom(fresh, timezone.now()))
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    assert recording().status == "completed"
    assert server.asked == [("/old.mp3", "Bearer dt"), ("/new.mp3", "Bearer dt2")]
    assert Call.objects.count() == 1


def test_the_api_accepts_a_new_link_too(jo: User, token: str) -> None:
    PersonFactory(number=NUMBER)
    for name in ("old", "new", "new"):
        link = {"url": f"https://recordings.example/{name}.mp3"}
        post(token, call_body(jo, call_id="7", recording=link))
    row = ImportedCall.objects.get()
    assert row.record["recording"]["url"] == "https://recordings.example/new.mp3"
    assert row.call is not None
    assert row.call.events.filter(type="recording.delivered").count() == 1


def test_a_link_that_arrives_while_a_stale_one_is_tried_is_kept(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    server.files["/new.mp3"] = mp3
    connection = connect()
    send(connection, *webhooks.aircall(f"{server.url}/old.mp3"))

    class Meanwhile(Fetcher):
        def fetch(self, url: str, file: Target, *, authorization: str = "") -> None:
            send(connection, *webhooks.aircall(f"{server.url}/new.mp3"))
            raise FetchError("Gone for good.", retry=False)

    import_recording(ImportedCall.objects.get().pk, Meanwhile(HERE))
    assert ImportedCall.objects.get().state == State.WAITING
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    assert recording().status == "completed"


def test_a_due_import_is_queued_once(jo: User) -> None:
    from django_q.models import OrmQ

    PersonFactory(number=NUMBER)
    send(connect(), *webhooks.aircall("https://recordings.example/r.mp3"))
    ImportedCall.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    before = OrmQ.objects.count()
    enqueue_due()
    enqueue_due()
    assert OrmQ.objects.count() == before + 1


def test_a_file_that_is_not_a_recording_fails_with_a_sentence(jo: User, server: RecordingsServer) -> None:
    PersonFactory(number=NUMBER)
    server.files["/r.mp3"] = b"Sign in to listen to this recording." * 100
    send(connect(), *webhooks.aircall(f"{server.url}/r.mp3"))
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    assert recording().status == "failed"
    assert "not a sound file" in recording().reason
    assert list(imports_folder().iterdir()) == []


def test_a_file_that_was_not_a_recording_can_be_sent_again(
    jo: User, token: str, mp3: bytes, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    PersonFactory(number=NUMBER)
    for content, status in ((b"no sound " * 1000, "failed"), (mp3, "completed")):
        file = SimpleUploadedFile("call.mp3", content)
        body = call_body(jo, recording=file, call_id="7") | {"_multipart": "1"}
        with django_capture_on_commit_callbacks(execute=True):
            post(token, body)
            import_recording(ImportedCall.objects.get().pk)
        assert recording().status == status
    assert list(imports_folder().iterdir()) == []


def damaged(mp3: bytes) -> bytes:
    middle = len(mp3) // 2
    return mp3[:middle] + bytes(3000) + mp3[middle + 3000 :]


def test_if_a_part_cannot_be_read_the_original_is_kept_for_a_month(
    jo: User,
    server: RecordingsServer,
    mp3: bytes,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    PersonFactory(number=NUMBER)
    server.files["/r.mp3"] = damaged(mp3)
    send(connect(), *webhooks.aircall(f"{server.url}/r.mp3"))
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    made, row = recording(), ImportedCall.objects.get()
    assert (made.status, [hole["cause"] for hole in made.holes]) == ("completed", ["unreadable"])
    with PendingFile(imports_folder() / row.file, config.secrets.master_key) as original:
        assert original.read() == server.files["/r.mp3"]
    result = CliRunner().invoke(app, ["original", made.call_id, str(tmp_path / "r.mp3")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "r.mp3").read_bytes() == server.files["/r.mp3"]

    ImportedCall.objects.update(file_kept_until=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        forget_old()
    assert ImportedCall.objects.get().file == ""
    assert list(imports_folder().iterdir()) == []


def test_if_only_our_side_may_be_kept_the_original_is_not(
    jo: User, server: RecordingsServer, mp3: bytes
) -> None:
    PersonFactory(number=NUMBER)
    allow_recording(rules=(Rule(name="Ours", where=("US-GA",), mode=Mode.ONE_SIDED, record=True),))
    server.files["/r.mp3"] = damaged(mp3)
    send(connect(), *webhooks.aircall(f"{server.url}/r.mp3"))
    import_recording(ImportedCall.objects.get().pk, FETCHER)
    assert recording().holes != []
    assert list(imports_folder().iterdir()) == []


def test_an_upload_that_cannot_be_used_is_kept_and_can_be_tried_again(
    jo: User, token: str, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    PersonFactory(number=NUMBER)
    body = call_body(jo, recording=SimpleUploadedFile("call.mp3", b"no sound " * 1000)) | {"_multipart": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        post(token, body)
        import_recording(ImportedCall.objects.get().pk)
    row = ImportedCall.objects.get()
    assert (row.state, row.can_be_tried_again) == (State.FAILED, True)
    assert receive.try_again(row, acting_user=jo)
    import_recording(row.pk)
    row.refresh_from_db()
    assert row.state == State.FAILED
    with django_capture_on_commit_callbacks(execute=True):
        delete_original(row)


# What is signed and cannot be used


def test_a_signed_delivery_that_cannot_be_used_is_answered_200_and_kept_once(jo: User) -> None:
    connection = connect()
    for _ in range(3):
        assert send(connection, *webhooks.aircall(None, id=None)) == (200, {"taken": "0"})
    (one,) = KeptDelivery.objects.all()
    assert "ID is missing" in one.problem
    assert SECRET not in one.body
    assert one.kept_until - timezone.now() > timedelta(days=29)
    assert Call.objects.count() == ImportedCall.objects.count() == 0


def test_the_usable_part_of_a_delivery_is_stored_and_the_rest_is_kept(jo: User) -> None:
    connection = connect("zoom_phone")
    content = webhooks.zoom_recordings("https://recordings.example/1", "ftp://recordings.example/2")
    assert send(connection, *webhooks.zoom(content, timezone.now())) == (200, {"taken": "1"})
    assert KeptDelivery.objects.count() == 1


def test_a_kept_delivery_can_be_retried_and_is_deleted_once_it_is_usable(jo: User) -> None:
    connection = connect()
    send(connection, *webhooks.aircall(None, id=None))
    stuck = KeptDelivery.objects.get()
    admin = UserFactory(permission_set="Admin")
    assert not kept.try_again(stuck, acting_user=admin)
    # As if an update of ours had made it readable.
    body, _ = webhooks.aircall(None)
    stuck.body = seal(base64.b64encode(body).decode(), config.secrets.master_key)
    stuck.save()
    assert kept.try_again(stuck, acting_user=admin)
    assert (KeptDelivery.objects.count(), Call.objects.count()) == (0, 1)


def test_a_kept_delivery_is_deleted_after_its_time(jo: User) -> None:
    connection = connect()
    for number in range(2):
        send(connection, *webhooks.aircall(None, id=None, duration=number))
    KeptDelivery.objects.filter(pk=KeptDelivery.objects.first().pk).update(  # type: ignore[union-attr]
        received_at=timezone.now() - timedelta(days=31)
    )
    forget_old()
    assert KeptDelivery.objects.count() == 1


def test_a_recording_at_a_private_address_is_not_fetched(jo: User, server: RecordingsServer) -> None:
    PersonFactory(number=NUMBER)
    send(connect(), *webhooks.aircall(f"{server.url}/r.mp3"))
    import_recording(ImportedCall.objects.get().pk)
    assert "private network" in recording().reason
    assert server.asked == []


# The API


@pytest.fixture
def token(jo: User) -> str:
    return connections.create_token("Kixie", acting_user=UserFactory(permission_set="Admin"))[1]


def post(token: str, body: object, **headers: str) -> tuple[int, dict[str, object]]:
    answer = Client().post(
        "/api/v2/conversations/calls",
        body if isinstance(body, dict) and "_multipart" in body else json.dumps(body),
        **({} if isinstance(body, dict) and "_multipart" in body else {"content_type": "application/json"}),
        headers={"Authorization": f"Bearer {token}", **headers},
    )
    return answer.status_code, answer.json()


def call_body(jo: User, **changes: object) -> dict[str, object]:
    return {
        "from": "+14705550101",
        "to": "(404) 555-0100",
        "direction": "outbound",
        "duration": 61.5,
        "call_created_at": "2026-04-14T15:00:00Z",
        "user_guid": str(jo.pk),
        "recording": {"url": "https://recordings.example/r.mp3"},
    } | changes


def test_an_uploaded_recording_is_imported_once(
    jo: User, token: str, mp3: bytes, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    PersonFactory(number=NUMBER)

    def upload() -> dict[str, object]:
        file = SimpleUploadedFile("call.mp3", mp3, content_type="audio/mpeg")
        body = call_body(jo, recording=file, channels="user,person", announced="true")
        return body | {"_multipart": "1", "user_guid": jo.email}

    answers = [post(token, upload(), **{"Idempotency-Key": "one"}) for _ in range(5)]
    assert [status for status, _ in answers] == [201, 200, 200, 200, 200]
    assert len({str(answer["id"]) for _, answer in answers}) == 1
    assert len(list(imports_folder().iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        import_recording(ImportedCall.objects.get().pk)
    made = recording()
    assert (made.status, made.source, made.call.duration_ms) == ("completed", "Kixie", 61_500)
    assert list(imports_folder().iterdir()) == []


def test_what_makes_two_calls_one(jo: User, token: str) -> None:
    same = [
        post(token, call_body(jo)),
        post(token, call_body(jo)),
        post(token, call_body(jo, call_id="7")),
        post(token, call_body(jo, call_id="7", duration=1)),
        post(token, call_body(jo), **{"Idempotency-Key": "k"}),
        post(token, call_body(jo, duration=2), **{"Idempotency-Key": "k"}),
    ]
    assert [status for status, _ in same] == [201, 200, 201, 200, 201, 200]
    assert Call.objects.count() == 3


def test_the_response_has_the_governance_decision(jo: User, token: str) -> None:
    status, answer = post(token, call_body(jo))
    assert status == 201
    assert answer["recording"] == {
        "status": "not_recorded",
        "reason_code": "not_a_person",
        "reason": "Off: this number is not in People, and only calls with people in People are recorded.",
    }
    assert answer["url"] == f"/calls/{answer['id']}"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"to": "911"}, 422, "emergency_number"),
        ({"to": "12"}, 422, "bad_number"),
        ({"user_guid": "nobody@northwind.example"}, 422, "no_such_user"),
        ({"direction": "up"}, 400, "bad_request"),
        ({"duration": -1}, 400, "bad_request"),
        ({"call_created_at": "2026-04-14T15:00:00"}, 400, "bad_request"),
        ({"recording": {"url": "file:///etc/passwd"}}, 400, "bad_request"),
        ({"recording": {"url": "https://a.example/", "channels": ["user", "user"]}}, 400, "bad_request"),
    ],
)
def test_an_unusable_call_gets_a_response_that_says_what_to_do(
    jo: User, token: str, changes: dict[str, object], status: int, code: str
) -> None:
    answered, problem = post(token, call_body(jo, **changes))
    assert (answered, problem["code"]) == (status, code), problem
    assert Call.objects.count() == 0


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "", None, "+266696687", "1001"])
def test_a_call_from_a_withheld_number_is_stored_without_one(
    jo: User, token: str, caller: str | None
) -> None:
    inbound = call_body(jo, direction="inbound", to="+14705550101", **{"from": caller})
    status, answer = post(token, inbound)
    assert (status, Call.objects.get().number) == (201, "")
    assert cast(dict[str, str], answer["recording"])["reason_code"] == "not_a_person"


def test_a_token_has_its_authors_permissions_and_none_once_revoked(jo: User, token: str) -> None:
    stored = ApiToken.objects.select_related("author").get()
    assert token not in str(ApiToken.objects.values().get())
    assert post("onr_guessed", call_body(jo))[0] == 401
    assert post("", call_body(jo))[0] == 401

    permission_sets = list(stored.author.groups.all())
    stored.author.groups.clear()
    assert post(token, call_body(jo))[0] == 403
    stored.author.groups.set(permission_sets)
    assert post(token, call_body(jo))[0] == 201

    connections.revoke_token(stored, acting_user=jo)
    assert post(token, call_body(jo))[0] == 401
