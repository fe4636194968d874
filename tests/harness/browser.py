"""Chromium as a rep uses it, with a tone as its microphone."""

import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from harness.installation import Installation

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
#: Chromium loops the file, so it must have whole periods of the tone.
TONE_SECONDS = 10


def tone(path: Path, hertz: int = 440) -> Path:
    """A WAV file with one tone, for Chromium's fake microphone."""
    time = np.arange(TONE_SECONDS * 48_000) / 48_000
    samples = np.rint(10_000 * np.sin(2 * np.pi * hertz * time)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())
    return path


@contextmanager
def browser(
    playwright: Playwright, folder: Path, *, microphone: bool = True, more: Sequence[str] = ()
) -> Iterator[BrowserContext]:
    """A Chromium with its own profile. Without `microphone` it has none and cannot ask for one."""
    folder.mkdir(parents=True, exist_ok=True)
    fake = [
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tone(folder / 'tone.wav')}",
    ]
    if microphone:
        fake.append("--use-fake-ui-for-media-stream")
    context = playwright.chromium.launch_persistent_context(
        folder / "profile",
        executable_path=CHROMIUM,
        args=[*FLAGS, *fake, *more],
        # As on a desktop with a mouse: scrollbars take up space.
        ignore_default_args=["--hide-scrollbars"],
        viewport={"width": 1360, "height": 860},
        chromium_sandbox=False,
    )
    # Noise suppression and gain control would treat a steady tone as noise.
    context.add_init_script(
        'localStorage.setItem(\'onrecord.microphone\', \'{"deviceId":"","studio":true}\')'
    )
    try:
        yield context
    finally:
        context.close()


def sign_in(page: Page, installation: Installation, name: str) -> None:
    """Sign in with the form, like a person."""
    page.goto(f"{installation.url}/sign-in")
    page.get_by_label("Email").fill(f"{name}@demo.example")
    page.get_by_label("Password").fill(installation.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/people")


def ask_for_a_review(page: Page, installation: Installation, note: str = "") -> None:
    """Ana asks Marcus to review her second newest recording; the demo already has a review of the newest."""
    sign_in(page, installation, "ana")
    page.goto(f"{installation.url}/recordings")
    page.locator(".recording a[href^='/calls/']").nth(1).click()
    page.get_by_text("Ask for a review").click()
    page.get_by_label("Reviewer").select_option(label="Marcus Reed")
    page.get_by_label("Your question").fill(note)
    page.get_by_role("button", name="Ask", exact=True).click()


def requests_of(page: Page) -> list[str]:
    """A growing list of the page's requests from now on, such as `GET /calls`."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
    return asked


class Dialer:
    """The dialer on every page, using the names that a person sees or hears."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = page.get_by_role("combobox", name="Name or number")
        #: The icon in the corner. The button in the strip below does the same.
        self.record = page.locator("or-dialer .dk-rec")
        self.record_button = page.locator("or-dialer .dk-strip [data-do=record]")
        self.call_button = page.locator("or-dialer [data-do=call]")
        self.hang_up_button = page.locator("or-dialer [data-do=hang-up]")
        self.timer = page.locator("or-dialer .dk-time")
        self.status = page.locator("or-dialer .dk-title")
        self.problem = page.locator("or-dialer .dk-problem")
        self.preview = page.locator("#dialer-preview")
        #: Whether the call is or will be recorded, and why.
        self.state = page.locator("or-dialer .dk-state")
        self.reason = page.locator("or-dialer .dk-why")
        self.log = page.get_by_role("form", name="Call log")
        self.save = page.locator("or-dialer [data-do=save]")
        self.save_and_next = page.locator("or-dialer [data-do=save-next]")
        self.later = page.locator("or-dialer [data-do=later]")

    def type(self, number: str) -> None:
        """Enter a number and wait for its preview from the server. The last call's log waits."""
        self.page.add_locator_handler(self.later, lambda later: later.click())
        with self.page.expect_response(lambda response: "/dialer/preview?number" in response.url):
            self.number.fill(number)
            # If a log is shown just then, it takes the focus and the text is lost.
            while self.number.input_value() != number:
                self.number.fill(number)
        self.page.remove_locator_handler(self.later)

    def call(self, number: str) -> str:
        """Call a number and wait for the answer. Returns the call's ID."""
        self.type(number)
        self.call_button.click()
        expect(self.status).to_have_text("On call", timeout=30_000)
        return self.current()

    def current(self) -> str:
        """ID of the user's live call."""
        answer = self.page.request.get(self._url("/api/v2/calls/current"))
        return str(answer.json()["call"]["id"])

    def at(self, clock: str) -> None:
        """Wait until the call timer shows this, or more on a busy machine."""
        self.page.wait_for_function(
            "clock => document.querySelector('or-dialer .dk-time').textContent >= clock", arg=clock
        )

    def record_next_call(self, *, wanted: bool) -> None:
        """Switch Record Next Call, which must be in the opposite state."""
        expect(self.record).to_have_attribute("aria-pressed", "false" if wanted else "true")
        self.record.click()
        expect(self.record).to_have_attribute("aria-pressed", "true" if wanted else "false")

    def press_record(self, was: str, becomes: str) -> None:
        """Press the recording button, and wait until the switch has acknowledged it."""
        expect(self.record).to_have_accessible_name(was)
        self.record.click()
        expect(self.record).to_have_accessible_name(becomes)

    def hang_up(self) -> None:
        self.hang_up_button.click()
        expect(self.hang_up_button).to_be_hidden()

    def recording(self, call_id: str) -> bytes:
        """Open the call's page, wait for its player and fetch its audio."""
        self.page.goto(self._url(f"/calls/{call_id}"))
        expect(self.page.locator("or-player")).to_be_visible(timeout=30_000)
        answer = self.page.request.get(self._url(f"/recordings/{call_id}/audio"))
        assert answer.status == 200
        return answer.body()

    def manifest(self, call_id: str) -> dict[str, Any]:
        answer = self.page.request.get(self._url(f"/recordings/{call_id}/manifest"))
        assert answer.status == 200
        document: dict[str, Any] = answer.json()
        return document

    def _url(self, path: str) -> str:
        parts = urlsplit(self.page.url)
        return f"{parts.scheme}://{parts.netloc}{path}"
