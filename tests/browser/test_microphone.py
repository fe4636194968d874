"""The microphone goes away in a call: the rep reads it at once, and the call stays."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright, expect

from harness import sound
from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation
from harness.people import STEADY

#: Keeps what the page opened, so that a microphone can be pulled out.
KEEP_OPENED = """
    window.opened = []
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted)
        opened.push(stream)
        return stream
    }"""
#: As Chromium does when a headset is pulled out.
PULL_OUT = """() => {
    const track = opened.at(-1).getAudioTracks()[0]
    track.stop()
    track.dispatchEvent(new Event('ended'))
}"""


def test_another_microphone_takes_the_place_of_one_that_was_pulled_out(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    page.add_init_script(KEEP_OPENED)
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    dialer.at("00:02")
    page.evaluate(PULL_OUT)
    expect(dialer.problem).to_contain_text("The microphone was disconnected. You are now using “Fake")
    assert page.evaluate("opened.length") == 2
    dialer.problem.get_by_role("button", name="Dismiss").click()
    expect(dialer.problem).to_be_hidden()
    dialer.at("00:05")
    dialer.hang_up()
    left, _ = sound.decode(dialer.recording(call_id))
    assert sound.has_only(left[-2 * sound.RATE : -800], 440)


def test_a_blocked_microphone_is_said_and_the_call_waits_for_it_through_a_reload(
    installation: Installation, playwright: Playwright, tmp_path: Path
) -> None:
    with browser(playwright, tmp_path / "chromium", microphone=False) as chromium:
        page = chromium.pages[0]
        devtools = chromium.new_cdp_session(page)

        def permit(setting: str) -> None:
            microphone = {
                "permission": {"name": "microphone"}, "setting": setting, "origin": installation.url,
            }  # fmt: skip
            devtools.send("Browser.setPermission", microphone)

        permit("granted")
        sign_in(page, installation, "ben")
        dialer = Dialer(page)
        call_id = dialer.call(STEADY)
        permit("denied")
        expect(dialer.problem).to_contain_text("The microphone is blocked. Allow it for this site")
        expect(dialer.problem).to_contain_text("No one can hear you until then.")
        # Longer than the switch waits for a voice where it does not know that the browser is there.
        dialer.at("00:10")
        assert f"call {call_id}: call.detached" not in installation.said()
        page.reload()
        expect(dialer.status).to_have_text("On call", timeout=15_000)
        expect(dialer.problem).to_contain_text("No one can hear you until then.")
        permit("granted")
        expect(dialer.problem).to_be_hidden()
        dialer.at("00:15")
        dialer.hang_up()
        left, _ = sound.decode(dialer.recording(call_id))
        assert sound.has_only(left[-sound.RATE : -800], 440)
