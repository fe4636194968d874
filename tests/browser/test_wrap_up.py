"""The log of a call: notes while it runs, the card after it, and the next call."""

import os
import signal
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import Dialer, sign_in
from harness.installation import Installation
from harness.people import STEADY
from harness.web import User


@pytest.fixture
def page(installation: Installation, chromium: BrowserContext) -> Page:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    return page


def test_notes_survive_navigation_a_reload_and_a_web_that_dies_and_the_card_logs_them(
    page: Page, installation: Installation
) -> None:
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    notes, saved = page.get_by_label("Notes"), page.locator(".wrap-saved")
    notes.fill("Wants a quote.")
    expect(saved).to_have_text("Saved")
    page.locator("nav a[href='/calls']").click()
    page.wait_for_url("**/calls")
    expect(notes).to_have_value("Wants a quote.")

    # The web dies while something is being typed; what was typed stays, and is sent when it is back.
    os.kill(installation.pid("web"), signal.SIGKILL)
    notes.press_sequentially(" Budget 10k.")
    expect(saved).to_have_attribute("data-keeping", "waiting")
    installation.wait_until_ready()
    expect(saved).to_have_text("Saved", timeout=30_000)

    notes.press_sequentially(" Decides in May.")
    page.reload()
    expect(notes).to_have_value("Wants a quote. Budget 10k. Decides in May.")
    expect(saved).to_have_text("Saved")
    expect(dialer.status).to_have_text("On call", timeout=15_000)

    dialer.hang_up()
    card = page.get_by_role("form", name="Log of the call")
    expect(card.get_by_role("group", name="Disposition")).to_be_visible()
    found = Axe().run(page, {"include": [["or-dialer"]]})
    assert found.violations_count == 0, found.generate_report()
    # By keyboard alone.
    card.get_by_role("radio", name="Connected").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    card.get_by_label("Notes").press("Control+Enter")
    expect(card).to_be_hidden()
    expect(page.locator(".call-outcome")).to_contain_text("Logged: Meeting booked.")

    page.goto(f"{installation.url}/calls/{call_id}")
    expect(page.locator(".notes")).to_have_text("Wants a quote. Budget 10k. Decides in May.")
    expect(page.get_by_role("definition").filter(has_text="Meeting booked")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Positive")).to_be_visible()


def test_where_the_team_requires_it_the_next_call_waits_for_the_log(
    page: Page, signed_in: Callable[[str], User]
) -> None:
    dialer = Dialer(page)
    assert signed_in("ida").submit("/settings/outcomes/disposition", do="require").is_redirect
    # Calls from a person in the list, so that somebody follows.
    row = page.locator("#main tr", has=page.locator("[data-dial]")).first
    follower = page.locator("#main tr", has=page.locator("[data-dial]")).nth(1).locator("[data-dial]").first
    row.locator("[data-dial]").last.click()
    dialer.call_button.click()
    expect(dialer.hang_up_button).to_be_visible()
    expect(dialer.status).to_have_text("On call", timeout=30_000)
    dialer.hang_up()
    card = page.get_by_role("form", name="Log of the call")
    expect(card.get_by_text("required")).to_be_visible()
    expect(dialer.number).to_be_hidden()
    page.reload()
    expect(card.get_by_text("required")).to_be_visible()
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.get_by_role("alert")).to_have_text("Your team requires a disposition. Choose one, then save.")
    card.get_by_role("radio", name="Call back").check()
    card.get_by_role("button", name="Save and next").click()
    expect(card).to_be_hidden()
    expect(dialer.number).to_have_value(follower.get_attribute("data-dial") or "")
