"""Words of notes and comments: found by their beginnings, shown in an excerpt, deleted with the text."""

import pytest
from django.db.models import Q
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from factories import GroupFactory, UserFactory, permit_only
from harness.recorded import recorded
from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.filters import CallFilter
from onrecord.apps.calls.log_actions import take_notes
from onrecord.apps.calls.models import Call, NotesWord
from onrecord.apps.calls.notes import Notes
from onrecord.apps.calls.queries import list_calls
from onrecord.apps.core.written import passage, wanted_words, words_of
from onrecord.apps.recordings.comment_search import by_comments
from onrecord.apps.recordings.comments import add_comment, delete_comment
from onrecord.apps.recordings.filters import Filters
from onrecord.apps.recordings.models import CommentWord
from onrecord.apps.recordings.passages import hits
from onrecord.apps.recordings.queries import list_recordings

in_database = pytest.mark.django_db

WORDS = {
    "Łukasz's price_list, 512-555": {"lukasz", "s", "price", "list", "512", "555"},
    "NAÏVE nai\u0308ve ﬁnal": {"naive", "final"},
    "Straße · STRASSE": {"strasse"},
    "…!  \n\t": set(),
    "\u0301 ": set(),
    "x" * 50: {"x" * 40},
}
WANTED = {
    "": [],
    "an b": [],
    "at Ørsted": ["orsted", "at"],
    "list price": ["price", "list"],
    "x" * 50: ["x" * 40],
    " ".join("abcdefghijklmnop") + " price list": ["price", "list", *"abcdefghij"],
}
PASSAGES: dict[tuple[str, str], str | None] = {
    ("Wants the price list.", "pri"): "Wants the [price] list.",
    ("Wants the\nprice  list.", "list price"): "Wants the [price] [list].",
    ("Łukasz decides.", "lukasz"): "[Łukasz] decides.",
    ("Surprise", "price"): None,
    ("The price", "price list"): None,
    ("a " * 50 + "price" + " b" * 100, "price"): "… " + "a " * 30 + "[price]" + " b" * 70 + " …",
    ("y" * 500, "yyy"): f"[{'y' * 140}]",
}


@pytest.mark.parametrize("text", WORDS)
def test_a_text_is_split_into_folded_words(text: str) -> None:
    assert words_of(text) == WORDS[text]


@pytest.mark.parametrize("q", WANTED)
def test_short_words_are_searched_only_together_with_a_longer_one(q: str) -> None:
    assert wanted_words(q) == WANTED[q]


@pytest.mark.parametrize(("text", "q"), PASSAGES)
def test_an_excerpt_marks_each_search_word(text: str, q: str) -> None:
    parts = passage(text, wanted_words(q))
    shown = "".join(f"[{words}]" if is_found else words for words, is_found in parts) if parts else None
    assert shown == PASSAGES[text, q]


@given(text=st.text(max_size=400), data=st.data())
def test_every_word_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    words = sorted(words_of(text))
    wanted = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3)) if words else []
    if not wanted:
        return
    parts = passage(text, wanted)
    assert parts
    assert any(is_found for _, is_found in parts)
    said = "".join(words for words, _ in parts).removeprefix("… ").removesuffix(" …")
    assert said in " ".join(text.split()) or any(len(words) == 140 for words, _ in parts)


@pytest.fixture
def ana() -> User:
    return UserFactory(name="Ana", permission_set="Admin")


def found(user: User, q: str) -> list[str]:
    """The keys that both pages list."""
    also = by_comments(q, user)
    calls = {one.pk for one in list_calls(user, wanted=CallFilter(q=q), also=also, cursor=None).rows}
    recordings = {one.pk for one in list_recordings(user, Filters(q=q), cursor=None).rows}
    assert calls == recordings
    return sorted(calls)


