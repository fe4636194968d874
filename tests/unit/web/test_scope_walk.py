"""Nobody sees calls out of scope: every route, requested by users with all permissions except wider scope."""

import json
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from test_every_route import BODIES, ROUTES, SCHEMA

from factories import CallFactory, GroupFactory, PersonFactory, UserFactory, permit_only
from harness.stored import store_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.log_actions import take_notes
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.calls.notes import Notes
from onrecord.apps.calls.recording_actions import copy_facts
from onrecord.apps.coaching.models import Assessment, Clip, Playlist, Review
from onrecord.apps.recordings.comments import add_comment
from onrecord.apps.recordings.opening import blob_store
from onrecord.apps.sharing.models import ShareLink

pytestmark = pytest.mark.django_db

#: What the permissions about scope leave to see; who has none of them sees nobody's calls.
SCOPES = {
    "own": {Permission.CALLS_VIEW_OWN},
    "group": {Permission.CALLS_VIEW_OWN, Permission.CALLS_VIEW_GROUP},
    "none": set[Permission](),
}
VIEWS = {Permission.CALLS_VIEW_OWN, Permission.CALLS_VIEW_GROUP, Permission.CALLS_VIEW_TEAM}

#: Stands in all that is said of the call: where it comes up, something was let out.
SECRET = "quetzalcoatlus"
NUMBER = "+13125550177"

#: Placeholders of things that belong to a call.
OF_CALLS = (
    "<str:call_id>",
    "<call_id>",
    "<int:clip_id>",
    "<int:review_id>",
    "<int:assessment_id>",
    "<str:link_id>",
    "<comment_id>",
)
#: Things of the team, which everybody with the permission may see.
OF_TEAM = (
    "<int:person_id>",
    "<int:number>",
    "<str:name>",
    "<int:set_id>",
    "<str:package>",
    "<str:field>",
    "<int:request_id>",
    "<int:view_id>",
    "<int:token_id>",
    "<int:delivery_id>",
    "<int:kept_id>",
    "<str:key>",
    "<int:playlist_id>",
    "<int:scorecard_id>",
)


@pytest.fixture
def zoe() -> User:
    """A rep of another group."""
    return UserFactory(name="Zoe", group=GroupFactory(name="West"))


@pytest.fixture
def call(zoe: User) -> Iterator[Call]:
    """Zoe's call, with everything that a call can have."""
    at = timezone.now()
    call: Call = CallFactory(
        user=zoe,
        person=PersonFactory(number=""),
        number=NUMBER,
        status="completed",
        created_at=at,
        answered_at=at,
        ended_at=at,
        recording={},
        recording__status="completed",
        recording__completed_at=at,
        recording__duration_ms=60_000,
        recording__sha256="ab" * 32,
    )
    copy_facts(call)
    take_notes(call, Notes(text=SECRET, revision=0), acting_user=zoe)
    recording = Recording.objects.get(pk=call.pk)
    add_comment(recording, at_ms=0, text=SECRET, parent=None, acting_user=zoe)
    store_recording(call, SECRET.encode(), peaks=SECRET.encode(), manifest=SECRET.encode())
    yield call
    blob_store().erase(call.pk)


@pytest.fixture(params=SCOPES)
def outsider(request: pytest.FixtureRequest) -> User:
    """A user with all permissions, but only within their scope."""
    user: User = UserFactory(name="Ann", permission_set="")
    permit_only(user, (set(Permission) - VIEWS) | SCOPES[request.param])
    return user


@pytest.fixture
def ids(call: Call, zoe: User, outsider: User) -> dict[str, str]:
    """Values for the placeholders of OF_CALLS: what belongs to Zoe's call, including the outsider's part."""
    recording = Recording.objects.get(pk=call.pk)
    # Shared with all, asked of the outsider, put into their own playlist when they still saw it.
    theirs = Playlist.objects.create(team=zoe.team, owner=outsider, name="Mine")
    shared = Playlist.objects.create(team=zoe.team, owner=zoe, name="Shared", is_shared=True)
    for playlist in (theirs, shared):
        Clip.objects.create(
            playlist=playlist, recording=recording, start_ms=0, end_ms=1000, position=0, note=""
        )
    review = Review.objects.create(recording=recording, asked_by=zoe, reviewer=outsider, note=SECRET)
    Review.objects.create(
        recording=recording,
        asked_by=outsider,
        reviewer=zoe,
        state="done",
        answer=SECRET,
        seen_at=timezone.now(),
    )
    assessment = Assessment.objects.create(
        recording=recording, author=zoe, name=SECRET, questions=[], answers=[], score=None
    )
    link = ShareLink.objects.create(
        team=zoe.team,
        recording=recording,
        created_by=zoe,
        expires_at=timezone.now(),
        token_hash="0" * 64,
    )
    return {
        "<str:call_id>": call.pk,
        "<call_id>": call.pk,
        # Their own playlist is theirs to tidy up: of the clip they learn nothing.
        "<int:clip_id>": str(shared.clips.get().pk),
        "<int:review_id>": str(review.pk),
        "<int:assessment_id>": str(assessment.pk),
        "<str:link_id>": link.pk,
        "<comment_id>": str(recording.comments.get().pk),
        "<int:playlist_id>": str(shared.pk),
    }


