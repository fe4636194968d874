"""A disk that takes nothing any more, neither sound nor events, and may never come back."""

import os
import resource
import signal

from playwright.sync_api import BrowserContext, Locator, expect

from harness.browser import Dialer, sign_in
from harness.databases import audited
from harness.installation import Installation, eventually
from harness.people import STEADY
from onrecord.apps.calls.switch_client import SwitchClient


def set_dead(process: int, dead: bool) -> None:
    """Let every write of a process to a file fail (RLIMIT_FSIZE, setrlimit(2)): that needs no privilege."""
    resource.prlimit(
        process, resource.RLIMIT_FSIZE, (0 if dead else resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )


def in_a_recorded_call(installation: Installation, chromium: BrowserContext) -> tuple[Dialer, str, Locator]:
    """A second of it is kept. The dialer, the call's id, and what the dialer says of the recording."""
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    said = dialer.state
    expect(said).to_have_text("Recording")
    journal = installation.config.journals / f"{call_id}.journal"
    eventually(lambda: journal.stat().st_size > 20_000, "a second of sound is kept")
    return dialer, call_id, said


def test_a_disk_that_takes_neither_sound_nor_events_is_told_at_once(
    installation: Installation, chromium: BrowserContext
) -> None:
    dialer, call_id, said = in_a_recorded_call(installation, chromium)
    switch = installation.pid("switch")
    set_dead(switch, True)
    expect(said).to_have_text("Nothing is being saved")
    set_dead(switch, False)
    expect(said).to_have_text("Recording")
    dialer.hang_up()

    page = chromium.pages[0]
    page.goto(f"{installation.url}/calls/{call_id}")
    expect(page.locator(".player-missing")).to_contain_text("the recording disk failed", timeout=30_000)
    assert installation.command("verify", call_id).returncode == 3


def test_by_its_control_channel_a_page_is_told_while_the_web_says_nothing(
    installation: Installation, chromium: BrowserContext
) -> None:
    dialer, _, said = in_a_recorded_call(installation, chromium)
    switch, web = installation.pid("switch"), installation.pid("web")
    os.kill(web, signal.SIGSTOP)
    try:
        set_dead(switch, True)
        expect(said).to_have_text("Nothing is being saved")
        set_dead(switch, False)
        expect(said).to_have_text("Recording")
    finally:
        set_dead(switch, False)
        os.kill(web, signal.SIGCONT)
    dialer.hang_up()


def test_a_disk_that_never_comes_back_shortens_no_recording_silently(
    installation: Installation, chromium: BrowserContext
) -> None:
    dialer, call_id, said = in_a_recorded_call(installation, chromium)
    set_dead(installation.pid("switch"), True)
    expect(said).to_have_text("Nothing is being saved")
    switch = SwitchClient(installation.config.switch_address, installation.config.secrets.switch_secret)
    eventually(lambda: switch.calls()[0].drops > 250, "more than two seconds are lost")
    dialer.hang_up()
    url = installation.config.database_url
    eventually(lambda: "call.hung_up" in audited(url, call_id), "the web has heard of the end")
    installation.kill("switch")

    page = chromium.pages[0]
    page.goto(f"{installation.url}/calls/{call_id}")
    expect(page.locator(".player-missing")).to_contain_text("the recording disk failed", timeout=30_000)
    assert installation.command("verify", call_id).returncode == 3
