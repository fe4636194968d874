"""Who talked, as the call page shows it."""

import pytest
from django.test import Client

from factories import CallFactory, UserFactory

pytestmark = pytest.mark.django_db

TALK = {
    "ours_ms": 62_000,
    "contact_ms": 31_000,
    "both_ms": 0,
    "silence_ms": 7_000,
    "ratio": 0.6667,
    "longest_monologue": {"ours": {"start_ms": 1000, "end_ms": 41_000}, "contact": None},
    "interruptions": {"ours": 2, "contact": 0},
}


def shown(**fields: object) -> str:
    ana = UserFactory()
    recording = {f"recording__{name}": value for name, value in fields.items()}
    call = CallFactory(
        user=ana,
        status="completed",
        ended_at="2026-03-02T15:02:00Z",
        recording={},
        recording__status="completed",
        **recording,
    )
    client = Client()
    client.force_login(ana)
    return client.get(f"/calls/{call.pk}").content.decode()


def test_the_call_page_says_who_talked() -> None:
    page = shown(talk=TALK, talk_ratio=0.6667)
    assert "Our side 67%" in page
    assert "Contact 33%" in page
    assert '<rect class="ours" x="0.0" width="62.0"' in page
    assert "0:40" in page, "our longest monologue"


def test_overlapping_talk_has_its_own_word() -> None:
    assert "Both at once 0:05" in shown(talk=TALK | {"both_ms": 5000}, talk_ratio=0.6667)
    assert "Both at once" not in shown(talk=TALK, talk_ratio=0.6667)


def test_a_one_sided_recording_has_no_talk_ratio() -> None:
    page = shown(talk=TALK | {"contact_ms": 0, "ratio": None})
    assert "Only our side was recorded" in page
    assert "%" not in page.partition('class="talk-words"')[2].partition("</p>")[0]


def test_a_recording_that_was_not_analyzed_shows_no_bar() -> None:
    assert 'class="talk"' not in shown()