def ask(client: Client, method: str, path: str) -> HttpResponse:
    body = BODIES.get(path.partition("?")[0].rpartition("/")[2], {})
    return client.generic(
        method, f"/{path}", data=json.dumps(body) if method != "GET" else "", content_type="application/json"
    )


def said(answer: HttpResponse) -> str:
    """Everything that was sent, including headers."""

    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    if answer.streaming:
        streamed = answer.streaming_content
        body = async_to_sync(collect)() if hasattr(streamed, "__aiter__") else b"".join(streamed)
    else:
        body = answer.content
    return f"{dict(answer.headers)} {body.decode(errors='replace')}"


def test_every_placeholder_is_known_to_this_test() -> None:
    used = {part for _, path in ROUTES for part in path.partition("?")[0].split("/") if part.startswith("<")}
    assert used == set(OF_CALLS) | set(OF_TEAM)


def test_no_route_reveals_a_call_out_of_scope(outsider: User, call: Call, ids: dict[str, str]) -> None:
    client = Client()
    client.force_login(outsider)
    asked = 0
    for method, pattern in ROUTES:
        if pattern in ("events", SCHEMA) or "sign-out" in pattern:
            continue
        path = pattern
        for placeholder, value in ids.items():
            path = path.replace(placeholder, value)
        for placeholder in OF_TEAM:
            path = path.replace(placeholder, str(call.person_id) if "person" in placeholder else "1")
        answer = ask(client, method, path)
        asked += 1
        if any(placeholder in pattern for placeholder in OF_CALLS) and not pattern.startswith("shared"):
            is_own_link = "links/" in pattern and answer.status_code == 302
            assert answer.status_code in {403, 404} or is_own_link, (method, path, answer.status_code)
        text = said(answer)
        for secret in (SECRET, call.pk, NUMBER, NUMBER[2:]):
            assert secret not in text, (method, path, secret)
    assert asked == len(ROUTES) - 3, "all but the stream, the schema and signing out"


def test_no_search_filter_export_or_list_page_finds_it(
    outsider: User, zoe: User, call: Call, ids: dict[str, str]
) -> None:
    client = Client()
    client.force_login(outsider)
    queries = [
        {"q": NUMBER},
        {"q": "Zoe"},
        {"q": str(call.person)},
        # Written in its notes and in a comment; the page says what was asked for.
        {"q": SECRET[:6]},
        {"rep": str(zoe.pk)},
        {"group": str(zoe.group_id)},
        {"person": str(call.person_id)},
        {"playlist": ids["<int:playlist_id>"]},
        {"source": "Dialer"},
        {"notes": "yes"},
        {"status": "completed"},
        {"tab": "notes"},
        {"tab": "calls"},
    ]
    pages = ("recordings", "calls", "calls/export", "reports/recording", f"people/{call.person_id}")
    for path in pages:
        for query in queries:
            text = said(client.get(f"/{path}", query))
            assert SECRET not in text, (path, query)
            assert f"/calls/{call.pk}" not in text, (path, query)
            assert f"/recordings/{call.pk}" not in text, (path, query)
    assert said(client.get("/api/v2/notifications")).count(SECRET) == 0
    assert client.get("/api/v2/coaching/counts").json() == {"reviews": 0, "answers": 0}


@pytest.mark.django_db(transaction=True)
def test_users_with_the_call_in_scope_see_it_so_the_walk_proves_something(zoe: User, call: Call) -> None:
    chief = UserFactory(name="Ida", permission_set="Admin")
    client = Client()
    client.force_login(chief)
    found = [f"{path}?q={SECRET[:6]}" for path in ("calls", "recordings", "calls/export")]
    for path in ("calls", f"calls/{call.pk}", "calls/export", f"recordings/{call.pk}/audio", *found):
        text = said(client.get(f"/{path}"))
        assert SECRET in text or call.pk in text, path
