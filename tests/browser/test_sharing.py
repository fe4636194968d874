"""A public link, made by somebody inside and followed by somebody outside."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from harness.browser import browser, sign_in
from harness.installation import Installation

CODE = "tulips in may"


@pytest.fixture
def outside(playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """A browser that has never been here."""
    with browser(playwright, tmp_path / "outside") as context:
        yield context.pages[0]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_link_with_a_passcode_plays_for_somebody_outside_until_it_is_revoked(
    chromium: BrowserContext, outside: Page, installation: Installation
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/recordings")
    page.locator(".recording a[href^='/calls/']").first.click()
    sharing = page.get_by_role("region", name="Sharing")
    sharing.get_by_text("Create a public link").click()
    sharing.get_by_label("Passcode").fill(CODE)
    sharing.get_by_role("button", name="Create the link").click()
    address = sharing.get_by_label("The public link").input_value()
    assert address.startswith(f"{installation.url}/shared#")
    assert_accessible(page)

    # It is shown once: what comes live does not take it away.
    comment = page.get_by_label(re.compile("^Comment at"))
    for words in ("First", "Second", "Third"):
        comment.fill(words)
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.locator(".stream")).to_contain_text(words)
    expect(sharing.get_by_label("The public link")).to_have_value(address)

    denver = {"timezoneId": "America/Denver"}
    outside.context.new_cdp_session(outside).send("Emulation.setTimezoneOverride", denver)
    outside.goto(address)
    expect(outside.get_by_label("Passcode")).to_be_visible()
    assert outside.url == f"{installation.url}/shared"
    assert_accessible(outside)
    outside.get_by_label("Passcode").fill("roses in june")
    outside.keyboard.press("Enter")
    expect(outside.get_by_role("alert")).to_contain_text("Wrong passcode")
    outside.get_by_label("Passcode").fill(CODE)
    outside.keyboard.press("Enter")
    expect(outside.get_by_role("heading", name="A recorded call")).to_be_visible()
    expect(outside.locator("or-dialer")).to_have_count(0)
    # A visitor reads times in the zone of their browser.
    made = outside.locator("time").first
    at = datetime.fromisoformat(made.get_attribute("datetime") or "").astimezone(ZoneInfo("America/Denver"))
    expect(made).to_have_text(re.compile(rf"{at.hour % 12 or 12}:{at:%M %p} M[DS]T$"))
    outside.get_by_role("button", name="Play").click()
    expect(outside.locator(".player-now")).to_have_text("0:01", timeout=15_000)
    outside.get_by_role("slider", name="Position").press("ArrowRight")
    expect(outside.locator(".player-now")).not_to_have_text("0:01")
    assert_accessible(outside)

    page.goto(f"{installation.url}/settings/sharing")
    page.get_by_text("Revoke all", exact=True).click()
    assert_accessible(page)
    expect(page.locator("#links .badge").first).to_have_text("Active")
    page.get_by_role("button", name="Revoke all links").click()
    expect(page.locator("#links .badge").first).to_have_text("Revoked")
    outside.reload()
    expect(outside.get_by_role("alert")).to_contain_text("Open the link again")
    outside.goto(address)
    expect(outside.get_by_role("alert")).to_contain_text("does not work, or no longer works")