def written(user: User, notes: str, *comments: str, minutes: int = 0) -> Call:
    call = recorded(user, minutes, notes=notes)
    for text in comments:
        add_comment(call.recording, at_ms=12_000, text=text, parent=None, acting_user=user)
    return call


@in_database
def test_notes_and_comments_are_found_by_the_beginnings_of_their_words(ana: User) -> None:
    noted = written(ana, "Łukasz wants the price list").pk
    commented = written(ana, "", "Ask Łukasz for a date", minutes=1).pk
    written(ana, "Surprised", "By a lukewarm offer", minutes=2)
    assert found(ana, "lukasz") == sorted([noted, commented])
    assert found(ana, "PRI") == [noted]
    assert found(ana, "date łuk") == [commented]
    assert found(ana, "price date") == [], "in one text, not here and there"
    assert found(ana, "ukasz") == []
    assert found(ana, "zzz") == []


@in_database
@pytest.mark.parametrize("few", [0, 1, 5000])
@pytest.mark.parametrize("far", ["Admin", "Manager", "Rep"])
def test_the_results_do_not_depend_on_how_many_texts_match(
    few: int, far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onrecord.apps.core.written._FEW", few)
    user = UserFactory(permission_set=far)
    zoe = UserFactory(group=GroupFactory(name="West"))
    mine = [
        written(user, "The pricing list", minutes=1).pk,
        written(user, "Pricing, listed", "x", minutes=2).pk,
        written(user, "", "Pricing list!", minutes=3).pk,
    ]
    theirs = [written(zoe, "Pricing list", "Pricing list", minutes=4).pk]
    written(user, "Pricing", "list", minutes=5)
    assert found(user, "pric lis") == sorted(mine + theirs if far == "Admin" else mine)


@in_database
def test_comments_are_found_only_by_those_who_may_hear_the_recording(ana: User) -> None:
    call = written(ana, "noteword", "commentword")
    deaf: User = UserFactory(name="Deaf", permission_set="")
    permit_only(deaf, set(Permission) - {Permission.RECORDING_LISTEN})
    assert found(deaf, "noteword") == [call.pk]
    assert found(deaf, "commentword") == []
    assert hits([call.pk], "commentword", deaf) == {}
    assert hits([call.pk], "commentword", ana)[call.pk].author == "Ana"


@in_database
def test_changed_or_deleted_text_is_no_longer_found(ana: User) -> None:
    call = written(ana, "")
    take_notes(call, Notes(text="Ask for the first offer", revision=0), acting_user=ana)
    assert found(ana, "first") == [call.pk]
    take_notes(call, Notes(text="Ask for the second offer", revision=1), acting_user=ana)
    assert found(ana, "first") == []
    assert found(ana, "second") == [call.pk]
    comment = add_comment(call.recording, at_ms=0, text="Remarkable", parent=None, acting_user=ana)
    add_comment(call.recording, at_ms=0, text="Indeed", parent=comment, acting_user=ana)
    assert found(ana, "indeed") == [call.pk]
    delete_comment(comment, acting_user=ana)
    assert found(ana, "remarkable") == found(ana, "indeed") == []
    assert not CommentWord.objects.exists()
    assert not NotesWord.objects.filter(Q(word="first")).exists()


@in_database
def test_pages_show_the_excerpt_with_its_words_marked(ana: User) -> None:
    call = written(ana, "Sends <b>the offer</b>", "Too long a pause here")
    client = Client()
    client.force_login(ana)
    for path in ("/calls", "/recordings"):
        page = client.get(path, {"q": "offer"}).content.decode()
        assert 'Sends &lt;b&gt;the <mark class="passage-word">offer</mark>&lt;/b&gt;' in page
        page = client.get(path, {"q": "pau"}).content.decode()
        assert f'<a class="numeric" href="/calls/{call.pk}#t=12">Ana at 0:12</a>' in page
        assert 'Too long a <mark class="passage-word">pause</mark> here' in page
        assert "passage" not in client.get(path, {"q": "Ana"}).content.decode()
