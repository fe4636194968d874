"""A manager joins a rep's call from its page: two browsers, one call."""

from pathlib import Path

from playwright.sync_api import Playwright, expect

from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation
from harness.people import STEADY


def test_a_manager_joins_from_the_calls_page_and_leaves_again(
    installation: Installation, playwright: Playwright, tmp_path: Path
) -> None:
    with (
        browser(playwright, tmp_path / "rep") as of_rep,
        browser(playwright, tmp_path / "manager") as of_manager,
    ):
        rep, manager = Dialer(of_rep.pages[0]), Dialer(of_manager.pages[0])
        sign_in(rep.page, installation, "ana")
        sign_in(manager.page, installation, "marcus")
        call_id = rep.call(STEADY)

        manager.page.goto(f"{installation.url}/calls/{call_id}")
        join = manager.page.get_by_role("button", name="Join call")
        join.click()
        expect(manager.status).to_have_text("On call", timeout=30_000)
        expect(manager.hang_up_button).to_have_accessible_name("Leave")
        expect(rep.hang_up_button).to_have_accessible_name("Hang up")
        # Everybody sees who is in it.
        of_the_rep = rep.page.get_by_role("region", name="Also on the call")
        expect(of_the_rep).to_contain_text("Marcus Reed")
        expect(rep.page.get_by_text("Marcus Reed joined the call.")).to_be_attached()
        expect(manager.page.get_by_role("region", name="Also on the call")).to_contain_text("Ana Torres")
        # The page follows the call.
        expect(join).to_be_hidden()
        expect(manager.page.locator(".stream")).to_contain_text("Joined the call")

        # One control, two hands: what one presses the other sees.
        manager.press_record("Pause Call Recording", "Resume Call Recording")
        expect(rep.record).to_have_accessible_name("Resume Call Recording")
        # And who did it.
        expect(rep.state).to_have_text("Paused by Marcus Reed")
        expect(manager.state).to_have_text("Paused by you")
        rep.press_record("Resume Call Recording", "Pause Call Recording")
        expect(manager.record).to_have_accessible_name("Pause Call Recording")

        manager.page.reload()
        expect(manager.status).to_have_text("On call", timeout=30_000)
        expect(manager.hang_up_button).to_have_accessible_name("Leave")
        manager.hang_up()
        expect(manager.state).to_have_text("You left the call")
        expect(rep.status).to_have_text("On call")
        expect(of_the_rep).to_be_hidden()
        expect(join).to_be_visible()
        rep.hang_up()
        expect(join).to_be_hidden()
