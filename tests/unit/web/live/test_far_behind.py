"""Live events can be resumed, but not from far back, because all streams share one thread."""

import pytest
from django.test import Client
from django.utils import timezone

from factories import CallFactory, UserFactory
from onrecord.apps.calls.models import CallEvent
from onrecord.web.live import views


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_missed_too_much_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_BEHIND", 2)
    ana = UserFactory(permission_set="Admin")
    client, call = Client(), CallFactory(user=ana)
    client.force_login(ana)
    events = [CallEvent.objects.create(call=call, type="call.ringing", at=timezone.now()) for _ in range(4)]

    def asked_after(seq: int) -> int:
        return client.get("/events", headers={"Last-Event-ID": str(seq)}).status_code

    assert asked_after(events[0].seq) == 410
    assert asked_after(events[1].seq) == 200
    assert client.get("/events").status_code == 200
