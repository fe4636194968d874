"""Input in forms, URLs, headers, the API, and deliveries is cleaned, or refused with a message."""

import json
from collections.abc import Callable

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from pydantic import JsonValue

from factories import ALLOWED, CallFactory, PersonFactory, UserFactory
from harness.dialer_webhooks import SECRET, aircall, dialpad, zoom, zoom_recordings
from harness.reports import report
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, CallLog
from onrecord.apps.coaching.models import Playlist
from onrecord.apps.core.paging import encode
from onrecord.apps.integrations.dialers import connections
from onrecord.apps.integrations.dialers.models import ImportedCall, KeptDelivery
from onrecord.policy.document import Rule
from onrecord.policy.mode import Mode
from onrecord.policy.reasons import rule_mode
from onrecord.web.integrations.dialers.webhooks import address

pytestmark = pytest.mark.django_db

DIRTY, CLEAN = "a\0b\x1b c\x7f", "ab c"


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def client(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def test_form_input_is_cleaned(client: Client) -> None:
    assert client.post("/coaching", {"name": DIRTY}).status_code == 302
    assert Playlist.objects.get().name == CLEAN


def test_search_input_is_cleaned(client: Client) -> None:
    person = PersonFactory(name="Jo Doe", number="")
    page = client.get("/people", {"q": "do\0e"})
    assert f'href="/people/{person.pk}"' in page.content.decode()


def test_api_input_is_cleaned(client: Client, ana: User) -> None:
    call = CallFactory(user=ana)
    sent = json.dumps({"notes": f"{DIRTY} \ud83d", "notes_revision": 0})
    answer = client.put(f"/api/v2/calls/{call.pk}/notes", sent, content_type="application/json")
    assert answer.json()["notes"] == f"{CLEAN} \ufffd"
    assert CallLog.objects.get().notes == f"{CLEAN} \ufffd"


@pytest.mark.parametrize("body", ["[" * 100_000, '{"notes": ' + "9" * 5000 + "}", '{"notes": NaN}'])
def test_unusable_json_is_a_bad_request_with_a_sentence(client: Client, ana: User, body: str) -> None:
    call = CallFactory(user=ana)
    answer = client.put(f"/api/v2/calls/{call.pk}/notes", body, content_type="application/json")
    assert answer.status_code == 400
    assert "JSON" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/calls/a%00b", "/%00", "/api/v2/calls/%00/log", "/shared/%1b"])
def test_an_address_with_control_characters_is_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("name", ["User-Agent", "Idempotency-Key", "Last-Event-ID", "Accept", "Referer"])
def test_a_header_with_control_characters_is_refused(name: str) -> None:
    answer = Client().post("/sign-in", {"username": "a", "password": "b"}, headers={name: "a\0b"})
    assert answer.status_code == 400
    assert b"control characters" in answer.content


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "of-another-program"])
def test_a_cookie_with_control_characters_is_ignored(name: str) -> None:
    browser = Client()
    browser.cookies[name] = "a\0b"
    assert browser.get("/sign-in").status_code == 200


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "idna", "latin-1"])
def test_a_request_in_another_encoding_is_refused(client: Client, charset: str) -> None:
    for kind in ("text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.generic("POST", "/coaching?q=a", b"name=a", f"{kind}; charset={charset}")
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown", None),
        ("203.0.113.7:443:1", None),
        ("a\0b", None),
        ("", None),
    ],
)
def test_a_visitor_with_an_invalid_address_can_mistype_a_password(said: str, known: str | None) -> None:
    answer = Client(REMOTE_ADDR=said).post("/sign-in", {"username": "a", "password": "b"})
    assert answer.status_code == 422
    assert AccessAttempt.objects.get().ip_address == known


@pytest.mark.parametrize("name", ["x" * 300, "\ufdfa" * 255, "a\0" * 300])
def test_a_name_of_any_length_can_be_typed_at_sign_in(name: str) -> None:
    assert Client().post("/sign-in", {"username": name, "password": "b"}).status_code == 422


