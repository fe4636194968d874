"""/sign-in and /sign-out."""

from collections.abc import Iterable

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from factories import PASSWORD, UserFactory
from onrecord.apps.accounts.guessing import MOST_NAMES, MOST_TRIES
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, AuditEntry
from onrecord.ops.doctor.accounts import guessed_passwords
from onrecord.ops.doctor.finding import Level
from onrecord.web.settings import config

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", email="ana@northwind.example", password=PASSWORD)


def sign_in(client: Client, email: str, password: str, **fields: str) -> HttpResponse:
    return client.post("/sign-in", {"username": email, "password": password} | fields)


def test_the_right_password_opens_the_requested_page(ana: User) -> None:
    client = Client()
    asked = client.get("/calls?q=doe")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/sign-in?next=/calls%3Fq%3Ddoe")
    answer = sign_in(client, "ana@northwind.example", PASSWORD, next="/calls?q=doe")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/calls?q=doe")
    assert client.get("/calls").status_code == 200


def test_an_email_address_may_be_capitalized_differently(ana: User) -> None:
    assert sign_in(Client(), " Ana@Northwind.Example ", PASSWORD).status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_host(ana: User, target: str) -> None:
    answer = sign_in(Client(), ana.email, PASSWORD, next=target)
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(ana: User) -> None:
    wrong = sign_in(Client(), ana.email, "wrong")
    unknown = sign_in(Client(), "nobody@northwind.example", "wrong")
    for answer in (wrong, unknown):
        assert answer.status_code == 422
        assert b"Wrong email or password" in answer.content


def test_a_deactivated_user_cannot_sign_in(ana: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(Client(), ana.email, PASSWORD).status_code == 422


def test_five_wrong_passwords_lock_only_this_name_from_this_address(ana: User) -> None:
    UserFactory(email="max@northwind.example", password=PASSWORD)
    for _ in range(4):
        assert sign_in(Client(), ana.email, "wrong").status_code == 422
    locked = sign_in(Client(), ana.email, "wrong")
    assert locked.status_code == 429
    assert b"Wait 15 minutes" in locked.content
    assert sign_in(Client(), ana.email, PASSWORD).status_code == 429
    assert sign_in(Client(), "max@northwind.example", PASSWORD).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), ana.email, PASSWORD).status_code == 302


