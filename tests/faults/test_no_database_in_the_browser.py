"""What a rep sees and gets while the database is locked, and while nobody confirms what they pressed."""

import os
import signal

from playwright.sync_api import BrowserContext, expect

from harness.browser import Dialer, sign_in
from harness.databases import audited, locked
from harness.installation import Installation, eventually
from harness.people import STEADY
from onrecord.capture.reader import JournalReader

PAUSE, RESUME = "Pause Call Recording", "Resume Call Recording"


def test_with_the_database_locked_pause_ends_the_captured_sound_and_hang_up_the_call(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    journal = installation.keep_journal(call_id)
    expect(dialer.record).to_have_accessible_name(PAUSE)

    with locked(installation.home / "db.sqlite3"):
        dialer.record.click()
        expect(dialer.record).to_have_accessible_name(RESUME)
        dialer.hang_up()

    chunks = list(JournalReader(journal, installation.config.secrets.master_key).poll())
    clock = {control.type: control.clock for chunk in chunks for control in chunk.controls()}
    media = [header["clock"] for chunk in chunks for header in chunk.media().headers]
    assert max(media) <= clock["pause"] < clock["end"]
    done = ["recording.change_requested", "call.hung_up"]
    eventually(
        lambda: audited(installation.config.database_url, call_id)[-2:] == done, "both are audited, once"
    )


def test_while_nobody_confirms_a_press_the_page_says_that_recording_may_still_be_running(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.call(STEADY)
    expect(dialer.record).to_have_accessible_name(PAUSE)
    switch = installation.pid("switch")

    os.kill(switch, signal.SIGSTOP)
    try:
        dialer.record.click()
        expect(page.get_by_text("Pause not confirmed: recording may still be running")).to_be_visible()
    finally:
        os.kill(switch, signal.SIGCONT)
    expect(dialer.record).to_have_accessible_name(RESUME)
    expect(page.get_by_text("Pause not confirmed")).to_be_hidden()
    dialer.hang_up()


def test_pause_and_hang_up_need_no_web_at_all(installation: Installation, chromium: BrowserContext) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.call(STEADY)
    expect(dialer.record).to_have_accessible_name(PAUSE)
    web = installation.pid("web")

    os.kill(web, signal.SIGSTOP)
    try:
        dialer.record.click()
        expect(dialer.record).to_have_accessible_name(RESUME)
        dialer.hang_up()
    finally:
        os.kill(web, signal.SIGCONT)
