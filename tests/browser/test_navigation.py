"""The call lives in the page's session, not in any page."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import APIResponse, BrowserContext, Page, Route, expect

from harness import sound
from harness.browser import Dialer, ask_for_a_review, requests_of, sign_in
from harness.installation import Installation, eventually
from harness.people import ECHO, STEADY
from harness.web import SETTLED, User
from onrecord.media.capture.reader import JournalReader


def go(page: Page, locator: str) -> None:
    """Follow a link as a person does and wait for its page."""
    link = page.locator(locator).first
    path = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{path}")


def test_a_call_goes_on_unbroken_through_ten_pages_back_and_forward(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    call_id = dialer.call(ECHO)
    journal = installation.keep_journal(call_id)
    page.evaluate("window.notReloaded = true")

    calls, people = "nav a[href='/calls']", "nav a[href='/people']"
    a_person, a_call = "#main td a[href^='/people/']", "#main td a[href^='/calls/']"
    for link in (calls, a_call, calls, people, a_person, people, calls, a_call, people, a_person):
        go(page, link)
        expect(dialer.status).to_have_text("On call")
    for _ in range(4):
        page.go_back()
        expect(dialer.status).to_have_text("On call")
    for _ in range(2):
        page.go_forward()
        expect(dialer.status).to_have_text("On call")
    dialer.at("00:08")
    assert page.evaluate("window.notReloaded") is True
    assert dialer.current() == call_id
    dialer.hang_up()

    reader = JournalReader(journal, installation.config.secrets.master_key)
    chunks = list(reader.poll())
    ours = next(
        control.party
        for chunk in chunks
        for control in chunk.controls()
        if control.type == "join" and control.fields["side"] == "ours"
    )
    headers = np.concatenate([chunk.media().headers for chunk in chunks])
    rep = headers[headers["party"] == ours]
    assert len(rep) > 7 * 50
    assert set(np.diff(rep["sequence"].astype(np.uint16)).tolist()) == {1}, "every packet arrived, in order"
    assert set(np.diff(rep["timestamp"].astype(np.uint32)).tolist()) == {160}, "and none was left out before"
    left, right = sound.decode(dialer.recording(call_id))
    assert sound.has_only(sound.seconds(left, 0.5, 7), 440)
    assert sound.power_at(sound.seconds(right, 0.5, 7), 440) > 0.9, "the far end heard it and said it back"


def test_a_reload_comes_back_to_the_call(installation: Installation, chromium: BrowserContext) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ben")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    dialer.at("00:02")
    page.reload()
    expect(dialer.status).to_have_text("On call", timeout=10_000)
    assert dialer.current() == call_id
    dialer.at("00:06")
    dialer.hang_up()

    left, right = sound.decode(dialer.recording(call_id))
    assert sound.has_only(sound.seconds(left, 0.3, 1.5), 440)
    assert sound.has_only(left[-sound.RATE - 800 : -800], 440), "the new connection is recorded too"
    assert sound.has_only(sound.seconds(right, 0.3, 5), 600), "the contact never noticed"


def test_a_closed_tab_ends_the_call_and_keeps_the_recording(
    installation: Installation, chromium: BrowserContext, signed_in: Callable[[str], User]
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "mateo")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    dialer.at("00:02")
    page.close()
    observer = signed_in("mateo")
    call = eventually(
        lambda: (found := observer.call_of(call_id))["recording"]["status"] in SETTLED and found,
        "the abandoned call ended and was rendered",
    )
    left, _ = sound.decode(observer.get(f"/recordings/{call_id}/audio").content)

    assert call["status"] == "completed"
    assert sound.has_only(sound.seconds(left, 0.3, 1.5), 440)


def test_a_late_answer_to_a_form_does_not_replace_the_page_that_was_asked_for_after_it(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/coaching")
    page.get_by_label("Name", exact=True).fill("Late")
    # Nobody else writes while this does: the server keeps the form waiting, and answers who only reads.
    with closing(sqlite3.connect(installation.home / "db.sqlite3", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        with page.expect_request(lambda request: request.method == "POST"):
            page.get_by_role("button", name="Create playlist").click()
        go(page, "nav a[href='/people']")
        people = page.get_by_role("heading", name="People", exact=True)
        expect(people).to_be_visible()
        answered = page.evaluate_handle(
            "() => ({ done: new Promise((settle) =>"
            " document.addEventListener('htmx:finally:request', settle, { once: true })) })"
        )
        database.execute("ROLLBACK")
    answered.evaluate("async ({ done }) => { await done }")
    expect(people).to_be_visible()
    assert page.url == f"{installation.url}/people"
    page.goto(f"{installation.url}/coaching")
    expect(page.get_by_role("link", name="Late", exact=True)).to_be_visible()


def test_a_live_page_waits_for_the_answer_to_a_form_of_its_user(
    installation: Installation, chromium: BrowserContext, other: Page
) -> None:
    """Else one could begin to use what the event brought, and the answer would take it away."""
    page = chromium.pages[0]
    ask_for_a_review(page, installation)
    withdraw = page.get_by_role("button", name="Withdraw")
    expect(withdraw).to_be_visible()
    sign_in(other, installation, "marcus")
    other.goto(page.url)
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/coaching/reviews/*", lambda route: held.append((route, route.fetch(max_redirects=0))))
    asked = requests_of(page)
    withdraw.click()
    expect(other.locator(".review-line")).to_contain_text("Withdrawn")

    assert f"GET {urlsplit(page.url).path}" not in asked
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(page.locator(".review-line")).to_contain_text("Withdrawn")


def test_a_form_is_sent_once_however_fast_its_button_is_pressed(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/coaching")
    asked = requests_of(page)
    page.get_by_label("Name", exact=True).fill("Twice while it is sent")
    page.get_by_role("button", name="Create playlist").dblclick()
    expect(page.get_by_role("heading", name="Twice while it is sent")).to_be_visible()
    assert [request for request in asked if request.startswith("POST")] == ["POST /coaching"]

    # The second click comes when the answer has put the opposite in the place of the button that was pressed.
    page.goto(f"{installation.url}/people")
    go(page, "a:text('Adam Flynn')")
    mark = page.get_by_role("button", name="Do Not Record", exact=True)
    lift = page.get_by_role("button", name="Remove Do Not Record")
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2):
        asked.clear()
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        expect(lift).to_be_visible()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert asked == []
    lift.click()
    expect(mark).to_be_visible()


#: Words of the page, none of them long, that stand on two lines.
BROKEN_WORDS = """() => {
  const broken = [], texts = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    for (const { 0: word, index } of text.data.matchAll(/[\\p{L}\\p{N}:]+/gu)) {
      if (word.length > 16) continue
      const range = document.createRange()
      range.setStart(text, index)
      range.setEnd(text, index + word.length)
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word)
    }
  return broken
}"""


def test_no_word_is_broken_on_a_desk(installation: Installation, chromium: BrowserContext) -> None:
    page = chromium.pages[0]
    page.set_viewport_size({"width": 1366, "height": 768})
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/recordings")
    page.locator(".recording a[href^='/calls/']").first.click()
    page.get_by_label("Comment at 0:00").fill("Warmly said")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".comment-time")).to_have_text("0:00")
    assert page.evaluate(BROKEN_WORDS) == []
    for path in ("/people", "/calls", "/recordings", "/reports/recording", "/settings/call-recording"):
        page.goto(f"{installation.url}{path}")
        assert page.evaluate(BROKEN_WORDS) == [], path


def test_what_belongs_together_stands_in_line_on_a_phone_and_on_a_desk(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ida")

    def edge(selector: str, which: str) -> float:
        return float(page.locator(selector).first.evaluate(f"e => e.getBoundingClientRect().{which}"))

    page.set_viewport_size({"width": 390, "height": 844})
    assert abs(edge("#people td:first-child", "top") - edge("#people .place", "top")) < 1
    page.goto(f"{installation.url}/settings/dispositions")
    assert edge(".disposition-name input[type=text]", "width") > 200
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{installation.url}/calls")
    page.locator("#calls tr:has([data-listen]) .when").last.click()
    expect(page.locator("#log")).to_be_visible()
    assert edge("#facts-heading + dl dd", "left") == edge("#log ~ dl dd", "left")
