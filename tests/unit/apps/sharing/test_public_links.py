"""Public links, from creating one to the byte that is no longer served."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories import CallFactory, PersonFactory, TeamFactory, UserFactory
from harness.stored import store_recording
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call
from onrecord.apps.recordings.opening import blob_store
from onrecord.apps.sharing.actions import TRIES_OF_AN_ADDRESS
from onrecord.apps.sharing.models import ShareLink, SharingSettings
from onrecord.apps.sharing.queries import links_of, rules_of, with_status
from onrecord.apps.sharing.rules import DEFAULT_RULES, Rules

pytestmark = pytest.mark.django_db

SOUND = bytes(range(256)) * 4
CODE = "tulips in may"


@pytest.fixture
def max_() -> User:
    return UserFactory(name="Max", permission_set="Manager")


@pytest.fixture
def call(max_: User) -> Iterator[Call]:
    call = CallFactory(
        user=max_,
        person=PersonFactory(name="Emma Secret", number="+13125550123"),
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
        recording__sha256="ab" * 32,
        recording__duration_ms=60_000,
    )
    store_recording(call, SOUND, peaks=b"peaks")
    yield call
    blob_store().erase(call.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shared(user: User, call: Call, **form: str) -> str:
    """Create a link. Returns its token."""
    answer = client_of(user).post(f"/recordings/{call.pk}/links", {"days": "7", "passcode": CODE} | form)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    found = re.search(r"/shared#([\w-]{43})", answer.content.decode())
    assert found
    return found[1]


def body(answer: HttpResponse) -> bytes:
    async def collect() -> bytes:
        return b"".join([piece async for piece in answer])

    return async_to_sync(collect)()


def follow(stranger: Client, token: str, passcode: str = CODE) -> HttpResponse:
    return stranger.post("/shared", {"token": token, "passcode": passcode})


def relax(user: User, **rules: object) -> None:
    SharingSettings.objects.filter(team=user.team).update(**rules)


def test_a_stranger_with_link_and_passcode_hears_the_recording_and_learns_nothing_else(
    max_: User, call: Call
) -> None:
    token, stranger = shared(max_, call), Client()
    asked = follow(stranger, token, "")
    assert asked.status_code == 200
    assert "Passcode" in asked.content.decode()
    wrong = follow(stranger, token, "roses in june")
    assert (wrong.status_code, wrong.cookies.get(f"shared-{call.pk}")) == (403, None)
    opened = follow(stranger, token)
    assert opened.status_code == 302
    page = stranger.get(opened["Location"])
    assert page.status_code == 200
    shown = page.content.decode()
    assert "Northwind" in shown
    assert "shared by Max" in shown
    for secret in ("Emma Secret", "312", call.pk, token):
        assert secret not in shown
    for name, value in (
        ("Referrer-Policy", "no-referrer"),
        ("X-Robots-Tag", "noindex, nofollow"),
        ("Cache-Control", "no-store"),
    ):
        assert page[name] == value
    audio = stranger.get(f"{opened['Location']}/audio", headers={"Range": "bytes=10-19"})
    assert (audio.status_code, audio["Content-Range"]) == (206, f"bytes 10-19/{len(SOUND)}")
    assert body(audio) == SOUND[10:20]
    assert stranger.get(f"{opened['Location']}/peaks").content == b"peaks"

    # The session of a link is no session: nothing else opens.
    assert stranger.get(f"/recordings/{call.pk}/audio").status_code == 302
    link = ShareLink.objects.get()
    assert (link.opened, CODE in link.passcode, token in link.token_hash) == (1, False, False)
    told = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    tried = "share.passcode_tried"
    assert told == ["share.created", tried, "share.refused", tried, "share.opened", "share.played"]
    assert AuditEntry.objects.filter(details__address="127.0.0.1", object_id=call.pk).count() == 5


def test_the_contact_is_named_if_the_author_chose_so(max_: User, call: Call) -> None:
    stranger = Client()
    opened = follow(stranger, shared(max_, call, shows_contact="on"))
    assert "Call with Emma Secret" in stranger.get(opened["Location"]).content.decode()


def test_after_revocation_no_byte_is_served_even_during_playback(max_: User, call: Call) -> None:
    token, stranger = shared(max_, call), Client()
    place = follow(stranger, token)["Location"]
    playing = stranger.get(f"{place}/audio")
    link = ShareLink.objects.get()
    answer = client_of(max_).post(f"/recordings/links/{link.pk}/revoke")
    assert answer.status_code == 302
    assert body(playing) == b""
    assert follow(stranger, token).status_code == 404
    for path in ("", "/audio", "/peaks"):
        assert stranger.get(f"{place}{path}").status_code == 404
    assert "Revoked" in client_of(max_).get(f"/calls/{call.pk}").content.decode()


@pytest.mark.parametrize("change", ["forbidden", "expired", "do_not_record", "author_gone", "author_lost_it"])
def test_closing_a_link_also_ends_access_for_guests_who_opened_it(
    max_: User, call: Call, change: str
) -> None:
    token, stranger = shared(max_, call), Client()
    place = follow(stranger, token)["Location"]
    if change == "forbidden":
        relax(max_, allowed=False)
    elif change == "expired":
        ShareLink.objects.update(expires_at=timezone.now())
    elif change == "do_not_record":
        assert call.person
        call.person.do_not_record = True
        call.person.save()
    elif change == "author_gone":
        User.objects.filter(pk=max_.pk).update(is_active=False)
    else:
        max_.groups.clear()
    assert stranger.get(f"{place}/audio").status_code == 404
    assert follow(stranger, token).status_code == 404


def test_a_cookie_opens_only_its_own_link_and_cannot_be_forged(max_: User, call: Call) -> None:
    stranger = Client()
    first = follow(stranger, shared(max_, call))["Location"]
    shared(max_, call)
    other = ShareLink.objects.exclude(pk=first.rpartition("/")[2]).get()
    mine = stranger.cookies[f"shared-{first.rpartition('/')[2]}"].value
    for value in (mine, mine[:-1], "x", ""):
        stranger.cookies[f"shared-{other.pk}"] = value
        assert stranger.get(f"/shared/{other.pk}/audio").status_code == 404


def test_too_many_wrong_passcodes_lock_the_link_for_that_address(max_: User, call: Call) -> None:
    token, guesser = shared(max_, call), Client()
    for number in range(TRIES_OF_AN_ADDRESS):
        assert follow(guesser, token, f"guess number {number}").status_code == 403
    locked = follow(guesser, token)
    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()
    assert follow(Client(REMOTE_ADDR="127.0.0.2"), token).status_code == 302
    AuditEntry.objects.filter(action="share.passcode_tried").update(at=timezone.now() - timedelta(minutes=16))
    assert follow(guesser, token).status_code == 302


def test_all_addresses_of_one_ipv6_network_count_as_one(max_: User, call: Call) -> None:
    token = shared(max_, call)
    for number in range(TRIES_OF_AN_ADDRESS):
        guesser = Client(REMOTE_ADDR=f"2001:db8:1:2::{number}")
        assert follow(guesser, token, f"guess number {number}").status_code == 403
    assert follow(Client(REMOTE_ADDR="2001:db8:1:2::ffff"), token).status_code == 429
    assert follow(Client(REMOTE_ADDR="2001:db8:1:3::1"), token).status_code == 302
    assert AuditEntry.objects.filter(details__address="2001:db8:1:2::4", action="share.refused").exists()


def test_right_passcodes_never_lock_a_link_and_do_not_reset_wrong_ones(max_: User, call: Call) -> None:
    token, stranger = shared(max_, call), Client()
    for number in range(TRIES_OF_AN_ADDRESS - 1):
        assert follow(stranger, token, f"guess number {number}").status_code == 403
    for _ in range(TRIES_OF_AN_ADDRESS + 1):
        assert follow(stranger, token).status_code == 302
    assert follow(stranger, token, "one guess more").status_code == 403
    assert follow(stranger, token).status_code == 429


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"days": "90"}, "at most 30 days"),
        ({"days": "-1"}, "how long"),
        ({"days": "many"}, "how long"),
        ({"passcode": ""}, "requires a passcode"),
        ({"passcode": "12345"}, "6 to 100 characters"),
        ({"passcode": "x" * 101}, "6 to 100 characters"),
    ],
)
def test_a_link_that_the_rules_do_not_allow_is_not_created(
    max_: User, call: Call, form: dict[str, str], says: str
) -> None:
    answer = client_of(max_).post(f"/recordings/{call.pk}/links", {"days": "7", "passcode": CODE} | form)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_no_link_is_created_if_forbidden_or_for_a_do_not_record_person(max_: User, call: Call) -> None:
    assert call.person
    call.person.do_not_record = True
    call.person.save()
    form = {"days": "7", "passcode": CODE}
    answer = client_of(max_).post(f"/recordings/{call.pk}/links", form)
    assert "Do Not Record" in answer.content.decode()
    relax(max_, allowed=False)
    answer = client_of(max_).post(f"/recordings/{call.pk}/links", form)
    assert "do not allow public links" in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_a_link_without_a_passcode_opens_at_once_if_allowed(max_: User, call: Call) -> None:
    relax(max_, passcode_required=False)
    stranger = Client()
    assert follow(stranger, shared(max_, call, passcode=""), "").status_code == 302
    relax(max_, passcode_required=True)
    assert stranger.get(f"/shared/{ShareLink.objects.get().pk}/audio").status_code == 404


def test_permissions_of_an_author_and_the_policy_are_read_once_however_many_links_there_are(
    max_: User, call: Call
) -> None:
    for _ in range(4):
        shared(max_, call)
    with CaptureQueriesContext(connection) as asked:
        found = with_status(links_of(call.recording, max_))
        assert all(link.ends_at for link, _ in found)
    of_permissions = [one for one in asked if "auth_permission" in one["sql"]]
    of_policies = [one for one in asked if "policyversion" in one["sql"]]
    # Two for the reader, two for the author.
    assert (len(found), len(of_permissions), len(of_policies)) == (4, 4, 1)


def test_a_link_that_has_expired_is_not_offered_to_be_revoked(max_: User, call: Call) -> None:
    shared(max_, call)
    path = f"/recordings/links/{ShareLink.objects.get().pk}/revoke"
    assert path in client_of(max_).get(f"/calls/{call.pk}").content.decode()
    ShareLink.objects.update(expires_at=timezone.now())
    page = client_of(max_).get(f"/calls/{call.pk}").content.decode()
    assert "Expired" in page
    assert path not in page


def test_only_the_author_or_a_sharing_manager_can_revoke_a_link(max_: User, call: Call) -> None:
    shared(max_, call)
    link = ShareLink.objects.get()
    other = UserFactory(name="Mia", permission_set="Manager")
    assert client_of(other).post(f"/recordings/links/{link.pk}/revoke").status_code == 404
    chief = UserFactory(name="Cora", permission_set="Compliance")
    page = client_of(chief).get("/settings/sharing").content.decode()
    assert "Emma Secret" in page
    assert (
        client_of(chief).post(f"/recordings/links/{link.pk}/revoke", {"from": "settings"}).status_code == 302
    )
    link.refresh_from_db()
    assert link.revoked_at is not None


def test_a_new_team_has_the_default_rules() -> None:
    assert rules_of(TeamFactory(name="Newcomers").pk) == DEFAULT_RULES


def test_an_admin_changes_the_rules_and_revokes_everything_at_once(max_: User, call: Call) -> None:
    shared(max_, call)
    shared(max_, call)
    ida = client_of(UserFactory(name="Ida", permission_set="Admin"))
    ida.post("/settings/sharing", {"allowed": "on", "longest_days": "7"})
    assert rules_of(max_.team_id) == Rules(allowed=True, longest_days=7, passcode_required=False)
    ida.post("/settings/sharing/revoke-all")
    assert not ShareLink.objects.filter(revoked_at=None).exists()
    page = ida.get("/settings/sharing").content.decode()
    assert "revoked 2 public links at once" in page
    assert "allowed public links, for at most 7 days, with or without a passcode" in page


def test_no_log_line_contains_a_token_or_passcode(
    max_: User, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token, stranger = shared(max_, call), Client()
    follow(stranger, token, "roses in june")
    follow(stranger, token)
    follow(stranger, "x" * 43)
    said = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (token, "roses in june", CODE, "x" * 43):
        assert secret not in said
