"""Every route, asked by a user of every permission set and by a stranger."""

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group as PermissionSet
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from factories import CallFactory, PersonFactory, UserFactory
from onrecord.accounts.models import User
from onrecord.accounts.permissions import DEEDS, SETS, Permission
from onrecord.blobs.store import AUDIO, MANIFEST, PEAKS
from onrecord.calls.models import Call
from onrecord.recordings.models import Recording
from onrecord.recordings.views import blob_store

pytestmark = pytest.mark.django_db

WHO = ("Admin", "Compliance", "Manager", "Read-only", "Rep", "", "stranger")

# What a route answers, in the order of WHO. Nobody listens at the switch's address: 503 is "let through".
EVERYONE = (200, 200, 200, 200, 200, 200, 401)
PAGE = (200, 200, 200, 200, 200, 403, 302)
CALLER = (503, 403, 503, 403, 503, 403, 401)
LISTENER = (200, 200, 200, 403, 200, 403, 302)
SETTINGS = (200, 200, 403, 403, 403, 403, 302)
#: A change that names no edition of the draft: let through, then told that the page is old.
CHANGE = (409, 409, 403, 403, 403, 403, 302)

ROUTES: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", ""): (302,) * 7,
    ("GET", "sign-in"): (302,) * 6 + (200,),
    ("POST", "sign-out"): (302,) * 7,
    ("GET", "people"): PAGE,
    ("GET", "people/<int:person_id>"): PAGE,
    ("GET", "calls"): PAGE,
    ("GET", "calls/export"): PAGE,
    ("GET", "calls/<str:call_id>"): PAGE,
    ("POST", "people/<int:person_id>/do-not-record"): (302, 302, 403, 403, 403, 403, 302),
    ("GET", "settings/call-recording"): SETTINGS,
    ("POST", "settings/call-recording/basics"): CHANGE,
    ("POST", "settings/call-recording/level"): CHANGE,
    ("POST", "settings/call-recording/preset"): CHANGE,
    ("GET", "settings/call-recording/rule"): SETTINGS,
    ("POST", "settings/call-recording/rule"): CHANGE,
    ("POST", "settings/call-recording/rule/remove"): CHANGE,
    ("POST", "settings/call-recording/numbers"): CHANGE,
    ("POST", "settings/call-recording/numbers/remove"): CHANGE,
    ("POST", "settings/call-recording/announcements"): (422, 422, 403, 403, 403, 403, 302),
    ("GET", "settings/call-recording/announcements/<str:name>"): SETTINGS,
    ("GET", "settings/call-recording/review"): SETTINGS,
    ("POST", "settings/call-recording/publish"): CHANGE,
    ("POST", "settings/call-recording/up-to-date"): CHANGE,
    ("POST", "settings/call-recording/discard"): CHANGE,
    ("GET", "settings/call-recording/areas"): SETTINGS,
    ("GET", "settings/call-recording/simulate"): SETTINGS,
    ("GET", "settings/call-recording/simulate/calls"): SETTINGS,
    ("GET", "settings/call-recording/simulate/people"): SETTINGS,
    ("GET", "settings/call-recording/versions"): SETTINGS,
    ("GET", "settings/call-recording/versions/<int:number>"): SETTINGS,
    ("POST", "settings/call-recording/versions/<int:number>/copy"): CHANGE,
    ("GET", "recordings/<str:call_id>/audio"): LISTENER,
    ("GET", "recordings/<str:call_id>/audio?download=1"): (200, 200, 403, 403, 403, 403, 302),
    ("GET", "recordings/<str:call_id>/peaks"): LISTENER,
    ("GET", "recordings/<str:call_id>/manifest"): (200, 200, 200, 403, 403, 403, 302),
    ("GET", "events"): EVERYONE,
    ("POST", "internal/events"): (401,) * 7,
    # What there is to ask, not an answer: the project is open source.
    ("GET", "api/v2/openapi.json"): (200,) * 7,
    ("GET", "api/v2/dialer/preview"): (200, 403, 200, 403, 200, 403, 401),
    ("PUT", "api/v2/dialer/record-next-call"): (200, 403, 200, 403, 200, 403, 401),
    ("GET", "api/v2/people"): (200, 200, 200, 200, 200, 403, 401),
    ("POST", "api/v2/calls"): (409, 403, 409, 403, 409, 403, 401),
    ("GET", "api/v2/calls/current"): EVERYONE,
    ("POST", "api/v2/calls/<call_id>/attach"): CALLER,
    ("POST", "api/v2/calls/<call_id>/detach"): CALLER,
    ("POST", "api/v2/calls/<call_id>/recording"): CALLER,
    ("POST", "api/v2/calls/<call_id>/dtmf"): CALLER,
    ("POST", "api/v2/calls/<call_id>/hangup"): CALLER,
    ("PUT", "api/v2/calls/<call_id>/log"): (200, 403, 200, 403, 200, 403, 401),
}

