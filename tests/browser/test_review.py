"""Coming back to calls: comments, sides, deep links, listening on, proof, lists; by keyboard and mouse."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import sign_in
from harness.installation import Installation, eventually
from harness.web import User


@pytest.fixture
def ida(installation: Installation, chromium: BrowserContext) -> Iterator[Page]:
    """An admin's page at the call page of a recorded call."""
    yield from at_call_page(chromium.pages[0], installation, "ida", q="Emma")


@pytest.fixture
def marcus(installation: Installation, chromium: BrowserContext) -> Iterator[Page]:
    """The same of a manager, who scores."""
    yield from at_call_page(chromium.pages[0], installation, "marcus", q="Ethan")


def at_call_page(page: Page, installation: Installation, name: str, *, q: str) -> Iterator[Page]:
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
    sign_in(page, installation, name)
    page.goto(f"{installation.url}/recordings?q={q}")
    page.locator(".recording a[href^='/calls/']").first.click()
    expect(page.locator("or-player .player")).to_be_visible()
    yield page
    assert mistakes == []


def without_serious_issues(page: Page) -> None:
    """What axe calls serious or critical (WCAG 2.1 A and AA among them)."""
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in serious]


def colleague(page: Page, installation: Installation) -> str:
    """Name of somebody else who may hear the recording of the page."""
    call_id = page.url.rpartition("/")[2]
    answer = page.request.get(f"{installation.url}/api/v2/recordings/{call_id}/listeners")
    return next(str(one["name"]) for one in answer.json()["people"] if not one["name"].startswith("Ida"))


def login(name: str) -> str:
    return name.partition(" ")[0].lower()


def position(page: Page) -> float:
    return float(page.locator("audio").first.evaluate("audio => audio.currentTime"))


def test_a_comment_with_a_mention_by_keyboard_reaches_the_colleague(
    installation: Installation, ida: Page, signed_in: Callable[[str], User]
) -> None:
    name = colleague(ida, installation)
    slider = ida.get_by_role("slider", name="Position")
    slider.focus()
    slider.press("ArrowRight")
    field = ida.get_by_label("Comment at 0:05")
    field.focus()
    ida.keyboard.type(f"Well put, @{name[:4].lower()}")
    expect(ida.locator(".mention-list [aria-selected=true]")).to_have_text(name)
    ida.keyboard.press("Enter")
    expect(field).to_have_value(f"Well put, @{name} ")
    ida.keyboard.press("Tab")
    ida.keyboard.press("Enter")

    mark = ida.get_by_role("button", name="Comment by")
    expect(mark).to_have_count(1)
    expect(ida.get_by_role("listitem").filter(has_text="Well put")).to_be_visible()
    slider.press("Home")
    mark.focus()
    mark.press("Enter")
    expect(slider).to_have_attribute("aria-valuenow", "5")

    ida.get_by_role("button", name="Reply").click()
    ida.get_by_label("Reply", exact=True).fill("And to myself.")
    ida.keyboard.press("Control+Enter")
    expect(ida.locator(".comment-replies")).to_contain_text("And to myself.")
    without_serious_issues(ida)

    newest = signed_in(login(name)).get("/api/v2/notifications").json()["notifications"][0]
    assert newest["url"].endswith("#t=5")


