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
    card = page.get_by_role("form", name="Call log")
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
    expect(page.get_by_text("Logged: Meeting booked.")).to_be_visible()
    expect(dialer.number).to_be_focused()

    page.goto(f"{installation.url}/calls/{call_id}")
    expect(page.locator(".notes")).to_have_text("Wants a quote. Budget 10k. Decides in May.")
    expect(page.get_by_role("definition").filter(has_text="Meeting booked")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Positive")).to_be_visible()


def test_an_extension_is_shown_and_sent_as_tones_when_asked(page: Page) -> None:
    dialer = Dialer(page)
    dialer.call(f"{STEADY} x4711")
    expect(page.locator(".dk-number")).to_contain_text("ext. 4711")
    with page.expect_response(lambda answer: answer.url.endswith("/dtmf") and answer.ok):
        page.get_by_role("button", name="Send extension 4711").click()
    expect(page.locator(".dk-sent")).to_have_text("4711")
    found = Axe().run(page, {"include": [["or-dialer"]]})
    assert found.violations_count == 0, found.generate_report()
    dialer.hang_up()
    expect(page.get_by_role("button", name="Send extension 4711")).to_be_hidden()
    # Logged, so that it does not stand before the next test's call.
    card = page.get_by_role("form", name="Call log")
    card.get_by_role("radio", name="Neutral").check(force=True)
    card.get_by_label("Notes").press("Control+Enter")
    expect(card).to_be_hidden()


def test_where_the_team_requires_it_the_next_call_waits_for_the_log(
    page: Page, signed_in: Callable[[str], User]
) -> None:
    dialer = Dialer(page)
    assert signed_in("ida").submit("/settings/dispositions/sentiment", do="require").is_redirect
    # Calls from a person in the list, so that somebody follows.
    row = page.locator("#main tr", has=page.locator("[data-dial]")).first
    follower = page.locator("#main tr", has=page.locator("[data-dial]")).nth(1).locator("[data-dial]").first
    row.locator("[data-dial]").last.click()
    dialer.call_button.click()
    expect(dialer.hang_up_button).to_be_visible()
    expect(dialer.status).to_have_text("On call", timeout=30_000)
    dialer.hang_up()
    card = page.get_by_role("form", name="Call log")
    expect(card.get_by_text("required")).to_be_visible()
    expect(dialer.number).to_be_hidden()
    page.reload()
    expect(card.get_by_text("required")).to_be_visible()
    # Other than the disposition, which the call itself tells.
    expect(card.get_by_role("radio", name="Connected")).to_be_checked()
    dialer.save.click()
    expect(card.get_by_role("alert")).to_have_text("Your team requires a sentiment. Choose one, then save.")
    card.get_by_role("radio", name="Neutral").check()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dialer.save_and_next.click()
    expect(card).to_be_hidden()
    # The log goes to the API; the page below it is not asked for by the form's fields.
    assert [url for url in asked if url.endswith("/log")]
    assert not [url for url in asked if "disposition=" in url]
    expect(dialer.number).to_have_value(follower.inner_text())


def test_signing_out_sends_the_notes_first_and_leaves_no_word_of_a_call_behind(
    page: Page, installation: Installation, signed_in: Callable[[str], User]
) -> None:
    dialer = Dialer(page)
    other_tab = page.context.new_page()
    other_tab.goto(f"{installation.url}/recordings")
    call_id = dialer.call(STEADY)
    page.get_by_label("Notes").fill("Wants a quote.")
    expect(page.locator(".wrap-saved")).to_have_text("Saved")
    dialer.hang_up()
    page.goto(f"{installation.url}/calls/{call_id}")
    notes = page.locator("#call-notes")
    expect(notes).to_have_value("Wants a quote.")

    # Nobody to send them to: nothing is lost, and nobody is signed out.
    page.context.set_offline(True)
    notes.press_sequentially(" Budget 10k.")
    sign_out(page)
    dialog = page.get_by_role("dialog", name="Some notes are not saved")
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(dialog.get_by_label("Notes of call")).to_have_value("Wants a quote. Budget 10k.")
    found = Axe().run(page, {"include": [["dialog"]]})
    assert found.violations_count == 0, found.generate_report()
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(notes).to_have_value("Wants a quote. Budget 10k.")
    page.context.set_offline(False)

    # A draft that the server refuses for good: it is thrown away only when one says so.
    owner = page.locator("meta[name=user]").get_attribute("content")
    page.evaluate(
        "owner => ['1', owner].forEach(user => localStorage.setItem("
        "`onrecord.notes.${user}.${'0'.repeat(32)}`, JSON.stringify({text: 'Secret', revision: 0})))",
        owner,
    )
    sign_out(page)
    expect(dialog.get_by_label("Notes of call")).to_have_value("Secret")
    dialog.get_by_role("button", name="Delete them").click()
    page.wait_for_url("**/sign-in")
    other_tab.wait_for_url("**/sign-in")
    kept = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('onrecord.notes.'))")
    # Another user's wait for that user.
    assert [key for key, _ in kept] == [f"onrecord.notes.1.{'0' * 32}"]
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    log = signed_in("ana").call_of(call_id)["log"]
    assert log["notes"] == "Wants a quote. Budget 10k."


def sign_out(page: Page) -> None:
    if page.locator(".top .menu[open]").count() == 0:
        page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Sign out").click()