@pytest.fixture
def quick(settings: Settings) -> None:
    """A fast password hasher, for tests with many passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def fail(names: Iterable[str], address: str) -> list[int]:
    """Send a wrong password for each name. Returns the statuses."""
    client = Client(REMOTE_ADDR=address)
    return [sign_in(client, name, "Winter2026!").status_code for name in names]


def test_one_password_for_many_names_blocks_the_address_and_is_audited(quick: None, ana: User) -> None:
    assert fail((f"name-{n}@northwind.example" for n in range(MOST_NAMES + 5)), "203.0.113.9") == (
        [422] * MOST_NAMES + [429] * 5
    )
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), ana.email, PASSWORD).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="203.0.113.10"), ana.email, PASSWORD).status_code == 302
    noted = AuditEntry.objects.get(action=Action.PASSWORDS_SPRAYED)
    assert (noted.object_id, noted.details) == ("203.0.113.9", {"names": MOST_NAMES})
    finding = guessed_passwords(config)
    assert finding.level is Level.WARN
    assert "203.0.113.9" in finding.sentence


INVENTED = [f"nobody-{n}@northwind.example" for n in range(MOST_NAMES + 5)]


def test_invented_names_do_not_lock_out_an_office(quick: None, ana: User) -> None:
    UserFactory(email="new@northwind.example", password=PASSWORD)
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), ana.email, PASSWORD).status_code == 302
    assert fail(INVENTED, "203.0.113.9")[-1] == 429
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), ana.email, PASSWORD).status_code == 302
    # Of somebody who was never here nobody can say that they belong here.
    newcomer = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(newcomer, "new@northwind.example", PASSWORD).status_code == 429


def test_a_known_browser_can_sign_in_from_anywhere(quick: None, ana: User) -> None:
    laptop = Client(REMOTE_ADDR="198.51.100.7")
    sign_in(laptop, ana.email, PASSWORD)
    laptop.post("/sign-out")
    cookie = laptop.cookies["known"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/sign-in", True, "Strict")
    mark = cookie.value
    assert "ana" not in mark
    assert fail(INVENTED, "203.0.113.9")[-1] == 429
    laptop.defaults["REMOTE_ADDR"] = "203.0.113.9"
    UserFactory(email="max@northwind.example", password=PASSWORD)
    assert sign_in(laptop, "max@northwind.example", PASSWORD).status_code == 429
    for forged in (mark[:-1], "", "é", "x" * 64):
        laptop.cookies["known"] = forged
        assert sign_in(laptop, ana.email, PASSWORD).status_code == 429
    laptop.cookies["known"] = mark
    assert sign_in(laptop, ana.email, PASSWORD).status_code == 302


def test_a_known_browser_gets_no_extra_guesses(quick: None, ana: User) -> None:
    stolen = Client()
    sign_in(stolen, ana.email, PASSWORD)
    assert [sign_in(stolen, ana.email, f"guess {n}").status_code for n in range(6)] == [422] * 4 + [429] * 2


def test_all_addresses_of_one_ipv6_network_count_as_one(quick: None, ana: User) -> None:
    statuses = [fail([ana.email], f"2001:db8:1:2::{n}")[0] for n in range(1, 7)]
    assert statuses == [422] * 4 + [429] * 2
    statuses = [fail([name], f"2001:db8:1:3:{n}::1")[0] for n, name in enumerate(INVENTED)]
    assert statuses == [422] * MOST_NAMES + [429] * 5
    assert fail([ana.email], "2001:db8:1:4::1") == [422]
    assert "2001:db8:1:3::/64" in guessed_passwords(config).sentence


def test_visitors_without_a_valid_address_are_counted_together(quick: None) -> None:
    assert fail(INVENTED[:MOST_NAMES], "unknown") == [422] * MOST_NAMES
    assert fail(INVENTED[MOST_NAMES:], "192.0.2.1:99999") == [429] * 5


def test_an_office_that_mistypes_on_monday_morning_is_not_locked_out(quick: None) -> None:
    office = [
        UserFactory(email=f"rep-{n}@northwind.example", password=PASSWORD) for n in range(MOST_NAMES + 5)
    ]
    for rep in office:
        assert fail([rep.email], "203.0.113.9") == [422]
        assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), rep.email, PASSWORD).status_code == 302


def test_a_colleague_who_keeps_guessing_locks_only_that_name(quick: None) -> None:
    UserFactory(email="max@northwind.example", password=PASSWORD)
    assert fail(["ana@northwind.example"] * 30, "203.0.113.9")[-1] == 429
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), "max@northwind.example", PASSWORD).status_code == 302


def test_a_name_guessed_from_many_addresses_opens_only_at_known_places(quick: None, ana: User) -> None:
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), ana.email, PASSWORD).status_code == 302
    statuses = [fail([ana.email], f"203.0.113.{n}")[0] for n in range(MOST_TRIES + 5)]
    assert statuses == [422] * MOST_TRIES + [429] * 5
    assert sign_in(Client(REMOTE_ADDR="192.0.2.1"), ana.email, PASSWORD).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), ana.email, PASSWORD).status_code == 302


class Counting(Argon2PasswordHasher):
    """Counts how often the memory of a password hash is filled."""

    done = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.done += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        Counting.done += 1
        return super().verify(password, encoded)


def test_an_unknown_name_takes_as_much_work_as_a_known_one(ana: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    UserFactory(email="off@northwind.example", password=PASSWORD, is_active=False)
    work = []
    for name in (ana.email, "nobody@northwind.example", "off@northwind.example"):
        before = Counting.done
        assert fail([name], "192.0.2.1") == [422]
        work.append(Counting.done - before)
    assert work == [1, 1, 1]


def test_signing_in_needs_the_csrf_token(ana: User) -> None:
    answer = sign_in(Client(enforce_csrf_checks=True), ana.email, PASSWORD)
    assert answer.status_code == 403
    assert b"Reload it" in answer.content


def test_signing_in_changes_the_session_key_and_signing_out_ends_it(ana: User) -> None:
    client = Client()
    sign_in(client, ana.email, PASSWORD)
    key = client.session.session_key
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    client.cookies["sessionid"] = key
    assert client.get("/people").status_code == 302


def test_a_signed_in_user_does_not_see_the_form(ana: User) -> None:
    client = Client()
    client.force_login(ana)
    assert client.get("/sign-in").status_code == 302


def test_passwords_are_hashed_with_argon2(ana: User) -> None:
    assert ana.password.startswith("argon2$argon2id$")


def test_every_page_has_a_strict_content_policy_and_forbids_framing(ana: User) -> None:
    answer = Client().get("/sign-in")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert b"<style" not in answer.content
    assert b" style=" not in answer.content
    assert b"<script>" not in answer.content


def test_cookies_are_unavailable_to_scripts_and_other_sites(ana: User) -> None:
    client = Client()
    sign_in(client, ana.email, PASSWORD)
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    # Over http the browser would not send a secure cookie back.
    assert not session["secure"]


def test_pages_of_a_session_are_not_cached_beyond_it(ana: User) -> None:
    client = Client()
    sign_in(client, ana.email, PASSWORD)
    assert client.get("/people").headers["Cache-Control"] == "private, no-store"
