"""Asking the admins about a locked control, and their answers."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, PersonFactory, TeamFactory, UserFactory, allow_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.requests.models import RecordingRequest
from onrecord.policy.document import Rule
from onrecord.policy.mode import Mode

pytestmark = pytest.mark.django_db

CONSENT = Rule(name="All-party states", where=("US-CA",), mode=Mode.NONE, because="requires consent")
SENTENCE = "Off: California requires consent (rule 'All-party states')."


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana")


@pytest.fixture
def rep(ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def admin() -> Client:
    return signed_in(UserFactory(name="Ida", permission_set="Compliance"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(rep: Client, number: str = "+14155550123", **fields: Any) -> HttpResponse:
    return rep.post("/api/v2/requests", {"number": number} | fields, content_type="application/json")


def counts(client: Client) -> dict[str, int]:
    shown: dict[str, int] = client.get("/api/v2/requests/counts").json()
    return shown


def test_a_request_has_the_reason_of_the_servers_own_decision(rep: Client, ana: User) -> None:
    allow_recording(rules=(CONSENT,))
    person = PersonFactory(name="Jo Doe", number="+14155550123")
    answer = ask(rep, "(415) 555-0123", note=" May I? ", sentence="On: everything is allowed.")
    assert answer.status_code == 201
    assert (answer.json()["sentence"], answer.json()["policy_version"]) == (SENTENCE, 2)
    request = RecordingRequest.objects.get()
    assert (request.user, request.number, request.person, request.note) == (
        ana,
        "+14155550123",
        person,
        "May I?",
    )
    assert (request.mode, request.sentence, request.policy_version_id) == ("none", SENTENCE, 2)
    assert AuditEntry.objects.get(action="recording.request_asked").actor == ana


def test_during_a_call_the_calls_own_decision_is_attached(rep: Client, ana: User) -> None:
    allow_recording()
    call = CallFactory(user=ana, number="+14155550123", restriction=None)
    ask(rep, "", call_id=call.pk)
    request = RecordingRequest.objects.get()
    assert (request.call, request.number) == (call, call.number)
    assert (request.sentence, request.policy_version_id) == (call.decision["sentence"], 1)


def test_a_user_cannot_ask_about_another_users_call(rep: Client) -> None:
    assert ask(rep, "", call_id=CallFactory().pk).status_code == 404


def test_a_number_is_asked_about_once_until_it_is_settled(rep: Client, admin: Client) -> None:
    ask(rep)
    again = ask(rep)
    assert (again.status_code, again.json()["code"]) == (409, "asked_already")
    admin.post(f"/settings/requests/{RecordingRequest.objects.get().pk}/close")
    assert ask(rep).status_code == 201


@pytest.mark.parametrize(
    ("number", "note", "status"), [("", "", 400), ("12", "", 400), ("+14155550123", "x" * 2001, 400)]
)
def test_an_invalid_request_is_refused_with_a_sentence(
    rep: Client, number: str, note: str, status: int
) -> None:
    answer = ask(rep, number, note=note)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert not RecordingRequest.objects.exists()


def test_the_admin_sees_the_reason_and_the_rep_the_answer(rep: Client, admin: Client) -> None:
    allow_recording(rules=(CONSENT,))
    PersonFactory(name="Jo Doe", number="+14155550123")
    ask(rep, note="She asked for it.")
    assert (counts(admin), counts(rep)) == ({"open": 1, "news": 0}, {"open": 0, "news": 0})
    inbox = admin.get("/settings/requests").content.decode()
    for shown in (
        "Ana asks",
        "Jo Doe",
        "+1 415-555-0123",
        "California requires consent",
        "She asked for it.",
    ):
        assert shown in inbox
    assert "Policy version 2" in inbox

    request = RecordingRequest.objects.get()
    admin.post(f"/settings/requests/{request.pk}/answer", {"answer": "No: the law of California."})
    assert (counts(admin), counts(rep)) == ({"open": 0, "news": 0}, {"open": 0, "news": 1})
    page = rep.get("/requests").content.decode()
    assert "New answer" in page
    assert "No: the law of California." in page
    assert counts(rep)["news"] == 0
    assert "New answer" not in rep.get("/requests").content.decode()
    settled = AuditEntry.objects.get(action="recording.request_answered")
    assert settled.actor is not None
    assert (settled.actor.pk, settled.details) == (
        request.__class__.objects.get().settled_by_id,
        {"answer": "No: the law of California."},
    )


def test_an_empty_answer_is_refused(rep: Client, admin: Client) -> None:
    ask(rep)
    request = RecordingRequest.objects.get()
    answer = admin.post(f"/settings/requests/{request.pk}/answer", {"answer": "  "})
    assert answer.status_code == 422
    assert "Write an answer first" in answer.content.decode()
    assert RecordingRequest.objects.open().exists()


def test_closing_without_an_answer_is_shown_to_the_rep_too(rep: Client, admin: Client) -> None:
    ask(rep)
    admin.post(f"/settings/requests/{RecordingRequest.objects.get().pk}/close")
    assert counts(rep)["news"] == 1
    assert "Without an answer" in rep.get("/requests").content.decode()
    assert AuditEntry.objects.filter(action="recording.request_closed").count() == 1


def test_two_admins_cannot_both_answer_a_request(rep: Client, admin: Client) -> None:
    ask(rep)
    path = f"/settings/requests/{RecordingRequest.objects.get().pk}/answer"
    admin.post(path, {"answer": "No."})
    late = signed_in(UserFactory(permission_set="Admin")).post(path, {"answer": "Yes."})
    assert late.status_code == 422
    assert "Ida has already handled this request" in late.content.decode()
    assert RecordingRequest.objects.get().answer == "No."


def test_another_teams_requests_are_not_found(rep: Client, ana: User) -> None:
    ask(rep)
    other = signed_in(UserFactory(team=TeamFactory(name="Another"), permission_set="Admin"))
    assert counts(other)["open"] == 0
    assert "Ana asks" not in other.get("/settings/requests").content.decode()
    path = f"/settings/requests/{RecordingRequest.objects.get().pk}/answer"
    assert other.post(path, {"answer": "Yes."}).status_code == 404


def test_a_rep_sees_only_their_own(rep: Client) -> None:
    ask(rep, note="Mine")
    other = signed_in(UserFactory(name="Ben"))
    assert "Mine" not in other.get("/requests").content.decode()


def test_a_note_with_markup_is_shown_as_text(rep: Client, admin: Client) -> None:
    ask(rep, note="<script>alert(1)</script>")
    assert b"<script>alert" not in admin.get("/settings/requests").content
