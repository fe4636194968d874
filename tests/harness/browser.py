"""Chromium as a rep has it, with a tone for a microphone."""

import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page, Playwright

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
#: Chromium repeats the file, so the tone has whole periods in it.
TONE_SECONDS = 10


def tone(path: Path, hertz: int = 440) -> Path:
    """A WAV file that says one tone, for Chromium's fake microphone."""
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
    """A Chromium with a profile of its own. Without `microphone` it has none and may not ask for one."""
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
        viewport={"width": 1360, "height": 860},
        chromium_sandbox=False,
    )
    try:
        yield context
    finally:
        context.close()


def sign_in(page: Page, installation: Installation, name: str) -> None:
    """Through the form, like a person; tone tests need the microphone as it is, so processing is off."""
    page.goto(f"{installation.url}/sign-in")
    page.get_by_label("Email").fill(f"{name}@demo.example")
    page.get_by_label("Password").fill(installation.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/people")
