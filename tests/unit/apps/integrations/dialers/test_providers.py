"""Each dialer's module: which deliveries it accepts, and how it maps them."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import dialer_webhooks as webhooks
from harness.dialer_webhooks import SECRET
from onrecord.apps.integrations.dialers.canonical import RecordedCall
from onrecord.apps.integrations.dialers.providers import (
    PROVIDERS,
    Delivery,
    DeliveryError,
    Reading,
    SignatureError,
    read,
)

NOW = datetime(2026, 4, 14, 15, 2, tzinfo=UTC)
URL = "https://onrecord.example/webhooks/0123"
RECORDING = "https://recordings.example/r.mp3"

GENUINE = {
    "aircall": webhooks.aircall(RECORDING),
    "dialpad": webhooks.dialpad([RECORDING]),
    "justcall": webhooks.justcall(RECORDING, url=URL, at=NOW),
    "zoom_phone": webhooks.zoom(webhooks.zoom_recordings(RECORDING), NOW),
}


def delivery(body: bytes, headers: dict[str, str], now: datetime = NOW, url: str = URL) -> Delivery:
    return Delivery(headers=headers, body=body, url=url, now=now)


def opened(name: str, sent: Delivery, secret: str = SECRET) -> Any:
    PROVIDERS[name].verify(sent, secret)
    return PROVIDERS[name].content(sent.body)


def reading(name: str, body: bytes, headers: dict[str, str]) -> Reading:
    return read(PROVIDERS[name], opened(name, delivery(body, headers)))


def calls(name: str, body: bytes, headers: dict[str, str]) -> list[RecordedCall]:
    found = reading(name, body, headers)
    assert found.problems == []
    return found.calls


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_delivery_becomes_the_canonical_call(name: str) -> None:
    (call,) = calls(name, *GENUINE[name])
    assert call.source.provider == name
    assert (call.direction, call.status) == ("outbound", "completed")
    assert call.started_at == datetime(2026, 4, 14, 15, 0, tzinfo=UTC)
    assert 50 < call.duration_seconds < 75
    assert call.user.number is not None
    assert call.user.number.replace(" ", "").replace("-", "") == "+14705550101"
    assert call.person.number in ("+14045550100", webhooks.PERSON)
    assert call.recording is not None
    assert str(call.recording.url) == RECORDING
    assert call.user.provider_user_id != ""


@pytest.mark.parametrize("name", GENUINE)
def test_another_secret_is_refused(name: str) -> None:
    with pytest.raises(SignatureError):
        opened(name, delivery(*GENUINE[name]), "another secret")


@pytest.mark.parametrize("name", ["dialpad", "zoom_phone"])
def test_an_altered_body_is_noticed(name: str) -> None:
    body, headers = GENUINE[name]
    middle = len(body) // 2
    altered = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    with pytest.raises(SignatureError):
        opened(name, delivery(altered, headers))


@pytest.mark.parametrize("name", ["justcall", "zoom_phone"])
@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_delivery_that_is_not_recent_is_refused(name: str, late: timedelta) -> None:
    with pytest.raises(SignatureError):
        opened(name, delivery(*GENUINE[name], now=NOW + late))


@pytest.mark.parametrize("name", GENUINE)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"a.b.c", b"{" * 10_000])
def test_a_body_that_is_not_a_delivery_counts_as_unsigned(name: str, body: bytes) -> None:
    with pytest.raises(SignatureError):
        opened(name, delivery(body, {}))


def test_justcalls_documented_example_is_genuine() -> None:
    """The sample from JustCall's documentation of webhook signatures, with the secret given there."""
    url = "https://webhook.site/3bcea770-370a-4b09-8b66-426f687e08a4"
    body = json.dumps({"webhook_url": url, "type": "call.completed", "data": {}}).encode()
    headers = {
        "x-justcall-signature": "56761bae5b27a784a3ddd2af828bc5def7176bc0a8650199b04c737bd39bbecf",
        "x-justcall-request-timestamp": "2024-03-21 17:08:22",
    }
    sent = delivery(body, headers, now=datetime(2024, 3, 21, 17, 9, tzinfo=UTC), url=url)
    assert opened("justcall", sent, "ea39089c40790e9dc7a080ec95e849b8fa0fa5fb")["data"] == {}


