"""Listening: seeking by range, keyboard, speed, the pause that shows."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from harness.browser import sign_in
from harness.installation import Installation


@pytest.fixture
def listening(installation: Installation, chromium: BrowserContext) -> Page:
    """A page with the player of one of the demo team's recorded calls."""
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/calls?q=Emma")
    row = page.locator("tr", has=page.locator("[data-listen]")).first
    row.locator("a[href^='/calls/']").click()
    expect(page.locator("or-player .player")).to_be_visible()
    return page


def now(page: Page) -> float:
    return float(page.locator("or-player audio").evaluate("audio => audio.currentTime"))


def test_it_asks_for_ranges_and_plays_from_where_it_was_sought(listening: Page) -> None:
    answers: list[Response] = []
    listening.on("response", lambda response: answers.append(response) if "/audio" in response.url else None)
    slider = listening.get_by_role("slider", name="Position")
    slider.focus()
    slider.press("End")
    slider.press("ArrowLeft")
    listening.get_by_role("button", name="Play").click()
    expect(listening.get_by_role("button", name="Pause")).to_be_visible()
    listening.wait_for_function("document.querySelector('or-player audio').currentTime > 20")

    assert answers
    assert {answer.status for answer in answers} == {206}
    assert all(re.fullmatch(r"bytes \d+-\d+/\d+", answer.headers["content-range"]) for answer in answers)


def test_the_keyboard_moves_by_five_seconds(listening: Page) -> None:
    slider = listening.get_by_role("slider", name="Position")
    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuenow", "10")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", "5")


def test_the_speed_is_remembered(listening: Page) -> None:
    listening.get_by_label("Speed").select_option("1.5")
    listening.reload()

    expect(listening.get_by_label("Speed")).to_have_value("1.5")
    assert listening.locator("or-player audio").evaluate("audio => audio.playbackRate") == 1.5


def test_a_reload_goes_on_where_listening_stood_and_skips_what_was_paused_on_other_pages_too(
    listening: Page,
) -> None:
    gap = listening.locator(".player-gap").get_attribute("title")
    assert gap
    start, end = (int(clock) for clock in re.findall(r"0:(\d\d)", gap))
    slider = listening.get_by_role("slider", name="Position")
    slider.focus()
    steps = start // 5 - 1
    for _ in range(steps):
        slider.press("ArrowRight")
    before = 5 * steps
    expect(slider).to_have_attribute("aria-valuenow", str(before))
    listening.reload()
    expect(slider).to_have_attribute("aria-valuenow", str(before))

    listening.get_by_role("button", name="Skip silence").click()
    listening.get_by_role("button", name="Play", exact=True).click()
    expect(listening.get_by_role("button", name="Pause")).to_be_visible()
    listening.locator("nav a[href='/people']").click()
    mini = listening.get_by_role("region", name="Now playing")
    expect(mini).to_be_visible()
    listening.wait_for_function(f"() => document.querySelector('or-mini-player audio').currentTime >= {end}")
    inside = f"audio => [...Array(audio.played.length).keys()].every(n => audio.played.end(n) < {start + 1}"
    inside += f" || audio.played.start(n) > {end - 2})"
    assert listening.locator("or-mini-player audio").evaluate(inside)
    mini.get_by_role("button", name="Stop listening").click()
    expect(mini).to_be_hidden()


def test_nobody_who_may_not_see_a_call_hears_it(installation: Installation, listening: Page) -> None:
    audio = listening.locator("or-player audio").get_attribute("src")
    assert audio
    listening.context.clear_cookies()
    sign_in(listening, installation, "chloe")
    answer = listening.request.get(f"{installation.url}{audio}")

    assert answer.status == 404


def test_what_is_lost_is_hatched_in_its_place_and_said_below(
    listening: Page, installation: Installation
) -> None:
    call_id = listening.url.rpartition("/")[2]
    database = installation.config.home / "db.sqlite3"
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        (spans,) = connection.execute(
            "SELECT spans FROM calls_recording WHERE call_id = ?", [call_id]
        ).fetchone()
        begin = json.loads(spans)[0]["start_ms"]
        hole = {"start_ms": begin + 3000, "end_ms": begin + 7000, "cause": "damaged", "parties": [0, 1]}
        connection.execute(
            "UPDATE calls_recording SET holes = ? WHERE call_id = ?", [json.dumps([hole]), call_id]
        )
    listening.reload()
    lost = listening.locator(".player-gap.lost")
    expect(lost).to_have_attribute("title", "Lost 0:04 at 0:03")
    expect(listening.locator(".player-lost-label")).to_have_text("Lost 0:04")
    expect(listening.locator(".player-missing")).to_have_text(
        "0:04 of sound is missing at 0:03, because part of the call's file was damaged. "
        "Everything else is complete."
    )
    band, canvas = lost.bounding_box(), listening.locator(".player-canvas").bounding_box()
    assert band
    assert canvas
    total = float(listening.locator("or-player").get_attribute("duration") or 0) / 1000
    assert band["x"] - canvas["x"] == pytest.approx(canvas["width"] * 3 / total, abs=2)
    assert band["width"] == pytest.approx(canvas["width"] * 4 / total, abs=2)
