"""The dialer's dock in each of its states: one place for each thing, by mouse, by keyboard, and small."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Playwright, expect

from harness.browser import Dialer, browser, requests_of, sign_in
from harness.installation import Installation
from harness.people import STEADY

#: Names as imports bring them: no blank to break at, and one that would turn the text after it round.
LONG_NAMES = (
    "firstname.lastname@northern-lights-logistics.example",
    "Rindfleischetikettierungsüberwachung Müller",
    "x" * 200,
    "Aaron \u202eresU nimdA",
)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def signed_in_page(
    installation: Installation, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    with browser(playwright, tmp_path_factory.mktemp("dock") / "chromium") as context:
        sign_in(context.pages[0], installation, "ana")
        yield context.pages[0]


@pytest.fixture
def page(signed_in_page: Page, installation: Installation) -> Page:
    signed_in_page.set_viewport_size(DESK)
    signed_in_page.goto(f"{installation.url}/people")
    return signed_in_page


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def assert_inside(box: Locator, *parts: Locator) -> None:
    """Wholly in sight, in the box."""
    outer = box.bounding_box()
    assert outer
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
        inner = part.bounding_box()
        assert inner
        assert outer["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def rename(installation: Installation, name: str) -> None:
    """The person of STEADY."""
    with closing(sqlite3.connect(installation.home / "db.sqlite3", timeout=10)) as database, database:
        database.execute(
            "UPDATE people_person SET name = ? WHERE id ="
            " (SELECT person_id FROM people_phonenumber WHERE e164 = ?)",
            (name, STEADY),
        )


def test_the_recording_icon_is_set_before_a_number_is_typed(page: Page) -> None:
    dialer = Dialer(page)
    expect(dialer.state).to_have_text("Record Next Call is on")
    assert_accessible(page)
    dialer.record_next_call(wanted=False)
    expect(dialer.state).to_have_text("Record Next Call is off")
    dialer.type(STEADY)
    expect(dialer.state).to_have_text("Won't be recorded")
    dialer.record_button.click()
    expect(dialer.state).to_have_text("Will be recorded")
    assert_accessible(page)


def test_two_quick_clicks_do_one_thing(page: Page) -> None:
    dialer = Dialer(page)
    dialer.type(STEADY)
    asked = requests_of(page)
    dialer.call_button.dblclick()
    expect(dialer.status).to_have_text("On call", timeout=30_000)
    expect(dialer.hang_up_button).to_be_focused()
    expect(dialer.state).to_have_text("Recording")
    notes = page.get_by_label("Notes")
    before = notes.bounding_box()
    dialer.record_button.dblclick()
    expect(dialer.record_button).to_be_enabled()
    expect(dialer.state).to_have_text("Paused by you")
    assert notes.bounding_box() == before, "a pause moves nothing"
    assert_accessible(page)
    dialer.hang_up_button.dblclick()
    expect(dialer.save_and_next).to_be_focused()
    expect(dialer.save_and_next).to_be_enabled()
    expect(dialer.log).to_be_visible()
    assert [one for one in asked if one.endswith("/calls") and one.startswith("POST")] == [
        "POST /api/v2/calls"
    ]
    assert not [one for one in asked if one.endswith(("/log", "/record"))]
    assert_accessible(page)
    dialer.save.click()
    expect(dialer.number).to_be_focused()
    expect(dialer.number).to_have_value("")


def test_whatever_the_name_and_the_notes_saving_and_the_head_stay_in_sight(
    page: Page, installation: Installation
) -> None:
    dialer = Dialer(page)
    dock = page.locator("or-dialer .dk")
    head = [page.locator("or-dialer [data-do=minimize]"), dialer.status]
    call_id = dialer.call(STEADY)
    page.get_by_label("Notes").fill("A long note.\n" * 200)
    for name in LONG_NAMES:
        rename(installation, name)
        page.set_viewport_size(DESK)
        page.reload()
        expect(dialer.status).to_have_text("On call", timeout=15_000)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert_inside(dock, *head, dialer.record, dialer.record_button, dialer.hang_up_button)
    page.set_viewport_size(DESK)
    dialer.hang_up()
    for name in LONG_NAMES:
        rename(installation, name)
        page.reload()
        change = dialer.log.get_by_role("button", name="Change the person")
        expect(change).to_be_visible()
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert_inside(dock, *head, dialer.save, dialer.save_and_next, change, dialer.later)
        # No page that names the person grows wider than the window.
        page.goto(f"{installation.url}/calls/{call_id}")
        person = page.locator("#main a[href^='/people/']").first.get_attribute("href")
        for path in (f"/calls/{call_id}", person, "/people", "/calls", "/recordings"):
            page.goto(f"{installation.url}{path}")
            for size in (DESK, PHONE):
                page.set_viewport_size(size)
                assert page.evaluate(TOO_WIDE) == 0, path
        page.set_viewport_size(DESK)
    rename(installation, "Tom Hertz")
    page.reload()
    dialer.save.click()


def test_small_it_says_what_goes_on_and_keeps_a_call_that_is_not_logged(page: Page) -> None:
    dialer = Dialer(page)
    bar = page.get_by_role("region", name="Dialer, minimized")
    dialer.call(STEADY)
    page.get_by_role("button", name="Minimize the dialer").click()
    expect(bar.get_by_role("button", name="Recording")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Alt+KeyP")
    expect(bar).to_contain_text("Paused by you")
    page.set_viewport_size(PHONE)
    expect(bar).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    page.set_viewport_size(DESK)
    bar.get_by_role("button", name="Hang up").click()
    expect(bar).to_contain_text("1 call to log")
    assert_accessible(page)
    # A number on the page comes into the dialer; the call waits.
    number = page.locator("#main [data-dial]").first
    number.click()
    expect(dialer.number).to_have_value(number.inner_text())
    expect(dialer.log).to_be_hidden()
    page.reload()
    expect(page.locator("or-dialer").get_by_role("button", name="1 call to log")).to_be_visible()
    assert_accessible(page)
    page.locator("or-dialer").get_by_role("button", name="1 call to log").click()
    expect(dialer.log.get_by_role("radio", name="Connected")).to_be_checked()
    expect(dialer.log).to_contain_text("Filled in from the call")
    dialer.log.get_by_role("radio", name="Call back").check(force=True)
    expect(dialer.log.get_by_text("Filled in from the call")).to_be_hidden()
    dialer.save.click()
    expect(page.get_by_text("Logged: Call back.")).to_be_visible()


def test_a_call_is_made_and_logged_by_keyboard_alone(page: Page) -> None:
    dialer = Dialer(page)
    keys = page.keyboard
    keys.press("Tab")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the dialer")).to_be_focused()
    keys.press("Enter")
    expect(dialer.number).to_be_focused()
    page.get_by_role("button", name="Minimize the dialer").press("Enter")
    keys.press("/")
    expect(page.get_by_role("searchbox", name="Search people")).to_be_focused()
    keys.press("Alt+KeyK")
    expect(dialer.number).to_be_focused()
    with page.expect_response("**/dialer/preview?number*"):
        keys.type(STEADY)
    keys.press("Alt+Enter")
    expect(dialer.status).to_have_text("On call", timeout=30_000)
    expect(dialer.hang_up_button).to_be_focused()
    keys.press("Alt+KeyM")
    expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    keys.press("Alt+KeyN")
    notes = page.get_by_label("Notes")
    expect(notes).to_be_focused()
    keys.type("What? 24/7. ")
    keys.press("Alt+KeyP")
    expect(dialer.state).to_have_text("Paused by you")
    expect(notes).to_have_value("What? 24/7. ")
    keys.press("Alt+KeyH")
    expect(dialer.save_and_next).to_be_enabled()
    keys.press("Alt+Enter")
    expect(page.get_by_text("Logged: Connected.")).to_be_visible()
    expect(page.locator("or-dialer :focus")).to_have_count(1)


def test_the_keys_are_listed_and_can_be_switched_off_and_on(page: Page) -> None:
    dialer = Dialer(page)
    page.locator("#main").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Hang up")
    assert_accessible(page)
    use = keys.get_by_role("checkbox", name="Use these shortcuts in this browser")
    use.uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.locator("#main").focus()
    page.keyboard.press("Alt+KeyK")
    page.keyboard.press("?")
    expect(page.locator("#main")).to_be_focused()
    expect(dialer.call_button.locator("kbd")).to_be_hidden()
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    use.check()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("Alt+KeyK")
    expect(dialer.number).to_be_focused()