def test_a_justcall_delivery_for_another_url_is_refused() -> None:
    sent = delivery(*GENUINE["justcall"], url="https://elsewhere.example/")
    with pytest.raises(SignatureError):
        opened("justcall", sent)


def test_zooms_challenge_is_answered_and_other_events_are_not_challenges() -> None:
    """Values as in Zoom's documentation: HMAC-SHA-256 of the plain token with the secret token."""
    content = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}
    body, headers = webhooks.zoom(content, NOW)
    answer = PROVIDERS["zoom_phone"].challenge(opened("zoom_phone", delivery(body, headers)), SECRET)
    assert answer == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": webhooks.hex_hmac(SECRET, "qgg8vlvZRS6UYooatFL8Aw"),
    }
    assert PROVIDERS["zoom_phone"].challenge(webhooks.zoom_recordings(RECORDING), SECRET) is None


def test_a_token_of_dialpad_cannot_choose_how_it_is_checked() -> None:
    for algorithm in ("none", "HS512"):
        with pytest.raises(SignatureError):
            opened("dialpad", delivery(webhooks.jwt({"call_id": 5}, SECRET, algorithm), {}))


def test_several_recordings_of_a_call_are_kept_apart() -> None:
    found = calls("dialpad", *webhooks.dialpad([RECORDING, RECORDING + "?2"]))
    assert [one.recording and one.recording.recording_id for one in found] == ["r0", "r1"]
    assert len({one.source for one in found}) == 1


def test_events_without_a_finished_call_are_ignored() -> None:
    assert calls("aircall", b'{"event":"user.opened","token":"%s"}' % SECRET.encode(), {}) == []
    assert calls("dialpad", *webhooks.dialpad([], state="ringing")) == []
    assert calls("zoom_phone", *webhooks.zoom({"event": "phone.callee_ringing"}, NOW)) == []


def test_a_call_that_nobody_answered_has_no_recording() -> None:
    (call,) = calls("aircall", *webhooks.aircall(None, answered_at=None))
    assert (call.status, call.recording, call.answered_at) == ("no-answer", None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": True},
        {"direction": "sideways"},
        {"started_at": "soon"},
        {"started_at": None},
    ],
)
def test_a_signed_delivery_that_makes_no_sense_is_an_error(change: dict[str, Any]) -> None:
    found = reading("aircall", *webhooks.aircall(RECORDING, **change))
    assert (found.calls, len(found.problems)) == ([], 1)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "javascript:alert(1)", "r.mp3"])
def test_a_recording_is_at_an_http_address(url: str) -> None:
    (problem,) = reading("aircall", *webhooks.aircall(url)).problems
    assert "recording" in problem or "url" in problem
    assert url not in problem


@pytest.mark.parametrize(
    ("change", "fact", "value"),
    [
        ({"duration": None}, "duration_seconds", 70),
        ({"duration": "x", "ended_at": None}, "duration_seconds", 0),
        ({"duration": -1}, "duration_seconds", 70),
        ({"duration": 1e300}, "duration_seconds", 70),
        ({"duration": "61"}, "duration_seconds", 61),
        ({"raw_digits": 14045550100}, "person.number", "14045550100"),
        ({"raw_digits": "4" * 51}, "person.number", None),
        ({"user": {"id": 7, "name": "J" * 201}}, "user.name", "J" * 200),
        ({"user": {"id": 7, "name": "Ana \ud83d"}}, "user.name", "Ana \ufffd"),
        ({"user": {"id": 7, "email": "a" * 250 + "@b.example"}}, "user.email", ""),
        ({"user": {"id": 7, "name": ["Jo"]}}, "user.name", ""),
        ({"recording": RECORDING + "?" + "s" * 3000}, "recording.url", RECORDING + "?" + "s" * 3000),
    ],
)
def test_an_invalid_optional_value_does_not_reject_the_call(
    change: dict[str, Any], fact: str, value: object
) -> None:
    (call,) = calls("aircall", *webhooks.aircall(**({"recording": RECORDING} | change)))
    found: Any = call
    for name in fact.split("."):
        found = getattr(found, name)
    assert (str(found) if fact == "recording.url" else found) == value


