"""Every route, requested by a user of each permission set and by a stranger."""

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission as PermissionRow
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from factories import CallFactory, PersonFactory, UserFactory
from harness.stored import store_recording
from onrecord.apps.accounts.models import PermissionSet, User
from onrecord.apps.accounts.permissions import SETS, VERBS, Permission
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.recordings.models import SavedView
from onrecord.apps.recordings.opening import blob_store
from onrecord.apps.requests.models import RecordingRequest
from onrecord.web.api.root import api
from onrecord.web.pages.settings.permission_matrix import MATRIX
from onrecord.web.pages.settings.sections import SECTIONS

pytestmark = pytest.mark.django_db

WHO = ("Admin", "Compliance", "Manager", "Read-only", "Rep", "", "stranger")

# What a route answers, in the order of WHO. Nobody listens at the switch's address: 503 is "let through".
EVERYONE = (200, 200, 200, 200, 200, 200, 401)
PAGE = (200, 200, 200, 200, 200, 403, 302)
CALLER = (503, 403, 503, 403, 503, 403, 401)
LISTENER = (200, 200, 200, 403, 200, 403, 302)
HEARER = (200, 200, 200, 403, 200, 403, 401)
SETTINGS = (200, 200, 403, 403, 403, 403, 302)
#: A change that names no revision of the draft: let through, then told that the page is old.
CHANGE = (409, 409, 403, 403, 403, 403, 302)

ADMIN = (200, 403, 403, 403, 403, 403, 302)
#: Let through, then told what is wrong with the empty form.
ADMIN_CHANGE = (422, 403, 403, 403, 403, 403, 302)
ANSWERER = (200, 200, 403, 403, 403, 403, 302)