BODIES: dict[str, dict[str, object]] = {
    "calls": {"to": "+13125550123", "sdp": "v=0"},
    "attach": {"sdp": "v=0"},
    "recording": {"wanted": "paused"},
    "dtmf": {"digits": "1"},
    "record-next-call": {"wanted": True},
    "log": {"notes": "x"},
}


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def user(who: str) -> User:
    return UserFactory(permission_set="" if who == "stranger" else who)


@pytest.fixture
def client(who: str, user: User) -> Client:
    client = Client()
    if who != "stranger":
        client.force_login(user)
    return client


@pytest.fixture
def recorded(user: User) -> Iterator[Call]:
    """An ended call of the user's with a recording in the store."""
    call = CallFactory(
        user=user,
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
        recording__sha256="ab" * 32,
    )
    store = blob_store()
    store.begin(call.pk, bytes(32))
    for name in (AUDIO, PEAKS, MANIFEST):
        store.put(call.pk, name, b"{}")
    yield call
    store.erase(call.pk)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_answers_as_the_table_says(
    who: str, user: User, client: Client, recorded: Call, route: tuple[str, str]
) -> None:
    method, path = route
    live = CallFactory(user=user)
    call = recorded if path.startswith(("recordings", "calls/")) else live
    path = path.replace("<str:call_id>", call.pk).replace("<call_id>", call.pk)
    path = path.replace("<int:person_id>", str(PersonFactory().pk))
    path = path.replace("<int:number>", "1").replace("<str:name>", "consent-announcement")
    body = BODIES.get(path.rpartition("/")[2], {})
    answer = client.generic(
        method, f"/{path}", data=json.dumps(body) if method != "GET" else "", content_type="application/json"
    )
    assert answer.status_code == ROUTES[route][WHO.index(who)], getattr(answer, "content", b"")
    if answer.status_code in {400, 403, 503} and path.startswith("api/"):
        assert answer.json().keys() == {"code", "message"}


def test_the_table_lists_every_route() -> None:
    listed = {path.partition("?")[0] for _, path in ROUTES}
    assert set(_paths(get_resolver())) == listed


def _paths(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            # The API's root has no page of its own.
            if path != "api/v2/":
                yield path
        else:
            yield from _paths(pattern, path)


def test_permissions_are_listed_alphabetically_and_each_has_its_words() -> None:
    assert list(Permission) == sorted(Permission)
    assert set(DEEDS) == set(Permission)


def test_a_new_installation_has_the_permission_sets_with_their_permissions() -> None:
    for name, permissions in SETS.items():
        held = PermissionSet.objects.get(name=name).permissions.values_list("codename", flat=True)
        assert set(held) == set(permissions)


def test_a_recording_that_is_not_complete_is_not_served() -> None:
    user = UserFactory(permission_set="Admin")
    client = Client()
    client.force_login(user)
    call = CallFactory(user=user)
    assert Recording.objects.get(pk=call.pk).status == "pending"
    assert client.get(f"/recordings/{call.pk}/audio").status_code == 404
