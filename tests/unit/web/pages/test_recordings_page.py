"""/recordings: listing, searching, filtering, and saving views."""

import re
from typing import Any

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client

from factories import GroupFactory, PersonFactory, TeamFactory, UserFactory
from harness.recorded import recorded
from onrecord.apps.accounts.models import User
from onrecord.apps.calls.log_actions import write_log
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.calls.notes import Notes
from onrecord.apps.dispositions.lists import Field
from onrecord.apps.recordings.filters import Filters
from onrecord.apps.recordings.models import SavedView
from onrecord.apps.recordings.queries import list_recordings, playable_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana Torres", permission_set="Admin")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def found(page: HttpResponse, pattern: str = r'id="call-(\w{32})"') -> list[str]:
    assert page.status_code == 200
    return re.findall(pattern, page.content.decode())


def ids(*calls: Call) -> list[str]:
    return [call.pk for call in calls]


@pytest.mark.parametrize("permission_set", ["Rep", "Manager", "Compliance", "Read-only", "Admin", ""])
def test_the_list_has_the_finished_recordings_that_the_user_may_see(permission_set: str) -> None:
    user = UserFactory(permission_set=permission_set)
    elsewhere = TeamFactory(name="Another")
    for owner in (
        user,
        UserFactory(),
        UserFactory(group=GroupFactory(name="West")),
        UserFactory(team=elsewhere, group=None),
    ):
        recorded(owner)
    visible = Recording.objects.visible_to(user).filter(status="completed")
    assert set(list_recordings(user, Filters(), cursor=None).rows) == set(playable_by(user)) == set(visible)
    assert len(visible) == {"Rep": 1, "Manager": 2, "": 0}.get(permission_set, 3)


