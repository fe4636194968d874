"""The Recordings page as people use it: by mouse, by keyboard alone, and while calls come in."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation
from harness.people import STEADY


@pytest.fixture
def page(installation: Installation, chromium: BrowserContext) -> Page:
    """Ida, an admin, at the recordings."""
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    page.locator("nav a[href='/recordings']").click()
    expect(page.locator(".recording").first).to_be_visible()
    return page


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_search_and_filters_are_in_the_address_and_the_back_button_takes_them_back(page: Page) -> None:
    tiles = page.locator(".recording")
    everything = tiles.count()
    page.get_by_role("searchbox", name="Search recordings").fill("emma")
    page.wait_for_url("**/recordings?q=emma")
    expect(tiles.filter(has_not_text="Emma")).to_have_count(0)
    found = tiles.count()
    assert 0 < found < everything
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Sentiment").select_option("Negative")
    expect(page.get_by_text("No matching recordings")).to_be_visible()
    assert page.url.endswith("/recordings?q=emma&sentiment=Negative")
    page.go_back()
    expect(tiles).to_have_count(found)
    expect(page.get_by_label("Sentiment")).to_have_value("")
    page.go_back()
    expect(tiles).to_have_count(everything)
    expect(page.get_by_role("searchbox", name="Search recordings")).to_have_value("")


def test_a_filter_is_taken_away_by_its_name(page: Page) -> None:
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Sentiment").select_option("Positive")
    page.get_by_role("link", name="Remove the filter Positive").click()
    expect(page.get_by_role("link", name="Remove the filter Positive")).to_be_hidden()
    assert page.url.endswith("/recordings")


def test_a_view_is_kept_renamed_and_deleted_by_keyboard(page: Page) -> None:
    search = page.get_by_role("searchbox", name="Search recordings")
    search.focus()
    page.keyboard.type("emma")
    page.keyboard.press("Enter")
    save = page.locator("summary", has_text="Save view")
    expect(save).to_be_visible()
    save.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Emma's calls")
    page.keyboard.press("Enter")
    view = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Emma's calls")
    expect(view).to_have_attribute("aria-current", "page")
    assert page.url.endswith("/recordings?q=emma")
    assert_accessible(page)

    edit = page.locator("summary", has_text="Edit view")
    edit.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("Emma")
    page.keyboard.press("Enter")
    renamed = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Emma", exact=True)
    expect(renamed).to_be_visible()
    edit.focus()
    page.keyboard.press("Enter")
    delete = page.locator("summary", has_text="Delete view")
    delete.focus()
    page.keyboard.press("Enter")
    sure = page.get_by_role("button", name="Delete Emma", exact=True)
    expect(sure).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(sure).to_be_hidden()
    expect(delete).to_be_focused()
    page.keyboard.press("Escape")
    expect(delete).to_be_hidden()
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    delete.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(renamed).to_be_hidden()


def test_a_recording_plays_in_its_tile(page: Page) -> None:
    tile = page.locator(".recording").first
    tile.get_by_role("button", name="Listen to the call").focus()
    page.keyboard.press("Enter")
    expect(tile.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(tile.locator(".player-now")).not_to_have_text("0:00")
    assert_accessible(page)
    tile.get_by_role("button", name="Listen to the call").click()
    expect(tile.locator("or-player")).to_have_count(0)


def test_a_new_recording_comes_to_the_top_or_is_announced_to_who_listens(page: Page) -> None:
    dialer = Dialer(page)
    tiles = page.locator(".recording")
    known = tiles.first.get_attribute("id")
    call_id = dialer.call(STEADY)
    dialer.at("00:02")
    dialer.hang_up()
    expect(page.locator(f"#call-{call_id}.recording")).to_be_visible(timeout=15_000)
    assert tiles.first.get_attribute("id") == f"call-{call_id}"
    assert tiles.nth(1).get_attribute("id") == known

    tiles.nth(1).get_by_role("button", name="Listen to the call").click()
    second = dialer.call(STEADY)
    dialer.at("00:02")
    dialer.hang_up()
    new = page.get_by_role("button", name="1 new recording")
    expect(new).to_be_visible(timeout=15_000)
    expect(page.locator(f"#call-{second}")).to_have_count(0)
    new.click()
    expect(new).to_be_hidden()
    assert tiles.first.get_attribute("id") == f"call-{second}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_has_no_barrier_that_axe_finds_and_fits(
    installation: Installation, playwright: Playwright, tmp_path: Path, scheme: str, width: int
) -> None:
    with browser(playwright, tmp_path / "chromium") as context:
        page = context.pages[0]
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        sign_in(page, installation, "ida")
        for address in ("/recordings", "/recordings?sentiment=Positive", "/recordings?q=nobody"):
            page.goto(installation.url + address)
            assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
