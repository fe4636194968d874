"""Coming back to calls: comments, sides, deep links, listening on, proof, lists; by keyboard and mouse."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import sign_in
from harness.installation import Installation
from harness.web import User


@pytest.fixture
def ida(installation: Installation, chromium: BrowserContext) -> Iterator[Page]:
    """An admin's page at the call page of a recorded call."""
    page = chromium.pages[0]
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/calls?q=Emma")
    page.locator("tr", has=page.locator("[data-listen]")).first.locator("a[href^='/calls/']").click()
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
    ida.locator(".comment-reply").get_by_role("button", name="Reply").click()
    expect(ida.locator(".comment-replies")).to_contain_text("And to myself.")
    without_serious_issues(ida)

    notice = signed_in(login(name)).get("/api/v2/notices").json()["notices"][0]
    assert notice["url"].endswith("#t=5")


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
    expect(ida.locator("#access")).to_contain_text("Had it verified")
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
    assert all(",busy," in line for line in lines[1:])
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
