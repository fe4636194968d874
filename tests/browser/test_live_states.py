"""A call that runs now, as the pages show it, with scrollbars that take room."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import Dialer, sign_in
from harness.installation import Installation
from harness.people import STEADY
from harness.web import User

#: Elements with a scrollbar that nobody needs: what they hold is at most a few pixels too large.
STRAY = """() => [...document.querySelectorAll('body *')].filter((one) => {
    const style = getComputedStyle(one)
    const isStray = (overflow, more) => ['auto', 'scroll'].includes(overflow) && more > 0 && more < 8
    return isStray(style.overflowY, one.scrollHeight - one.clientHeight)
        || isStray(style.overflowX, one.scrollWidth - one.clientWidth)
}).map((one) => one.className || one.localName)"""


def check_badges(page: Page) -> None:
    badge = page.locator("#main .badge.live").first
    expect(badge).to_have_text("Recording now")
    # At once: an update may put another badge in its place.
    box = badge.evaluate("one => one.getBoundingClientRect().toJSON()")
    assert 0 < box["height"] < 32
    assert box["width"] < 180


def test_a_live_recording_is_a_small_badge_on_every_page_and_no_strip_has_a_stray_scrollbar(
    installation: Installation, chromium: BrowserContext, signed_in: Callable[[str], User]
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    # A call is part of a person's activity once it is logged.
    signed_in("ana").send("PUT", f"/calls/{call_id}/log", notes="Wants a quote.")
    page.goto(f"{installation.url}/calls")
    check_badges(page)
    person = page.locator("#calls tr").nth(1).locator("a[href^='/people/']").get_attribute("href")
    page.goto(f"{installation.url}/recordings")
    assert page.evaluate(STRAY) == []
    page.goto(f"{installation.url}{person}")
    check_badges(page)
    assert page.evaluate(STRAY) == []
    page.goto(f"{installation.url}/coaching")
    assert page.evaluate(STRAY) == []
    dialer.hang_up()
    page.context.clear_cookies()
    sign_in(page, installation, "ida")
    for path in ("/settings/call-recording", "/settings/permission-sets", "/coaching", "/people"):
        page.goto(f"{installation.url}{path}")
        assert page.evaluate(STRAY) == [], path