def test_the_newest_comes_first_and_pages_neither_lose_nor_repeat_any(ana: User) -> None:
    person = PersonFactory()
    # Several at the same moment: the id decides.
    calls = [recorded(ana, minutes=number // 4, person=person) for number in range(60)]
    browser, shown, cursor = signed_in(ana), list[str](), ""
    while True:
        page = browser.get("/recordings", {"cursor": cursor} if cursor else {})
        shown += found(page)
        if not (cursors := found(page, r"cursor=([\w-]+)")):
            break
        cursor = cursors[0]
    assert shown == [
        call.pk for call in sorted(calls, key=lambda one: (one.created_at, one.pk), reverse=True)
    ]


def test_only_finished_recordings_are_listed(ana: User) -> None:
    finished = recorded(ana)
    Recording.objects.filter(pk=recorded(ana).pk).update(status="failed")
    assert found(signed_in(ana).get("/recordings")) == ids(finished)


@pytest.mark.parametrize(
    "q",
    [
        "jo",
        "doe",
        "JÓ DOE",
        "contoso",
        "doe conto",
        "tos",
        "312 555 01",
        "(312) 555-0123",
        "+1 312-555-0123",
        "0123",
        "mei",
        "Lin Mei",
    ],
)
def test_search_finds_people_companies_numbers_and_reps(ana: User, q: str) -> None:
    mei = UserFactory(name="Mei Lin")
    person = PersonFactory(name="Jo Doe", company="Contoso", number="+13125550123")
    wanted = recorded(mei, person=person, number="+13125550123")
    other = PersonFactory(name="Al Roe", company="Fabrikam", number="+12065559999")
    recorded(ana, person=other, number="+12065559999")
    assert found(signed_in(ana).get("/recordings", {"q": q})) == ids(wanted)


@pytest.mark.parametrize("q", ["nobody", '"', "doe OR roe", "*", "999999999", "' --"])
def test_search_text_is_never_treated_as_syntax(ana: User, q: str) -> None:
    recorded(ana, person=PersonFactory(name="Jo Doe", number=""))
    assert found(signed_in(ana).get("/recordings", {"q": q})) == []


def test_a_person_is_found_by_the_new_name_and_not_by_the_old_one(ana: User) -> None:
    person = PersonFactory(name="Jo Doe")
    call = recorded(ana, person=person)
    person.name = "Jo Smith"
    person.save()
    browser = signed_in(ana)
    assert found(browser.get("/recordings", {"q": "smith"})) == ids(call)
    assert found(browser.get("/recordings", {"q": "doe"})) == []


def test_a_search_with_very_many_results_scans_the_newest(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.apps.core.search_plan._FEW", 0)
    doe, roe = PersonFactory(name="Jo Doe"), PersonFactory(name="Al Roe")
    does = [recorded(ana, minutes, person=doe) for minutes in range(4)]
    recorded(ana, 9, person=roe)
    assert found(signed_in(ana).get("/recordings", {"q": "doe"})) == ids(*reversed(does))


def test_many_people_who_were_rarely_called_are_looked_up(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.apps.core.search_plan._FEW", 3)
    does = [PersonFactory(name=f"Jo Doe {number}") for number in range(6)]
    wanted = [recorded(ana, 1, person=does[5]), recorded(ana, 2, person=does[0])]
    for number in range(6):
        recorded(ana, 3 + number)
    assert found(signed_in(ana).get("/recordings", {"q": "doe"})) == ids(*reversed(wanted))


def test_each_filter_matches_what_it_names(ana: User) -> None:
    ben = UserFactory(name="Ben", group=GroupFactory(name="West"))
    wanted = recorded(
        ben,
        minutes=60 * 24,
        recording__source="Aircall",
        recording__duration_ms=600_000,
        disposition="Meeting booked",
        sentiment="Positive",
        notes="On Thursday.",
    )
    recorded(ana, disposition="Call back", sentiment="Neutral", notes=" ")
    browser = signed_in(ana)
    for query in (
        {"source": "Aircall"},
        {"rep": ben.pk},
        {"group": ben.group_id},
        {"person": wanted.person_id},
        {"since": "2026-03-03"},
        {"length": "5-15"},
        {"disposition": "Meeting booked"},
        {"sentiment": "Positive"},
        {"notes": "yes"},
        {"notes": "yes", "rep": ben.pk, "q": "person", "since": "2026-03-01", "until": "2026-03-03"},
    ):
        assert found(browser.get("/recordings", query)) == ids(wanted), query
    for query in (
        {"until": "2026-03-01"},
        {"length": "15-30"},
        {"rep": 10**17},
        {"q": "person", "rep": 0 + 10**17},
    ):
        assert found(browser.get("/recordings", query)) == [], query


def test_days_are_in_the_readers_time_zone(ana: User) -> None:
    tokyo = UserFactory(permission_set="Admin", time_zone="Asia/Tokyo")
    # 3 March, 01:00 in Tokyo.
    call = recorded(ana, minutes=4 * 60)
    query = {"since": "2026-03-03", "until": "2026-03-03"}
    assert found(signed_in(tokyo).get("/recordings", query)) == ids(call)
    assert found(signed_in(ana).get("/recordings", query)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rep", "x"),
        ("person", "٣"),
        ("group", "9" * 30),
        ("playlist", "-1"),
        ("since", "yesterday"),
        ("length", "long"),
        ("notes", "maybe"),
        ("disposition", "x" * 201),
        ("cursor", "x"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_by_its_name(ana: User, name: str, value: str) -> None:
    answer = signed_in(ana).get("/recordings", {name: value})
    assert answer.status_code == 400
    assert f"The filter “{name}” cannot be" in answer.content.decode()
    assert 'href="/recordings">Show it without filters' in answer.content.decode()


def test_a_view_that_cannot_be_read_is_not_saved_and_breaks_nothing(ana: User) -> None:
    browser = signed_in(ana)
    refused = browser.post("/recordings/views", {"name": "Long", "query": "length=long"})
    assert refused.status_code == 422
    assert "“length” cannot be “long”" in refused.content.decode()
    old = SavedView.objects.create(user=ana, name="Once", query="length=long")
    page = browser.get("/recordings").content.decode()
    assert "The view “Once” uses a filter that no longer exists" in page
    assert "/recordings?length=long" not in page
    browser.post(f"/recordings/views/{old.pk}", {"name": ""})
    browser.post(f"/recordings/views/{old.pk}/delete")
    assert "Once" not in browser.get("/recordings").content.decode()


def test_a_view_with_a_long_search_is_saved(ana: User) -> None:
    browser = signed_in(ana)
    query = QueryDict(mutable=True)
    query.update({"q": "通" * 200, "disposition": "話" * 200})
    assert browser.post("/recordings/views", {"name": "Long", "query": query.urlencode()}).status_code == 302
    assert SavedView.objects.get().query == query.urlencode()


def test_the_url_has_only_the_filters_that_are_set(ana: User) -> None:
    answer = signed_in(ana).get("/recordings?q=doe&rep=&since=&length=5-15")
    assert answer["HX-Push-Url"] == "/recordings?q=doe&length=5-15"
    assert "HX-Push-Url" not in signed_in(ana).get("/recordings?q=doe&length=5-15")


def test_a_tile_shows_whose_call_it_was_and_its_source(ana: User) -> None:
    picture = {"left": [50] * 120, "right": [10] * 120}
    recorded(
        ana,
        person=PersonFactory(name="Jo Doe"),
        recording__thumbnail=picture,
        sentiment="Positive",
        notes="x",
    )
    recorded(ana, recording__source="Aircall")
    page = signed_in(ana).get("/recordings").content.decode()
    for text in (
        "Jo Doe",
        "Contoso",
        "+1 312-555-0123",
        "Ana Torres",
        "1:05",
        "Positive",
        "Notes",
        "M1 30v-30",
    ):
        assert text in page
    assert re.search(r'/icons-[^"]+#phone"></use></svg>Dialer<', page)
    assert re.search(r'/icons-[^"]+#upload"></use></svg>Aircall<', page)


def test_users_who_may_not_listen_see_the_tile_without_a_player() -> None:
    reader = UserFactory(permission_set="Read-only")
    call = recorded(UserFactory())
    page = signed_in(reader).get("/recordings")
    assert found(page) == ids(call)
    assert b"data-listen" not in page.content


def test_a_call_logged_later_can_be_filtered_by_its_log(ana: User) -> None:
    call = recorded(ana)
    notes = Notes(text="Next week.", revision=None)
    write_log(call, changes={Field.DISPOSITION: "Call back"}, notes=notes, acting_user=ana)
    assert found(signed_in(ana).get("/recordings", {"disposition": "Call back", "notes": "yes"})) == ids(call)


def test_filters_offer_only_what_exists(ana: User) -> None:
    rep = UserFactory(name="Rita")
    recorded(rep, disposition="Call back")
    recorded(ana, disposition="Meeting booked", recording__source="Aircall")
    page = signed_in(ana).get("/recordings").content.decode()
    assert re.findall(r'<option value="([A-Z][a-z ]+)"', page) == [
        "Aircall",
        "Dialer",
        "Call back",
        "Meeting booked",
    ]
    assert "Any rep" in page
    assert "Any rep" not in signed_in(rep).get("/recordings").content.decode(), "there is one only"


def test_empty_pages_say_what_to_do(ana: User) -> None:
    browser = signed_in(ana)
    assert b"No recordings yet" in browser.get("/recordings").content
    assert b"No matching recordings" in browser.get("/recordings?q=x").content


def test_a_longer_list_needs_no_more_queries(ana: User, django_assert_max_num_queries: Any) -> None:
    for number in range(24):
        recorded(ana, number, disposition="Call back")
    browser = signed_in(ana)
    with django_assert_max_num_queries(16):
        browser.get("/recordings")


def test_a_view_is_saved_opened_renamed_and_deleted(ana: User) -> None:
    browser = signed_in(ana)
    answer = browser.post(
        "/recordings/views", {"name": " Long  talks ", "query": "length=over-30&rep=&q=doe"}
    )
    assert answer["Location"] == "/recordings?q=doe&length=over-30"
    view = SavedView.objects.get(user=ana, name="Long talks")
    page = browser.get(answer["Location"]).content.decode()
    assert re.search(r'aria-current="page"><svg[^>]*>.{0,60}</svg>Long talks', page)
    browser.post(f"/recordings/views/{view.pk}", {"name": "Talks"})
    view.refresh_from_db()
    assert view.name == "Talks"
    assert browser.post(f"/recordings/views/{view.pk}/delete")["Location"] == "/recordings"
    assert not SavedView.objects.exists()


def test_a_view_needs_a_unique_name(ana: User) -> None:
    browser = signed_in(ana)
    browser.post("/recordings/views", {"name": "Talks", "query": "q=a"})
    for name, problem in (("Talks", "already"), (" ", "Give the view a name")):
        answer = browser.post("/recordings/views", {"name": name, "query": "q=b"})
        assert answer.status_code == 422
        assert problem in answer.content.decode()
    assert SavedView.objects.get().query == "q=a"


def test_views_are_private_to_their_user(ana: User) -> None:
    other = SavedView.objects.create(user=UserFactory(), name="Mine", query="q=a")
    browser = signed_in(ana)
    assert b"Mine" not in browser.get("/recordings?q=a").content
    assert browser.post(f"/recordings/views/{other.pk}", {"name": "Yours"}).status_code == 404
    assert browser.post(f"/recordings/views/{other.pk}/delete").status_code == 404
