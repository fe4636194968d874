"""docs/images: screenshots of the demo, taken in a browser of a running installation (`make screenshots`)."""

import tempfile
import wave
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation, eventually
from onrecord.audio import clips
from onrecord.audio.g711 import PCMU, RATE, decode

IMAGES = Path(__file__).parent.parent / "docs" / "images"
#: Emma Brooks in Texas, a number that talks.
EMMA = "+15125550118"


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder) / "home")
        for command in ("migrate", "demo"):
            installation.command(command).check_returncode()
        try:
            installation.start()
            journals = installation.config.journals
            eventually(lambda: not list(journals.glob("*.journal")), "the past calls are rendered")
            microphone = f"--use-file-for-fake-audio-capture={voice(Path(folder) / 'voice.wav')}"
            with (
                sync_playwright() as playwright,
                browser(playwright, Path(folder) / "chromium", more=[microphone]) as context,
            ):
                take(context.pages[0], installation)
        finally:
            installation.stop()


def voice(path: Path) -> Path:
    """The rep's voice, with pauses for listening."""
    spoken = [name for name in clips.NAMES if name.startswith("rep-")]
    said = [decode(PCMU, clips.load(name)).tobytes() + bytes(2 * RATE * 3) for name in spoken]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(said))
    return path


def take(page: Page, installation: Installation) -> None:
    sign_in(page, installation, "marcus")
    dialer = Dialer(page)
    page.get_by_role("link", name="Emma Brooks").click()
    page.wait_for_url("**/people/*")
    call_id = dialer.call(EMMA)
    dialer.at("00:08")
    save(page, "call")
    dialer.press_record("Pause Call Recording", "Resume Call Recording")
    dialer.at("00:12")
    dialer.press_record("Resume Call Recording", "Pause Call Recording")
    dialer.at("00:24")
    dialer.hang_up()
    expect(dialer.reason).to_have_text("The recording is ready.")
    expect(dialer.save_and_next).to_be_enabled()
    save(page, "log")
    dialer.save.click()
    dialer.recording(call_id)
    expect(page.locator("or-player canvas, or-player svg").first).to_be_visible()
    save(page, "recording")


def save(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