def test_comments_stand_among_the_events_with_the_scorecard_beside_them(
    installation: Installation, marcus: Page, signed_in: Callable[[str], User]
) -> None:
    call_id = marcus.url.rpartition("/")[2]
    say = partial(signed_in("ida").send, "POST", f"/recordings/{call_id}/comments")
    stream, score = marcus.locator(".stream"), marcus.get_by_role("region", name="Scorecard")
    late_ms = int(marcus.locator("or-player").get_attribute("duration") or 0) - 500
    told = marcus.locator("#access").get_by_text("Commented")
    half = marcus.get_by_label("Comment at 0:00")
    half.fill("Half a sen")
    assert say(at_ms=1000, text="Warmly said").status_code == 201
    expect(stream).to_contain_text("Warmly said")
    expect(told).to_have_count(1)
    assert say(at_ms=late_ms, text="A good end").status_code == 201
    # The page's own part comes anew too; what is being written stays.
    expect(told).to_have_count(2)
    expect(stream).to_contain_text("A good end")
    expect(stream.locator("> .comment")).to_have_count(2)
    expect(half).to_have_value("Half a sen")
    lines, in_time = stream.inner_text(), ("Answered", "Warmly said", "A good end", "The recording was ready")
    order = [lines.index(words) for words in in_time]
    assert order == sorted(order)
    pins, marks = stream.locator(".comment-number"), marcus.locator(".player-mark")
    assert pins.all_inner_texts() == marks.all_inner_texts() == ["1", "2"]

    marcus.evaluate("document.documentElement.dataset.dialer = 'closed'")
    for width, theme in ((1440, "light"), (1440, "dark"), (1366, "light"), (390, "light"), (390, "dark")):
        marcus.set_viewport_size({"width": width, "height": 860})
        marcus.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        left, right = stream.bounding_box(), score.bounding_box()
        assert left is not None
        assert right is not None
        if width > 1000:
            assert left["x"] + left["width"] < right["x"], "beside it"
        else:
            assert left["y"] + left["height"] < right["y"], "below it"
        assert marcus.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        without_serious_issues(marcus)

    # Filled in by keyboard.
    marcus.set_viewport_size({"width": 1440, "height": 860})
    first = score.get_by_role("group").first.get_by_role("radio").first
    first.focus()
    marcus.keyboard.press("ArrowRight")
    expect(score.get_by_role("group").first.get_by_role("radio").nth(1)).to_be_checked()


def test_a_search_shows_where_notes_and_comments_have_its_words_and_forgets_what_is_deleted(
    installation: Installation, marcus: Page
) -> None:
    call_id = marcus.url.rpartition("/")[2]
    field = marcus.get_by_label("Comment at 0:00")
    field.fill("Ask Łukasz about the rhododendron first.")
    marcus.get_by_role("button", name="Comment", exact=True).click()
    mine = marcus.locator(".stream > .comment", has_text="rhododendron")
    expect(mine).to_be_visible()

    for path, shown in (("calls", ".passage-row"), ("recordings", ".recording .passage")):
        marcus.goto(f"{installation.url}/{path}")
        marcus.get_by_role("searchbox").fill("lukasz rhodo")
        passage = marcus.locator(shown)
        expect(passage).to_contain_text("Marcus Reed at 0:00")
        assert passage.locator("mark").all_inner_texts() == ["Łukasz", "rhododendron"]
        for width, theme in ((1440, "light"), (390, "dark")):
            marcus.set_viewport_size({"width": width, "height": 860})
            marcus.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            assert marcus.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
            without_serious_issues(marcus)
        marcus.set_viewport_size({"width": 1440, "height": 860})
    passage.get_by_role("link").press("Enter")
    marcus.wait_for_url(f"**/calls/{call_id}#t=0")

    assert b"rhododendron" in stored(installation)
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)
    marcus.goto(f"{installation.url}/calls?q=rhodo")
    expect(marcus.get_by_text("No matching calls")).to_be_visible()
    assert b"rhododendron" not in stored(installation)


def stored(installation: Installation) -> bytes:
    """The database's file, once all of its log has gone into it."""
    path = installation.home / "db.sqlite3"

    def is_in_it() -> bool:
        with closing(sqlite3.connect(path)) as database:
            return bool(database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0))

    eventually(is_in_it, "nobody reads what is older")
    return path.read_bytes()


def test_the_menu_shows_a_mention_and_leads_to_its_second(
    installation: Installation, ida: Page, signed_in: Callable[[str], User]
) -> None:
    call_id = ida.url.rpartition("/")[2]
    answer = signed_in(login(colleague(ida, installation))).send(
        "POST", f"/recordings/{call_id}/comments", at_ms=7000, text="Listen to this, @Ida Nyström"
    )
    assert answer.status_code == 201
    menu = ida.locator(".menu > summary")
    expect(menu).to_have_attribute("data-unseen", "1")
    ida.goto(f"{installation.url}/people")
    menu.click()
    ida.get_by_role("link", name="mentioned you").click()
    ida.wait_for_url(f"**/calls/{call_id}#t=7")
    expect(ida.get_by_role("slider", name="Position")).to_have_attribute("aria-valuenow", "7")
    menu.click()
    expect(menu).not_to_have_attribute("data-unseen", "1")


