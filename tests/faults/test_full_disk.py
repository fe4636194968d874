"""A disk that fills up under a live call: the rep is told, and the recording says what it lacks."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from harness.browser import Dialer, sign_in
from harness.databases import full, small_disk
from harness.installation import Installation, eventually
from harness.people import STEADY
from onrecord.protocol.recording_state import HoleCause

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk to be filled")


@pytest.fixture(scope="module")
def installation(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Its journals are on a small disk of their own."""
    running = Installation(tmp_path_factory.mktemp("installation") / "home", like=prepared_home)
    shutil.rmtree(running.config.journals, ignore_errors=True)
    with small_disk(running.config.journals, megabytes=4):
        try:
            yield running.start()
        finally:
            running.stop()


def told(installation: Installation, call_id: str) -> list[dict[str, Any]]:
    """The call's events about capture, as the switch sent them."""
    query = (
        "SELECT type, payload FROM calls_callevent WHERE call_id = ? AND type LIKE 'capture.%' ORDER BY seq"
    )
    with closing(sqlite3.connect(installation.home / "db.sqlite3")) as database:
        return [
            {"type": kind, **json.loads(payload)} for kind, payload in database.execute(query, (call_id,))
        ]


def test_a_full_disk_is_told_at_once_and_costs_what_is_told(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    expect(dialer.state).to_have_text("Recording")
    journal = installation.config.journals / f"{call_id}.journal"
    eventually(lambda: journal.stat().st_size > 20_000, "a second of sound is kept")
    with full(installation.config.journals):
        expect(dialer.state).to_have_text("Nothing is being saved")
        expect(dialer.reason).to_have_text("The recording disk is full. Tell your admin. The call continues.")
    expect(dialer.state).to_have_text("Recording")
    dialer.hang_up()

    stalled, resumed = told(installation, call_id)
    assert (stalled["type"], stalled["data"]) == ("capture.stalled", {"cause": "disk_full"})
    assert resumed["type"] == "capture.resumed"
    (lost,) = resumed["data"]["lost"]
    assert lost["start_ms"] < stalled["clock_ms"] <= lost["start_ms"] + 2000
    assert lost["until_ms"] <= resumed["clock_ms"]

    page.goto(f"{installation.url}/calls/{call_id}")
    expect(page.locator(".player-missing")).to_contain_text(
        "because the recording disk was full", timeout=30_000
    )
    expect(page.locator("#main")).to_contain_text("Sound is not being saved: the recording disk is full")
    outcome = installation.command("verify", call_id)
    assert outcome.returncode == 3, outcome.stdout
    assert f"({HoleCause.DISK_FULL})" in outcome.stdout
    page.context.clear_cookies()
    sign_in(page, installation, "ida")
    page.goto(f"{installation.url}/reports/recording")
    expect(page.locator(".totals div").filter(has_text="Calls with lost sound").locator("dd")).to_have_text(
        "1"
    )