ROUTES: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", ""): (302,) * 7,
    ("GET", "sign-in"): (302,) * 6 + (200,),
    ("POST", "sign-in"): (422,) * 7,
    ("POST", "sign-out"): (302,) * 7,
    ("GET", "people"): PAGE,
    ("GET", "people/<int:person_id>"): PAGE,
    ("GET", "calls"): PAGE,
    ("GET", "calls/export"): PAGE,
    ("GET", "calls/<str:call_id>"): PAGE,
    ("POST", "calls/<str:call_id>/log"): (302, 403, 302, 403, 302, 403, 302),
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
    ("POST", "settings/call-recording/announcements/<str:name>/remove"): (404, 404, 403, 403, 403, 403, 302),
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
    ("GET", "coaching"): LISTENER,
    # Without a name: let through, and asked for one.
    ("POST", "coaching"): (422, 422, 422, 403, 422, 403, 302),
    # Nobody's own.
    ("GET", "coaching/playlists/<int:playlist_id>"): (404, 404, 404, 403, 404, 403, 302),
    ("POST", "coaching/playlists/<int:playlist_id>/change"): (404, 404, 404, 403, 404, 403, 302),
    ("POST", "coaching/clips/<int:clip_id>"): (404, 404, 404, 403, 404, 403, 302),
    ("GET", "coaching/reviews"): LISTENER,
    ("POST", "coaching/reviews/<int:review_id>"): (404, 404, 404, 403, 404, 403, 302),
    ("POST", "coaching/scores/<int:assessment_id>"): (404, 404, 404, 403, 404, 403, 302),
    ("GET", "recordings/<str:call_id>/clips"): LISTENER,
    ("POST", "recordings/<str:call_id>/clips"): (422, 422, 422, 403, 422, 403, 302),
    # Names nobody, or no scorecard.
    ("POST", "recordings/<str:call_id>/reviews"): (400, 400, 400, 403, 400, 403, 302),
    ("POST", "recordings/<str:call_id>/scores"): (400, 403, 400, 403, 403, 403, 302),
    ("GET", "settings/scorecards"): (200, 403, 200, 403, 403, 403, 302),
    ("POST", "settings/scorecards"): (422, 403, 422, 403, 403, 403, 302),
    ("POST", "settings/scorecards/<int:scorecard_id>"): (404, 403, 404, 403, 403, 403, 302),
    ("GET", "api/v2/coaching/counts"): EVERYONE,
    ("GET", "requests"): (200, 200, 200, 200, 200, 200, 302),
    ("GET", "reports/recording"): (200, 200, 200, 403, 403, 403, 302),
    ("GET", "settings"): (302, 302, 302, 403, 403, 403, 302),
    ("GET", "settings/permission-sets"): ADMIN,
    ("POST", "settings/permission-sets"): (302, 403, 403, 403, 403, 403, 302),
    ("POST", "settings/permission-sets/new"): ADMIN_CHANGE,
    ("GET", "settings/permission-sets/users"): ADMIN,
    ("POST", "settings/permission-sets/users"): (302, 403, 403, 403, 403, 403, 302),
    ("POST", "settings/permission-sets/<int:set_id>/rename"): ADMIN_CHANGE,
    ("POST", "settings/permission-sets/<int:set_id>/delete"): ADMIN_CHANGE,
    ("GET", "settings/dispositions"): ADMIN,
    ("POST", "settings/dispositions/<str:field>"): (400, 403, 403, 403, 403, 403, 302),
    ("GET", "settings/packages"): ADMIN,
    ("POST", "settings/packages/<str:package>"): (400, 403, 403, 403, 403, 403, 302),
    ("GET", "settings/requests"): ANSWERER,
    ("POST", "settings/requests/<int:request_id>/answer"): (422, 422, 403, 403, 403, 403, 302),
    ("POST", "settings/requests/<int:request_id>/close"): (302, 302, 403, 403, 403, 403, 302),
    ("GET", "recordings"): PAGE,
    # Without a name: let through, and asked for one.
    ("POST", "recordings/views"): (422, 422, 422, 422, 422, 403, 302),
    ("POST", "recordings/views/<int:view_id>"): (422, 422, 422, 422, 422, 403, 302),
    ("POST", "recordings/views/<int:view_id>/delete"): (302, 302, 302, 302, 302, 403, 302),
    ("GET", "recordings/<str:call_id>/audio"): LISTENER,
    ("GET", "recordings/<str:call_id>/audio?download=ogg"): (200, 200, 403, 403, 403, 403, 302),
    ("POST", "recordings/<str:call_id>/links"): (422, 403, 422, 403, 403, 403, 302),
    # Nobody's own.
    ("POST", "recordings/links/<str:link_id>/revoke"): (404, 404, 404, 404, 404, 404, 302),
    # Opened by a token or by the cookie that it gives: a session opens neither.
    ("GET", "shared"): (200,) * 7,
    ("POST", "shared"): (404,) * 7,
    ("GET", "shared/<str:link_id>"): (404,) * 7,
    ("GET", "shared/<str:link_id>/audio"): (404,) * 7,
    ("GET", "shared/<str:link_id>/peaks"): (404,) * 7,
    ("GET", "settings/sharing"): SETTINGS,
    ("POST", "settings/sharing"): (302, 302, 403, 403, 403, 403, 302),
    ("POST", "settings/sharing/revoke-all"): (302, 302, 403, 403, 403, 403, 302),
    ("GET", "recordings/<str:call_id>/peaks"): LISTENER,
    ("GET", "recordings/<str:call_id>/manifest"): (200, 200, 200, 403, 403, 403, 302),
    ("POST", "recordings/<str:call_id>/verify"): (302, 302, 302, 403, 403, 403, 302),
    ("GET", "events"): EVERYONE,
    ("POST", "internal/events"): (401,) * 7,
    ("GET", "settings/integrations"): ADMIN,
    ("POST", "settings/integrations/tokens"): ADMIN_CHANGE,
    ("POST", "settings/integrations/dialers"): ADMIN_CHANGE,
    # Nothing is there to be changed: let through, then not found.
    ("POST", "settings/integrations/tokens/<int:token_id>/revoke"): (404, 403, 403, 403, 403, 403, 302),
    ("POST", "settings/integrations/dialers/<str:key>/remove"): (404, 403, 403, 403, 403, 403, 302),
    ("POST", "settings/integrations/deliveries/<int:delivery_id>/user"): (404, 403, 403, 403, 403, 403, 302),
    ("POST", "settings/integrations/deliveries/<int:delivery_id>/retry"): (404, 403, 403, 403, 403, 403, 302),
    ("POST", "settings/integrations/kept/<int:kept_id>/retry"): (404, 403, 403, 403, 403, 403, 302),
    # Signed or by token: a session opens neither.
    ("POST", "webhooks/<str:key>"): (404,) * 7,
    ("POST", "api/v2/conversations/calls"): (401,) * 7,
    # What there is to ask, not an answer: the project is open source.
    ("GET", "api/v2/openapi.json"): (200,) * 7,
    ("GET", "api/v2/dialer/preview"): (200, 403, 200, 403, 200, 403, 401),
    ("PUT", "api/v2/dialer/record-next-call"): (200, 403, 200, 403, 200, 403, 401),
    ("GET", "api/v2/people"): (200, 200, 200, 200, 200, 403, 401),
    ("POST", "api/v2/calls"): (409, 403, 409, 403, 409, 403, 401),
    ("GET", "api/v2/calls/current"): EVERYONE,
    ("POST", "api/v2/calls/<call_id>/join"): CALLER,
    ("POST", "api/v2/calls/<call_id>/attach"): CALLER,
    ("POST", "api/v2/calls/<call_id>/record"): CALLER,
    ("POST", "api/v2/calls/<call_id>/dtmf"): CALLER,
    ("GET", "api/v2/recordings/<call_id>/comments"): HEARER,
    ("POST", "api/v2/recordings/<call_id>/comments"): (201, 201, 201, 403, 201, 403, 401),
    # Nobody's own.
    ("DELETE", "api/v2/recordings/<call_id>/comments/<comment_id>"): (404, 404, 404, 403, 404, 403, 401),
    ("GET", "api/v2/recordings/<call_id>/listeners"): HEARER,
    ("GET", "api/v2/notifications"): EVERYONE,
    ("POST", "api/v2/notifications/seen"): (204, 204, 204, 204, 204, 204, 401),
    ("GET", "api/v2/dispositions"): EVERYONE,
    ("PUT", "api/v2/calls/<call_id>/notes"): (200, 403, 200, 403, 200, 403, 401),
    ("PUT", "api/v2/calls/<call_id>/log"): (200, 403, 200, 403, 200, 403, 401),
    ("POST", "api/v2/requests"): (201, 403, 201, 403, 201, 403, 401),
    ("GET", "api/v2/requests/counts"): EVERYONE,
}