def test_a_link_to_a_second_begins_there(ida: Page) -> None:
    ida.goto(f"{ida.url}#t=9")
    ida.reload()
    expect(ida.get_by_role("slider", name="Position")).to_have_attribute("aria-valuenow", "9")
    ida.get_by_role("button", name="Play").click()
    ida.wait_for_function("() => document.querySelector('or-player audio').currentTime > 9.3")
    ida.get_by_role("button", name="Copy a link to this moment").click()
    expect(ida.locator("#toasts")).to_contain_text("0:09")


def test_each_side_has_its_volume(ida: Page) -> None:
    ida.get_by_role("button", name="Volume of each side").click()
    contact = ida.get_by_role("slider", name="Contact")
    contact.focus()
    contact.press("Home")
    expect(contact).to_have_value("0")
    ida.get_by_role("button", name="Play").click()
    ida.wait_for_function("() => document.querySelector('or-player audio').currentTime > 0.5")


def test_listening_goes_on_while_pages_change_and_comes_back_to_its_player(ida: Page) -> None:
    call = ida.url
    ida.get_by_role("button", name="Play").click()
    ida.wait_for_function("() => document.querySelector('or-player audio').currentTime > 0.3")
    ida.locator("nav a[href='/people']").click()
    ida.wait_for_url("**/people")
    mini = ida.get_by_role("region", name="Now playing")
    expect(mini).to_be_visible()
    before = position(ida)
    ida.wait_for_function(
        "at => document.querySelector('or-mini-player audio').currentTime > at + 0.5", arg=before
    )
    ida.locator("nav a[href='/calls']").click()
    ida.wait_for_url("**/calls")
    expect(mini.get_by_role("button", name="Pause")).to_be_visible()
    without_serious_issues(ida)
    mini.get_by_role("link").click()
    ida.wait_for_url(call)
    expect(mini).to_be_hidden()
    expect(ida.locator("or-player").get_by_role("button", name="Pause")).to_be_visible()
    assert ida.locator("audio").first.evaluate("audio => !audio.paused")


def test_verify_proves_the_recording_and_shows_it_live(ida: Page) -> None:
    ida.get_by_role("button", name="Verify").click()
    expect(ida.locator("#proof")).to_contain_text("Verified", timeout=60_000)
    expect(ida.locator("#proof .checks li[data-passed=yes]")).to_have_count(11)
    expect(ida.locator("#access")).to_contain_text("Verified it")
    without_serious_issues(ida)


def test_the_calls_page_filters_and_exports_what_is_shown(
    installation: Installation, ida: Page, tmp_path: Path
) -> None:
    ida.goto(f"{installation.url}/calls")
    ida.get_by_label("Status").select_option("busy")
    ida.wait_for_url("**status=busy**")
    expect(ida.locator("#calls .status").first).to_have_text("Busy")
    without_serious_issues(ida)
    with ida.expect_download() as download:
        ida.get_by_role("link", name="Export as CSV").click()
    download.value.save_as(tmp_path / "calls.csv")
    lines = (tmp_path / "calls.csv").read_text().splitlines()
    assert lines[0].startswith("\ufeffCall id,Date")
    assert all(",Busy," in line for line in lines[1:])
    assert len(lines) > 1


def test_a_person_has_tabs_by_keyboard_and_plays_in_place(installation: Installation, ida: Page) -> None:
    ida.goto(f"{installation.url}/people?q=Emma Brooks")
    ida.locator("#people a[href^='/people/']").first.click()
    tab = ida.get_by_role("navigation", name="Kinds of activity").get_by_role("link", name="Notes")
    tab.focus()
    tab.press("Enter")
    ida.wait_for_url("**tab=notes")
    expect(ida.locator(".activity .notes").first).to_be_visible()
    ida.get_by_role("link", name="Calls", exact=True).last.click()
    ida.wait_for_url("**tab=calls")
    ida.locator("[data-listen]").first.click()
    ida.wait_for_function("() => document.querySelector('.activity or-player audio').currentTime > 0.2")
    without_serious_issues(ida)