@pytest.mark.parametrize(
    "place",
    [
        ("0001-01-01T00:00:00+14:00", "x"),
        ("9999-12-31T23:59:59-14:00", "x"),
        ("2026-01-01T00:00:00+00:00", "a\0"),
        (10**400, 10**400),
    ],
)
def test_a_cursor_with_odd_values_is_a_bad_request(client: Client, place: tuple[JsonValue, ...]) -> None:
    person = PersonFactory()
    for path in ("/calls", "/recordings", "/coaching/reviews", "/requests"):
        assert client.get(path, {"cursor": encode(*place)}).status_code == 400
    cursor = encode(place[0], place[1], 1)
    assert client.get(f"/people/{person.pk}", {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize("path", ["/api/v2/people", "/people", "/calls", "/recordings"])
def test_a_search_for_thousands_of_words_works(client: Client, path: str) -> None:
    words = " ".join(chr(0x4E00 + number) for number in range(20_000))
    assert client.get(path, {"q": f"abc {words}"}).status_code == 200


HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/people/{HUGE}", 404),
        (f"/calls?rep={HUGE}", 400),
        (f"/reports/recording?rep={HUGE}", 200),
        (f"/settings/call-recording/simulate?number=2125550100&rep={HUGE}", 404),
        (f"/api/v2/dialer/preview?person_id={HUGE}", 400),
        ("/api/v2/dialer/preview?person_id=" + "9" * 30, 200),
    ],
)
def test_an_id_of_5000_digits_is_answered(client: Client, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_live_events_do_not_resume_at_a_number_of_5000_digits(client: Client) -> None:
    assert client.get("/events", headers={"Last-Event-ID": HUGE}).status_code == 200


def test_names_that_grow_when_normalized_can_be_saved() -> None:
    for name in ("한" * 200, "\ufdfa" * 200):
        person = PersonFactory(name=name, company=name, number="")
        person.refresh_from_db()
        assert person.name == name
        assert len(person.search_text) <= 420


def test_a_call_can_be_placed_under_the_longest_possible_rule() -> None:
    rule = Rule(name="n" * 80, where=("GS",), mode=Mode.NONE, because="b" * 200)
    sentence = rule_mode(rule, "GS", is_rep=True).sentence
    assert len(sentence) > 300
    call = CallFactory(decision=ALLOWED | {"reasons": [{"code": "rule", "sentence": sentence}]})
    call.refresh_from_db()
    assert call.deciding_reason == sentence


# What other dialers send


@pytest.fixture
def jo() -> User:
    return UserFactory(name="Jo")


def deliver(provider: str, make: Callable[[str], tuple[bytes, dict[str, str]]]) -> int:
    """Connect the dialer and send the delivery that `make` builds for the webhook's URL."""
    connection = connections.connect(
        provider,
        secret=SECRET,
        api_key="",
        announces=False,
        channels="",
        acting_user=UserFactory(permission_set="Admin"),
    )
    url = address(connection)
    body, headers = make(url)
    answer = Client().post(
        f"/webhooks/{connection.key}", body, content_type="application/json", headers=headers
    )
    return answer.status_code


@pytest.mark.parametrize("name", ["Pat\0\0\0", "Pat\x1b", "\ud83d"])
def test_a_dialers_call_is_stored_without_odd_characters(jo: User, name: str) -> None:
    zoomed = zoom_recordings("https://recordings.example/1")
    zoomed["payload"]["object"]["recordings"][0] |= {"callee_name": name, "call_id": f"c{name}"}
    named = {"id": f"1{name}", "user": {"id": 7, "name": name, "email": jo.email}}
    assert deliver("aircall", lambda _: aircall(None, **named)) == 200
    assert deliver("dialpad", lambda _: dialpad([], contact={"name": name}, call_id=f"5{name}")) == 200
    assert deliver("zoom_phone", lambda _: zoom(zoomed, timezone.now())) == 200
    assert (ImportedCall.objects.count(), KeptDelivery.objects.count()) == (3, 0)


@pytest.mark.parametrize("started", [0, -62_135_596_800, 253_402_300_799, 1e300, 4_000_000_000])
def test_a_dialers_call_at_an_impossible_time_is_kept_but_not_stored_as_a_call(
    jo: User, started: float
) -> None:
    assert deliver("aircall", lambda _: aircall(None, started_at=started)) == 200
    assert (Call.objects.count(), KeptDelivery.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_zoom_recording_with_an_impossible_time_is_kept(jo: User, written: str) -> None:
    content = zoom_recordings("https://recordings.example/1")
    content["payload"]["object"]["recordings"][0]["date_time"] = written
    assert deliver("zoom_phone", lambda _: zoom(content, timezone.now())) == 200
    assert (Call.objects.count(), KeptDelivery.objects.count()) == (0, 1)


@pytest.mark.parametrize("answered", [-62_135_596_800, 1e300, "soon", [], 253_402_300_799_000])
def test_a_call_is_not_lost_over_an_impossible_answer_time(jo: User, answered: object) -> None:
    assert deliver("aircall", lambda _: aircall(None, answered_at=answered)) == 200
    assert deliver("dialpad", lambda _: dialpad([], date_connected=answered)) == 200
    assert (Call.objects.count(), KeptDelivery.objects.count()) == (2, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"call_created_at": "0001-01-01T00:00:00Z"},
        {"call_created_at": "9999-12-31T23:59:59Z", "duration": 604_800},
        {"call_created_at": "2099-01-01T00:00:00Z"},
        {"call_created_at": 10**400},
        {"duration": float("nan")},
    ],
)
def test_the_api_says_what_is_wrong_with_a_call(jo: User, changes: dict[str, object]) -> None:
    _, token = connections.create_token("Kixie", acting_user=UserFactory(permission_set="Admin"))
    body = {
        "from": "+14705550101",
        "to": "(404) 555-0100",
        "direction": "outbound",
        "duration": 61.5,
        "call_created_at": "2026-04-14T15:00:00Z",
        "user_guid": str(jo.pk),
        "notes": DIRTY,
        "call_id": DIRTY,
        "source": DIRTY,
    }
    headers = {"Authorization": f"Bearer {token}"}

    def post(content: dict[str, object]) -> int:
        return (
            Client()
            .post(
                "/api/v2/conversations/calls",
                json.dumps(content),
                content_type="application/json",
                headers=headers,
            )
            .status_code
        )

    assert post(body | changes) == 400
    assert post(body) == 201
    assert CallLog.objects.get().notes == CLEAN
    assert Client().post("/api/v2/conversations/calls", body, headers=headers).status_code == 200


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_delivery_accepted_earlier_with_an_impossible_time_is_not_lost(
    client: Client, written: str
) -> None:
    zoe = UserFactory(name="Zoe")
    assert deliver("aircall", lambda _: aircall("https://recordings.example/1")) == 200
    row = ImportedCall.objects.get()
    row.record |= {"started_at": written, "answered_at": written}
    row.save()
    path = f"/settings/integrations/deliveries/{row.pk}/user"
    assert client.post(path, {"user": zoe.pk}).status_code == 302
    assert Call.objects.get().user == zoe
    assert client.get("/calls").status_code == 200


# What the switch reports


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_an_event_from_a_wrong_clock_does_not_move_a_call_out_of_the_calendar(at: str) -> None:
    call = CallFactory()
    assert report(call.pk, "call.ringing", seq=1, at=at).status_code in (204, 400)
    assert report(call.pk, "call.answered", seq=2, at=at, party="\0").status_code in (204, 400)
    call.refresh_from_db()
    assert call.answered_at is None or call.created_at <= call.answered_at <= timezone.now()


@pytest.mark.parametrize("duration_ms", [10**30, 1 << 31, -1, "9" * 5000, [], "x"])
def test_an_event_with_an_impossible_length_is_refused(duration_ms: object) -> None:
    call = CallFactory()
    end = {"status": "completed", "reason": "rep_hung_up", "captured": False, "duration_ms": duration_ms}
    assert report(call.pk, "call.ended", seq=1, **end).status_code == 400
