"""Comments on recordings: who may read and write them, and who is notified."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, GroupFactory, UserFactory
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call, CallEvent
from onrecord.apps.recordings.comments import named
from onrecord.apps.recordings.models import Comment, Notification

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana Torres")


@pytest.fixture
def mia() -> User:
    return UserFactory(name="Mia Chen", permission_set="Manager")


@pytest.fixture
def call(ana: User) -> Call:
    return CallFactory(
        user=ana,
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
        recording__duration_ms=60_000,
    )


def say(user: User, call: Call, text: str, at_ms: int = 5000, **more: Any) -> HttpResponse:
    body = {"at_ms": at_ms, "text": text} | more
    return signed_in(user).post(
        f"/api/v2/recordings/{call.pk}/comments", body, content_type="application/json"
    )


def heard(user: User, call: Call) -> list[dict[str, Any]]:
    comments: list[dict[str, Any]] = (
        signed_in(user).get(f"/api/v2/recordings/{call.pk}/comments").json()["comments"]
    )
    return comments


def notifications(user: User) -> dict[str, Any]:
    answer: dict[str, Any] = signed_in(user).get("/api/v2/notifications").json()
    return answer


def test_comments_are_in_order_of_the_audio_with_their_replies(ana: User, mia: User, call: Call) -> None:
    late = say(ana, call, "Price came up late.", at_ms=40_000).json()
    early = say(mia, call, " Good opening. ", at_ms=3000).json()
    say(ana, call, "Thank you!", at_ms=59_000, parent_id=early["id"])
    found = heard(mia, call)
    assert [one["id"] for one in found] == [early["id"], late["id"]]
    assert found[0]["text"] == "Good opening."
    assert (found[0]["author"], found[0]["mine"], found[1]["mine"]) == ("Mia Chen", True, False)
    assert [(reply["text"], reply["at_ms"]) for reply in found[0]["replies"]] == [("Thank you!", 3000)]


def test_a_mentioned_user_and_the_author_replied_to_are_notified(ana: User, mia: User, call: Call) -> None:
    first = say(ana, call, "What do you think, @mia chen?", at_ms=83_000 // 2).json()
    told = notifications(mia)
    assert told["unseen"] == 1
    (newest,) = told["notifications"]
    assert (newest["kind"], newest["author"], newest["seen"]) == (
        "mention",
        "Ana Torres",
        False,
    )
    assert newest["url"] == f"/calls/{call.pk}#t=41"
    assert notifications(ana)["notifications"] == []

    say(mia, call, "Well done.", parent_id=first["id"])
    assert [one["kind"] for one in notifications(ana)["notifications"]] == ["reply"]
    assert signed_in(mia).post("/api/v2/notifications/seen").status_code == 204
    assert notifications(mia)["unseen"] == 0


def test_users_who_may_not_hear_the_recording_are_not_notified(ana: User, call: Call) -> None:
    west = GroupFactory(name="West")
    UserFactory(name="Ben Rep")
    UserFactory(name="Wes West", permission_set="Manager", group=west)
    UserFactory(name="Rea Only", permission_set="Read-only")
    UserFactory(name="Gone Away", permission_set="Admin", is_active=False)
    say(ana, call, "@Ben Rep @Wes West @Rea Only @Gone Away @Ana Torres")
    assert not Notification.objects.exists()
    found = signed_in(ana).get(f"/api/v2/recordings/{call.pk}/listeners").json()["people"]
    assert [one["name"] for one in found] == ["Ana Torres"]


def test_a_notification_is_gone_when_the_recording_is_out_of_scope(ana: User, mia: User, call: Call) -> None:
    say(ana, call, "@Mia Chen")
    mia.group = GroupFactory(name="West")
    mia.save()
    assert notifications(User.objects.get(pk=mia.pk)) == {"unseen": 0, "notifications": []}


def test_comments_on_calls_out_of_scope_are_not_found(call: Call, ana: User) -> None:
    comment = Comment.objects.create(recording=call.recording, author=ana, at_ms=0, text="x")
    ben = UserFactory(name="Ben")
    assert say(ben, call, "Hello").status_code == 404
    browser = signed_in(ben)
    assert browser.get(f"/api/v2/recordings/{call.pk}/comments").status_code == 404
    assert browser.get(f"/api/v2/recordings/{call.pk}/listeners").status_code == 404
    assert browser.delete(f"/api/v2/recordings/{call.pk}/comments/{comment.pk}").status_code == 404
    assert list(Comment.objects.visible_to(ben)) == []


def test_users_delete_their_own_comments_together_with_the_replies(ana: User, mia: User, call: Call) -> None:
    first = say(ana, call, "@Mia Chen").json()
    say(mia, call, "Yes?", parent_id=first["id"])
    path = f"/api/v2/recordings/{call.pk}/comments/{first['id']}"
    assert signed_in(mia).delete(path).status_code == 404
    assert signed_in(ana).delete(path).status_code == 204
    assert not Comment.objects.exists()
    assert not Notification.objects.exists()


def test_a_comment_is_audited_and_sent_as_an_event(ana: User, mia: User, call: Call) -> None:
    comment = say(ana, call, "@Mia Chen").json()
    entry = AuditEntry.objects.get(action="recording.commented")
    assert (entry.actor, entry.object_id) == (ana, call.pk)
    assert entry.details == {"comment": comment["id"], "told": [mia.pk]}
    assert CallEvent.objects.filter(call=call, type="recording.commented").count() == 1


@pytest.mark.parametrize(
    "body", [{"text": " "}, {"text": "x", "at_ms": -1}, {"text": "x", "at_ms": 60_001}, {"text": "x" * 5001}]
)
def test_a_comment_without_text_or_outside_the_audio_is_refused(
    ana: User, call: Call, body: dict[str, Any]
) -> None:
    assert say(ana, call, **body).status_code == 400
    assert not Comment.objects.exists()


def test_a_reply_to_a_comment_on_another_recording_is_refused(ana: User, call: Call) -> None:
    other = CallFactory(user=ana, status="completed", ended_at="2026-03-02T15:01:00Z", recording={})
    elsewhere = Comment.objects.create(recording=other.recording, author=ana, at_ms=0, text="x")
    assert say(ana, call, "x", parent_id=elsewhere.pk).status_code == 404


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ana", {"Ana"}),
        ("Ask @ana torres, not @Max.", {"Ana Torres", "Max"}),
        ("@Anabel", set()),
        ("mail ana@max.example", {"Max"}),
        ("nobody", set()),
    ],
)
def test_a_name_after_an_at_sign_is_a_mention(text: str, names: set[str]) -> None:
    assert named(text, ["Ana", "Ana Torres", "Max"]) == names