@pytest.mark.parametrize(
    ("change", "seconds"), [({"call_duration": {"total_duration": None}}, 0), ({"call_duration": None}, 0)]
)
def test_a_missed_justcall_call_has_no_length(change: dict[str, Any], seconds: float) -> None:
    body, headers = GENUINE["justcall"]
    content = json.loads(body)
    content["data"] |= change
    content["data"]["call_info"] |= {"type": "missed", "direction": "INCOMING", "notes": "n" * 20_001}
    (call,) = calls("justcall", json.dumps(content).encode(), headers)
    assert (call.status, call.direction, call.duration_seconds) == ("no-answer", "inbound", seconds)
    assert call.notes == "n" * 20_000


def test_zooms_times_are_utc_with_or_without_a_z() -> None:
    content = webhooks.zoom_recordings(RECORDING)
    content["payload"]["object"]["recordings"][0]["date_time"] = "2026-04-14T15:00:00"
    (call,) = calls("zoom_phone", *webhooks.zoom(content, NOW))
    assert call.started_at == datetime(2026, 4, 14, 15, tzinfo=UTC)


def test_an_unusable_recording_does_not_affect_the_others() -> None:
    content = webhooks.zoom_recordings(RECORDING, "ftp://recordings.example/2", RECORDING)
    found = reading("zoom_phone", *webhooks.zoom(content, NOW))
    assert [one.recording and one.recording.recording_id for one in found.calls] == ["z0", "z2"]
    assert len(found.problems) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
CONTENT = {
    "aircall": json.loads(webhooks.aircall(RECORDING)[0]),
    "dialpad": PROVIDERS["dialpad"].content(webhooks.dialpad([RECORDING])[0]),
    "justcall": json.loads(webhooks.justcall(RECORDING, url=URL, at=NOW)[0]),
    "zoom_phone": webhooks.zoom_recordings(RECORDING),
}


def places(content: Any) -> list[tuple[Any, Any]]:
    """Every object and list in the content, with each of its keys."""
    keys = list(content) if isinstance(content, dict) else list(range(len(content)))
    inner = [content[key] for key in keys if isinstance(content[key], dict | list)]
    return [(content, key) for key in keys] + [place for one in inner for place in places(one)]


@pytest.mark.parametrize("name", CONTENT)
@given(data=st.data())
def test_any_value_anywhere_gives_a_call_or_a_sentence(name: str, data: st.DataObject) -> None:
    content = copy.deepcopy(CONTENT[name])
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(content)))
        holder[key] = data.draw(JSON)
    found = read(PROVIDERS[name], content)
    assert all(isinstance(one, RecordedCall) for one in found.calls)
    assert all(problem.endswith(".") for problem in found.problems)


DEEP = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.mark.parametrize("name", GENUINE)
@pytest.mark.parametrize("body", [DEEP, b'{"token": "\\ud83d", "webhook_url": "\\ud83d", "type": "\\ud83d"}'])
def test_nothing_fails_before_the_signature_is_checked(name: str, body: bytes) -> None:
    for headers in ({}, {"x-zm-request-timestamp": "9" * 400}, GENUINE[name][1]):
        with pytest.raises(SignatureError):
            opened(name, delivery(body, headers))


def test_a_signed_body_that_is_nested_too_deeply_is_unusable() -> None:
    time = str(int(NOW.timestamp()))
    signature = webhooks.hex_hmac(SECRET, f"v0:{time}:{DEEP.decode()}")
    headers = {"x-zm-request-timestamp": time, "x-zm-signature": f"v0={signature}"}
    PROVIDERS["zoom_phone"].verify(delivery(DEEP, headers), SECRET)
    with pytest.raises(DeliveryError):
        PROVIDERS["zoom_phone"].content(DEEP)