#: Says the same to every method.
SCHEMA = "api/v2/openapi.json"

BODIES: dict[str, dict[str, object]] = {
    "calls": {"to": "+13125550123", "sdp": "v=0"},
    "join": {"sdp": "v=0"},
    "attach": {"sdp": "v=0"},
    "record": {"generation": 0},
    "dtmf": {"digits": "1"},
    "record-next-call": {"wanted": True},
    "comments": {"at_ms": 0, "text": "x"},
    "log": {"notes": "x"},
    "notes": {"notes": "x"},
    "requests": {"number": "+13125550123"},
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
    """An ended call of the user, with a recording in the store."""
    call = CallFactory(
        user=user,
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
        recording__sha256="ab" * 32,
    )
    store_recording(call, b"{}")
    yield call
    blob_store().erase(call.pk)


def real_path(pattern: str, user: User, call: Call) -> str:
    """The route's path, with ids of things that exist."""
    request = RecordingRequest.objects.create(
        team=user.team, user=user, number="+13125550199", mode="none", sentence="Off.", policy_version_id=1
    )
    values = {
        "<str:call_id>": call.pk,
        "<call_id>": call.pk,
        "<comment_id>": 1,
        "<int:person_id>": PersonFactory().pk,
        "<int:number>": 1,
        "<str:name>": "consent-announcement",
        "<int:set_id>": PermissionSet.objects.get(name="Rep").pk,
        "<str:package>": "dialer",
        "<str:field>": "disposition",
        "<int:request_id>": request.pk,
        "<int:view_id>": SavedView.objects.get_or_create(user=user, name="Talks", query="q=a")[0].pk,
        "<int:token_id>": 1,
        "<int:delivery_id>": 1,
        "<int:kept_id>": 1,
        "<str:key>": "unknown",
        "<str:link_id>": "unknown",
        "<int:playlist_id>": 1,
        "<int:clip_id>": 1,
        "<int:review_id>": 1,
        "<int:assessment_id>": 1,
        "<int:scorecard_id>": 1,
    }
    for placeholder, value in values.items():
        pattern = pattern.replace(placeholder, str(value))
    return pattern


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_responds_as_in_the_table(
    who: str, user: User, client: Client, recorded: Call, route: tuple[str, str]
) -> None:
    method, pattern = route
    live = CallFactory(user=user)
    is_of_recorded = pattern.startswith(("recordings", "calls/", "api/v2/recordings"))
    path = real_path(pattern, user, recorded if is_of_recorded else live)
    body = BODIES.get(path.rpartition("/")[2], {})
    answer = client.generic(
        method, f"/{path}", data=json.dumps(body) if method != "GET" else "", content_type="application/json"
    )
    assert answer.status_code == ROUTES[route][WHO.index(who)], getattr(answer, "content", b"")
    if answer.status_code in {400, 403, 503} and path.startswith("api/"):
        assert answer.json().keys() == {"code", "message"}


def test_the_table_lists_every_route() -> None:
    """What a call's ticket opens is not a route of Django's: tests/unit/web/test_call_control.py."""
    listed = {path.partition("?")[0] for _, path in ROUTES}
    assert set(_paths(get_resolver())) == listed


def test_the_table_lists_every_operation_of_the_api() -> None:
    operations = {
        (method.upper(), path.lstrip("/").replace("{", "<").replace("}", ">"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert operations == {route for route in ROUTES if route[1].startswith("api/v2/")} - {("GET", SCHEMA)}


@pytest.mark.parametrize("pattern", sorted({path.partition("?")[0] for _, path in ROUTES} - {SCHEMA}))
def test_a_method_without_a_row_is_refused(pattern: str) -> None:
    admin = UserFactory(permission_set="Admin")
    client = Client()
    client.force_login(admin)
    path = real_path(pattern, admin, CallFactory(user=admin))
    listed = {method for method, listed in ROUTES if listed.partition("?")[0] == pattern}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - listed:
        answer = client.generic(method, f"/{path}")
        assert answer.status_code == 405, method
        assert set(answer["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == listed
        assert_explained(method, answer)


def assert_explained(method: str, answer: HttpResponse) -> None:
    """The error is one of our pages for people, and JSON for scripts."""
    if answer["Content-Type"] == "application/json":
        assert answer.json()["code"] == "method_not_allowed"
        assert f"does not accept {method}" in answer.json()["message"]
        return
    assert "<h1>This page cannot be opened that way</h1>" in answer.content.decode()
    says = "Go back to the page with the form" if method == "GET" else f"does not accept {method}"
    assert says in answer.content.decode()


def test_every_visible_item_of_the_settings_nav_can_be_opened() -> None:
    for section in SECTIONS:
        user = UserFactory(permission_set="")
        user.groups.add(holding(section.permission))
        client = Client()
        client.force_login(user)
        assert client.get(section.path).status_code == 200
        assert client.get("/settings").headers["Location"] == section.path


def holding(permission: Permission) -> PermissionSet:
    """A set with only this permission."""
    made = PermissionSet.objects.create(name=f"Only {permission}")
    made.permissions.set(PermissionRow.objects.filter(codename=permission))
    return made


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
    assert set(VERBS) == set(Permission)
    explained = [row.permission for section in MATRIX for row in section.rows]
    assert sorted(explained) == sorted(Permission)


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
