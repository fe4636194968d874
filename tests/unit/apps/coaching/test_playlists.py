"""Playlists: who may see, change, and play them."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from factories import CallFactory, GroupFactory, PersonFactory, UserFactory
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.recording_actions import copy_facts
from onrecord.apps.coaching.models import Clip, Playlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def marcus() -> User:
    return UserFactory(name="Marcus", permission_set="Manager")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def recorded(user: User, name: str = "Emma Brooks") -> Call:
    call: Call = CallFactory(
        user=user,
        person=PersonFactory(name=name, number=""),
        status="completed",
        ended_at="2026-03-02T15:01:00Z",
        recording={},
        recording__status="completed",
        recording__completed_at="2026-03-02T15:01:01Z",
        recording__duration_ms=60_000,
    )
    copy_facts(call)
    return call


def add(user: User, call: Call, **form: Any) -> HttpResponse:
    return client_of(user).post(f"/recordings/{call.pk}/clips", form)


def order(playlist: Playlist) -> list[int]:
    return list(playlist.clips.order_by("position").values_list("start_ms", flat=True))


def test_a_clip_is_added_to_a_new_playlist_and_another_to_the_same(marcus: User) -> None:
    call = recorded(marcus)
    assert add(marcus, call, name="Openings", start="0:05", end="0:20", note="The pause").status_code == 302
    playlist = Playlist.objects.get()
    assert (playlist.name, playlist.owner, playlist.is_shared) == ("Openings", marcus, False)
    add(marcus, call, playlist=playlist.pk)
    assert list(playlist.clips.order_by("position").values_list("start_ms", "end_ms", "note")) == [
        (5_000, 20_000, "The pause"),
        (0, 60_000, ""),
    ]
    page = client_of(marcus).get(f"/coaching/playlists/{playlist.pk}").content.decode()
    assert 'data-start="5000" data-end="20000"' in page
    assert "The pause" in page
    actions = AuditEntry.objects.filter(object_kind="playlist").values_list("action", flat=True)
    assert list(actions.order_by("pk")) == ["playlist.changed", "clip.added", "clip.added"]


def test_a_clip_that_cannot_be_cut_is_refused_and_makes_no_playlist(marcus: User) -> None:
    answer = add(marcus, recorded(marcus), name="Openings", start="1:30")
    assert answer.status_code == 422
    assert "must end after it begins" in answer.content.decode()
    assert not Playlist.objects.exists()


def test_the_dialog_of_a_list_is_answered_in_place_and_keeps_what_was_refused(marcus: User) -> None:
    call = recorded(marcus)
    client = client_of(marcus)
    assert "Emma Brooks" in client.get(f"/recordings/{call.pk}/clips").content.decode()
    refused = add(marcus, call, name="Openings", start="1:30", note="The pause", **{"from": "dialog"})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "must end after it begins" in page
    for kept in ("Openings", "1:30", "The pause"):
        assert f'value="{kept}"' in page
    added = add(marcus, call, name="Openings", **{"from": "dialog"})
    assert added.status_code == 200
    assert f'/coaching/playlists/{Playlist.objects.get().pk}">Openings</a>' in added.content.decode()


def test_clips_are_moved_and_removed_by_the_owner(marcus: User) -> None:
    call = recorded(marcus)
    add(marcus, call, name="Openings", start="1")
    playlist = Playlist.objects.get()
    for start in ("2", "3"):
        add(marcus, call, playlist=playlist.pk, start=start)
    third = Clip.objects.get(start_ms=3000)
    client = client_of(marcus)
    client.post(f"/coaching/clips/{third.pk}", {"do": "move", "by": "-1"})
    assert order(playlist) == [1000, 3000, 2000]
    client.post(f"/coaching/clips/{third.pk}", {"do": "move", "by": "7"})
    assert order(playlist) == [1000, 2000, 3000]
    client.post(f"/coaching/clips/{third.pk}", {"do": "move", "by": "-2"})
    assert order(playlist) == [3000, 1000, 2000]
    assert client.post(f"/coaching/clips/{third.pk}", {"do": "move", "by": "--2"}).status_code == 400
    client.post(f"/coaching/clips/{third.pk}", {"do": "remove"})
    assert order(playlist) == [1000, 2000]
    assert client.post(f"/coaching/clips/{Clip.objects.first().pk}", {"do": "burn"}).status_code == 400  # type: ignore[union-attr]


def test_a_clip_can_be_recut_by_its_owner_and_refused_input_is_kept(marcus: User) -> None:
    add(marcus, recorded(marcus), name="Openings", start="1", note="The pause")
    clip = Clip.objects.get()
    path = f"/coaching/clips/{clip.pk}"
    client = client_of(marcus)
    refused = client.post(path, {"do": "cut", "start": "0:30", "end": "0:20", "note": "The longer pause"})
    assert refused.status_code == 422
    assert "must end after it begins" in refused.content.decode()
    assert 'value="The longer pause"' in refused.content.decode()
    client.post(path, {"do": "cut", "start": "0:30", "end": "", "note": "The longer pause"})
    clip.refresh_from_db()
    assert (clip.start_ms, clip.end_ms, clip.note) == (30_000, 60_000, "The longer pause")
    assert AuditEntry.objects.filter(action="clip.cut").count() == 1
    Playlist.objects.update(is_shared=True)
    assert client_of(UserFactory()).post(path, {"do": "cut"}).status_code == 404


def test_a_shared_playlist_is_seen_by_the_team_but_changed_only_by_its_owner(marcus: User) -> None:
    add(marcus, recorded(marcus), name="Openings")
    playlist = Playlist.objects.get()
    ana = client_of(UserFactory(name="Ana"))
    assert ana.get(f"/coaching/playlists/{playlist.pk}").status_code == 404
    assert "Openings" not in ana.get("/coaching").content.decode()
    form = {"name": "Openings", "description": "For all", "is_shared": "on"}
    client_of(marcus).post(f"/coaching/playlists/{playlist.pk}/change", form)
    page = ana.get("/coaching").content.decode()
    assert "Shared by Marcus" in page
    assert "For all" in page
    refused = ana.post(f"/coaching/playlists/{playlist.pk}/change", form)
    assert refused.status_code == 403
    assert "Only Marcus can change this playlist" in refused.content.decode()
    assert ana.post(f"/coaching/clips/{playlist.clips.get().pk}", {"do": "remove"}).status_code == 404


def test_a_clip_of_a_call_that_the_user_may_not_hear_reveals_nothing(marcus: User) -> None:
    ana = UserFactory(name="Ana")
    add(marcus, recorded(marcus, "Emma Secret"), name="Openings")
    add(marcus, recorded(ana, "Erik Open"), playlist=Playlist.objects.get().pk)
    Playlist.objects.update(is_shared=True)
    page = client_of(ana).get(f"/coaching/playlists/{Playlist.objects.get().pk}").content.decode()
    assert "Erik Open" in page
    assert "You cannot play this clip" in page
    hidden = Clip.objects.order_by("position").first()
    assert hidden
    for secret in ("Emma Secret", hidden.recording_id):
        assert secret not in page


def test_nobody_adds_a_clip_of_a_call_that_they_may_not_hear(marcus: User) -> None:
    elsewhere = UserFactory(name="Zoe", group=GroupFactory(name="West"))
    assert add(marcus, recorded(elsewhere), name="Openings").status_code == 404


def test_a_playlist_needs_a_name_of_its_own_and_is_deleted_without_its_recordings(marcus: User) -> None:
    client = client_of(marcus)
    assert client.post("/coaching", {"name": " "}).status_code == 422
    client.post("/coaching", {"name": "Openings"})
    twice = client.post("/coaching", {"name": "Openings"})
    assert "already have a playlist “Openings”" in twice.content.decode()
    call = recorded(marcus)
    playlist = Playlist.objects.get()
    add(marcus, call, playlist=playlist.pk)
    client.post(f"/coaching/playlists/{playlist.pk}/change", {"do": "delete"})
    assert not Playlist.objects.exists()
    assert client.get(f"/calls/{call.pk}").status_code == 200


def test_the_recordings_page_filters_by_a_visible_playlist(marcus: User) -> None:
    inside, outside = recorded(marcus), recorded(marcus, "Erik Outside")
    add(marcus, inside, name="Openings")
    playlist = Playlist.objects.get()
    page = client_of(marcus).get("/recordings", {"playlist": playlist.pk}).content.decode()
    assert inside.pk in page
    assert outside.pk not in page
    assert "Playlist: Openings" in page
    theirs = client_of(UserFactory(permission_set="Manager")).get("/recordings", {"playlist": playlist.pk})
    assert inside.pk not in theirs.content.decode()
