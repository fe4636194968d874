"""Notifications from all apps, in one list."""

import pytest
from django.test import Client

from factories import CallFactory, UserFactory
from onrecord.apps.calls.models import Recording
from onrecord.apps.recordings.notifications import NotificationKind, notify
from onrecord.web.api.notifications import WORDS

KINDS = [kind for kinds in NotificationKind.__subclasses__() for kind in kinds]


def test_every_notification_kind_has_a_unique_name_and_words() -> None:
    assert len(KINDS) > 1
    assert sorted(kind.value for kind in KINDS) == sorted(WORDS)
    # Without words of its own, a kind would have those that Django makes of its name.
    assert all(kind.label != kind.name.replace("_", " ").title() for kind in KINDS)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_a_notification_of_every_kind_says_who_did_what(kind: NotificationKind) -> None:
    ana, zoe = UserFactory(name="Ana"), UserFactory(name="Zoe")
    recording = Recording.objects.get(pk=CallFactory(user=ana).pk)
    notify(ana.pk, recording, kind, text="Good talk", acting_user=zoe)
    client = Client()
    client.force_login(ana)
    (shown,) = client.get("/api/v2/notifications").json()["notifications"]
    assert (shown["kind"], shown["title"], shown["text"]) == (kind.value, f"Zoe {kind.label}", "Good talk")
