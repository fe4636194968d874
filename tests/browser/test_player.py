"""Listening: seeking by range, keyboard, speed, the pause that shows."""

import re

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
