"""No request gets a 5xx, whatever it contains: all forms of all pages, and all deliveries."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import CallFactory, UserFactory, allow_recording
from harness.dialer_webhooks import SECRET, aircall, jwt, zoom, zoom_recordings
from harness.everything import make_everything
from harness.hostile import asks, hostile, send, spoilt
from harness.reports import post
from onrecord.apps.accounts.models import User
from onrecord.apps.integrations.dialers import connections
from onrecord.apps.recordings.opening import blob_store

pytestmark = pytest.mark.django_db

#: The bench asks for more (bench/incoming.py).
EXAMPLES = int(os.environ.get("ONRECORD_TEST_EXAMPLES", "200"))
many = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def ana() -> User:
    allow_recording()
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def ids(ana: User) -> Iterator[dict[str, str]]:
    made = make_everything(ana)
    yield made
    blob_store().erase(made["<str:call_id>"])


def test_no_form_and_no_url_returns_5xx(ana: User, ids: dict[str, str]) -> None:
    client = Client()
    client.force_login(ana)
    session = client.cookies["sessionid"].value
    known = asks(client, ids)

    @many
    @given(hostile(known, ids))
    def never(sent: Any) -> None:
        assert send(sent, session).status_code < 500

    never()


def test_no_delivery_and_no_api_call_returns_5xx(ana: User) -> None:
    def connect(provider: str) -> str:
        made = connections.connect(
            provider, secret=SECRET, api_key="", announces=False, channels="", acting_user=ana
        )
        return f"/webhooks/{made.key}"

    _, token = connections.create_token("Kixie", acting_user=ana)
    call = {
        "from": "+14705550101", "to": "(404) 555-0100", "direction": "outbound", "duration": 61.5,
        "call_created_at": "2026-04-14T15:00:00Z", "user_guid": str(ana.pk), "call_id": "7",
        "recording": {"url": "https://recordings.example/r.mp3", "id": "1", "channels": ["user", "person"]},
        "announced": True, "source": "Kixie", "disposition": "Interested", "notes": "Call back",
    }  # fmt: skip
    event = {
        "call_id": CallFactory(user=ana).pk, "source": "switch", "seq": 1, "type": "call.ended",
        "at": "2026-03-02T15:00:05Z", "clock_ms": 5000,
        "data": {"status": "completed", "reason": "lost", "duration_ms": 9000, "captured": True, "drops": 0},
    }  # fmt: skip
    bearer = {"Authorization": f"Bearer {token}"}
    zoomed = zoom_recordings("https://recordings.example/1")
    at = {name: connect(name) for name in ("aircall", "dialpad", "zoom_phone")}

    def to(path: str, body: bytes, headers: dict[str, str]) -> int:
        return Client().post(path, body, content_type="application/json", headers=headers).status_code

    ways: list[tuple[Any, Callable[[Any], int]]] = [
        (
            json.loads(aircall("https://recordings.example/1")[0]),
            lambda one: to(at["aircall"], _json(one), {}),
        ),
        (_dialpad(), lambda one: to(at["dialpad"], jwt(one, SECRET), {})),
        (zoomed, lambda one: to(at["zoom_phone"], *zoom(one, timezone.now()))),
        (call, lambda one: to("/api/v2/conversations/calls", _json(one), bearer)),
        (event, lambda one: post(_json(one)).status_code),
    ]
    spoilt_ones = st.one_of(
        [st.tuples(st.just(number), spoilt(content)) for number, (content, _) in enumerate(ways)]
    )

    @many
    @given(spoilt_ones)
    def never(sent: tuple[int, Any]) -> None:
        number, content = sent
        with transaction.atomic():
            assert ways[number][1](content) < 500
            transaction.set_rollback(True)

    never()


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


def _dialpad() -> dict[str, Any]:
    return {
        "call_id": 5, "state": "recording", "direction": "outbound", "date_started": 1_776_178_800_000,
        "date_connected": 1_776_178_805_000, "date_ended": 1_776_178_860_000, "duration": 55_000.0,
        "external_number": "+14045550100", "internal_number": "+14705550101",
        "target": {"id": 3, "name": "Jo", "email": "jo@northwind.example"}, "contact": {"name": "Pat"},
        "recording_details": [{"id": "r1", "recording_type": "admincallrecording", "url": "https://a.example/1"}],
    }  # fmt: skip
