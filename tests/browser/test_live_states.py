"""A call that runs now, as the pages show it, with scrollbars that take room; and how they catch up."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import BrowserContext, Page, Response, expect

from harness.browser import Dialer, sign_in
from harness.installation import Installation
from harness.people import STEADY
from harness.web import User
from onrecord.web.live.views import MOST_BEHIND

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


def test_a_page_that_missed_too_many_events_begins_anew_and_looks_up_what_it_missed(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    page.goto(f"{installation.url}/calls")
    with closing(sqlite3.connect(installation.home / "db.sqlite3", timeout=30)) as database:
        recorded = page.locator("#calls tr[id^='call-']", has=page.get_by_text("Listen to Recording")).first
        row = recorded.get_attribute("id") or ""
        call_id = row.removeprefix("call-")
        processing = page.locator(f"#{row}").get_by_text("Processing")

        def change(status: str, events: int) -> None:
            event = (call_id, "recording.completed", "2026-01-01 00:00:00", "{}")
            with database:
                database.execute("UPDATE calls_recording SET status = ? WHERE call_id = ?", (status, call_id))
                database.executemany(
                    "INSERT INTO calls_callevent (call_id, type, at, payload) VALUES (?, ?, ?, ?)",
                    [event] * events,
                )

        change("processing", 1)
        expect(processing).to_be_visible()
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer) if answer.url.endswith("/events") else None)
        page.route("**/events", lambda route: route.abort())
        installation.kill("web")
        change("completed", MOST_BEHIND + 1)
        page.unroute("**/events")
        expect(processing).to_have_count(0, timeout=30_000)
    assert [answer.status for answer in answers] == [410, 200]
    assert "last-event-id" not in answers[1].request.all_headers()
