"""Coaching: a playlist that plays on by itself, and a review from the question to the score."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import ask_for_a_review, sign_in
from harness.installation import Installation


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def add_clip(page: Page, installation: Installation, number: int, playlist: str, end: str) -> None:
    """From the call page of one of the newest recordings, by keyboard."""
    page.goto(f"{installation.url}/recordings")
    page.locator(".recording a[href^='/calls/']").nth(number).click()
    page.get_by_text("Add to a playlist").focus()
    page.keyboard.press("Enter")
    if page.get_by_label("Playlist", exact=True).is_visible():
        page.get_by_label("Playlist", exact=True).select_option(label=playlist)
    else:
        page.get_by_label("Name of the new playlist").fill(playlist)
    page.get_by_label("From", exact=True).fill("0:01")
    page.get_by_label("To", exact=True).fill(end)
    page.get_by_label("What to listen for").fill(f"Voice {number}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/coaching/playlists/*")


def test_a_playlist_is_built_by_keyboard_and_plays_from_clip_to_clip(
    chromium: BrowserContext, installation: Installation
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ida")
    add_clip(page, installation, 0, "Voices", "0:08")
    add_clip(page, installation, 1, "Voices", "0:03")
    clips = page.locator(".clips > li")
    page.get_by_role("button", name="Move clip 2 up").focus()
    page.keyboard.press("Enter")
    expect(clips.first).to_contain_text("Voice 1")
    expect(page.get_by_role("button", name="Move clip 2 up")).to_be_enabled()
    page.locator("[data-grip]").nth(1).hover()
    page.mouse.down()
    page.mouse.move(200, clips.first.bounding_box()["y"] + 5)  # type: ignore[index]
    with page.expect_response(lambda response: "/coaching/clips/" in response.url):
        page.mouse.up()
    page.reload()
    expect(clips.first).to_contain_text("Voice 0")
    page.get_by_role("button", name="Move clip 1 down").press("Enter")
    expect(clips.nth(1)).to_contain_text("Voice 0")
    clips.first.locator("summary").press("Enter")
    clips.first.get_by_label("What to listen for").fill("The first voice")
    clips.first.get_by_label("What to listen for").press("Enter")
    expect(clips.first).to_contain_text("The first voice")
    assert_accessible(page)

    # It plays on over other pages, and goes back into its list.
    page.get_by_role("button", name="Play clip 1").press("Enter")
    expect(clips.nth(0)).to_have_attribute("data-playing", "")
    second = clips.nth(1).locator(".name").inner_text()
    page.locator("nav a[href='/people']").click()
    playing = page.get_by_role("region", name="Now playing")
    expect(playing).to_contain_text(second, timeout=15_000)
    page.wait_for_function("() => document.querySelector('or-mini-player audio').currentTime > 1.2")
    playing.get_by_role("link").click()
    expect(playing).to_be_hidden()
    expect(clips.nth(1)).to_have_attribute("data-playing", "")
    # Nothing stops it that changes the list.
    page.get_by_role("button", name="Move clip 2 up").press("Enter")
    expect(clips.nth(0)).to_have_attribute("data-playing", "")
    assert page.locator("or-player audio").evaluate("audio => !audio.paused")
    page.get_by_role("button", name="Move clip 1 down").press("Enter")
    expect(clips.nth(1)).to_have_attribute("data-playing", "")

    page.get_by_role("button", name="Volume of each side").press("Enter")
    page.get_by_role("slider", name="Contact").press("Home")
    page.get_by_role("button", name="Play clip 1").press("Enter")
    expect(clips.nth(0)).to_have_attribute("data-playing", "")
    expect(page.locator(".player-now")).to_have_text("0:01")
    expect(page.locator("[data-volume=contact]")).to_have_value("0")
    expect(playing).to_be_hidden()
    expect(clips.nth(1)).to_have_attribute("data-playing", "", timeout=15_000)
    expect(clips.nth(0)).not_to_have_attribute("data-playing", "")
    expect(page.locator(".clips > li[data-playing]")).to_have_count(0, timeout=15_000)
    stopped_at = page.evaluate("document.querySelector('or-player').time")
    assert 7.9 <= stopped_at < 8.5

    page.get_by_role("link", name="Full recordings").click()
    tiles = page.locator(".recording")
    expect(tiles).to_have_count(2)
    # From a tile too, without leaving the list.
    tiles.first.get_by_role("link", name="to a playlist").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add to a playlist")
    dialog.get_by_label("From", exact=True).fill("9:00")
    dialog.get_by_label("What to listen for").fill("The pause")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("must end after it begins")
    expect(dialog.get_by_label("What to listen for")).to_have_value("The pause")
    assert_accessible(page)
    dialog.get_by_label("From", exact=True).fill("0:02")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Added to Voices.")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(tiles).to_have_count(2)
    page.go_back()
    page.reload()
    expect(clips.nth(2)).to_contain_text("The pause")


def test_a_review_is_asked_for_answered_with_a_score_and_read(
    chromium: BrowserContext, other: Page, installation: Installation
) -> None:
    page = chromium.pages[0]
    ask_for_a_review(page, installation, "To be taken back")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator(".review-line")).to_contain_text("Withdrawn")
    page.get_by_text("Ask for a review").click()
    page.get_by_label("Reviewer").select_option(label="Marcus Reed")
    page.get_by_label("Your question").fill("Was I too fast?")
    page.get_by_label("Time in the recording").fill("0:04")
    page.get_by_role("button", name="Ask", exact=True).click()
    asked = page.locator(".review-line", has_text="Was I too fast?")
    expect(asked).to_contain_text("You asked Marcus Reed")

    sign_in(other, installation, "marcus")
    expect(other.locator(".nav [data-count=coaching]")).to_be_visible()
    other.goto(f"{installation.url}/coaching/reviews")
    waiting = other.locator(".reviews > li", has_text="Was I too fast?")
    expect(waiting).to_contain_text("Ana Torres asked")
    assert_accessible(other)
    other.locator(".menu > summary").click()
    expect(other.get_by_role("link", name="asked you for a review")).to_contain_text("Was I too fast?")
    expect(waiting).to_contain_text("just now")
    waiting.get_by_role("link", name="Listen").click()
    expect(other.get_by_role("slider", name="Position")).to_have_attribute("aria-valuenow", "4")
    other.get_by_role("group", name="Was the reason for the call clear at once?").get_by_label("4").check()
    for question in ("Did the contact talk more than we did?", "Was a next step agreed?"):
        other.get_by_role("group", name=question).get_by_label("Yes").check()
    assert_accessible(other)
    other.get_by_role("button", name="Save score").click()
    expect(other.get_by_text("Discovery call by Marcus Reed: 92 of 100")).to_be_visible()
    other.goto(f"{installation.url}/coaching/reviews")
    waiting.get_by_label("Your answer").fill("Just right.")
    waiting.get_by_role("button", name="Reviewed").click()
    expect(waiting).to_have_count(0)

    # Ana's page follows without a reload.
    expect(page.get_by_text("Discovery call by Marcus Reed: 92 of 100")).to_be_visible()
    expect(asked).to_contain_text("Just right.")
    page.get_by_label("Your answer").fill("Thank you.")
    page.get_by_role("button", name="Mark as read").click()
    expect(page.locator(".assessment")).to_contain_text("You have read it: “Thank you.”")
    assert_accessible(page)
    other.locator(".menu > summary").click()
    expect(other.get_by_role("link", name="has read your score")).to_contain_text("Thank you.")
