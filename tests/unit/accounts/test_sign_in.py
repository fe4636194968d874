"""/sign-in and /sign-out."""

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import PASSWORD, UserFactory
from onrecord.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", email="ana@northwind.example", password=PASSWORD)


def sign_in(client: Client, email: str, password: str, **fields: str) -> HttpResponse:
    return client.post("/sign-in", {"username": email, "password": password} | fields)


def test_the_right_password_opens_the_page_that_was_asked_for(ana: User) -> None:
    client = Client()
    asked = client.get("/calls?q=doe")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/sign-in?next=/calls%3Fq%3Ddoe")
    answer = sign_in(client, "ana@northwind.example", PASSWORD, next="/calls?q=doe")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/calls?q=doe")
    assert client.get("/calls").status_code == 200


def test_an_address_may_be_capitalised_otherwise(ana: User) -> None:
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
        assert b"do not belong together" in answer.content


def test_a_user_who_was_switched_off_cannot_sign_in(ana: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(Client(), ana.email, PASSWORD).status_code == 422


def test_five_wrong_passwords_lock_this_address_out_from_here_and_nobody_else(ana: User) -> None:
    UserFactory(email="max@northwind.example", password=PASSWORD)
    for _ in range(4):
        assert sign_in(Client(), ana.email, "wrong").status_code == 422
    locked = sign_in(Client(), ana.email, "wrong")
    assert locked.status_code == 429
    assert b"Wait 15 minutes" in locked.content
    assert sign_in(Client(), ana.email, PASSWORD).status_code == 429
    assert sign_in(Client(), "max@northwind.example", PASSWORD).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), ana.email, PASSWORD).status_code == 302


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


def test_who_is_signed_in_does_not_see_the_form(ana: User) -> None:
    client = Client()
    client.force_login(ana)
    assert client.get("/sign-in").status_code == 302


def test_passwords_are_kept_as_argon2(ana: User) -> None:
    assert ana.password.startswith("argon2$argon2id$")


def test_every_page_carries_a_strict_content_policy_and_is_in_no_frame(ana: User) -> None:
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


def test_cookies_are_not_for_scripts_or_other_sites(ana: User) -> None:
    client = Client()
    sign_in(client, ana.email, PASSWORD)
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    # Over http the browser would not send a secure cookie back.
    assert not session["secure"]


def test_a_page_of_a_session_stays_in_no_cache_that_outlives_it(ana: User) -> None:
    client = Client()
    sign_in(client, ana.email, PASSWORD)
    assert client.get("/people").headers["Cache-Control"] == "private, no-store"
