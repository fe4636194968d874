"""A call's status and its log: the same words are not shown twice."""

import csv
import io
import re

import pytest
from django.test import Client

from factories import PersonFactory, UserFactory, logged_call
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.export import csv_of
from onrecord.apps.calls.filters import CallFilter
from onrecord.apps.calls.status_words import STATUS_WORDS, repeats
from onrecord.apps.recordings.comment_search import by_comments
from onrecord.protocol.call_status import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(permission_set="Admin")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def words_of(browser: Client, address: str) -> str:
    """The visible words of the page below its filters, without those in forms."""
    page = browser.get(address).content.decode()
    main = re.sub(r"(?s).*<main[^>]*>|</main>.*|<form.*?</form>", " ", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main))


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_words_that_are_not_a_code(status: Status) -> None:
    assert re.fullmatch(r"[A-Z][a-z]+( [a-z]+)*", STATUS_WORDS[status])


@pytest.mark.parametrize(
    ("status", "disposition"),
    [
        (Status.BUSY, "Busy"),
        (Status.BUSY, "busy "),
        (Status.NO_ANSWER, "No answer"),
        (Status.NO_ANSWER, "No-Answer"),
        (Status.NO_ANSWER, "no_answer"),
        (Status.CANCELED, "Cancelled"),
        (Status.COMPLETED, "Completed"),
    ],
)
def test_a_disposition_in_other_spelling_repeats_the_status(status: Status, disposition: str) -> None:
    assert repeats(status, disposition)


@pytest.mark.parametrize("disposition", ["", "Busy", "Left voicemail", "No answers"])
def test_another_disposition_does_not_repeat_the_status(disposition: str) -> None:
    assert not repeats(Status.NO_ANSWER, disposition)


@pytest.mark.parametrize(
    ("status", "disposition"), [("busy", "Busy"), ("no-answer", "No answer"), ("canceled", "cancelled")]
)
def test_list_person_and_call_page_say_the_same_words_once(
    browser: Client, ana: User, status: str, disposition: str
) -> None:
    person = PersonFactory()
    call = logged_call(ana, person, status=status, disposition=disposition)
    for address in ("/calls", f"/people/{person.pk}", f"/calls/{call.pk}"):
        said = words_of(browser, address).casefold().replace("ll", "l")
        assert said.count(disposition.casefold().replace("ll", "l")) == 1, address


def test_other_words_of_the_log_are_shown_beside_the_status(browser: Client, ana: User) -> None:
    person = PersonFactory()
    call = logged_call(ana, person, status="busy", disposition="Wrong number")
    for address in ("/calls", f"/people/{person.pk}", f"/calls/{call.pk}"):
        said = words_of(browser, address)
        assert "Busy" in said, address
        assert "Wrong number" in said, address


def test_the_export_has_both_columns_in_words(ana: User) -> None:
    logged_call(ana, PersonFactory(), status="no-answer", disposition="No answer")
    [row] = csv.DictReader(
        io.StringIO("".join(csv_of(ana, CallFilter(), by_comments("", ana))).removeprefix("\ufeff"))
    )
    assert (row["Status"], row["Disposition"]) == ("No answer", "No answer")
    assert row["Recording"] in ("Not ready yet", "No Recording")
