"""Governance as a rep and an admin meet it, and as nobody gets round it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import ECHO, NOT_RECORDED, STEADY
from harness.web import SETTLED, User
from onrecord.media.capture.journal import Chunk
from onrecord.media.capture.reader import JournalReader

SETTINGS = "/settings/call-recording"
#: One of the demo people; Canada's calls are off by default.
TORONTO = "+14165550159"
SignIn = Callable[[str], User]


def rows(installation: Installation, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the database says."""
    with closing(sqlite3.connect(installation.home / "db.sqlite3")) as database:
        return database.execute(query, values).fetchall()


def refusals(installation: Installation, call_id: str) -> list[dict[str, Any]]:
    query = "SELECT details FROM audit_auditentry WHERE action = ? AND object_id = ? ORDER BY id"
    found = rows(installation, query, "recording.change_refused", call_id)
    return [json.loads(details) for (details,) in found]


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def event(installation: Installation, call_id: str, kind: str) -> dict[str, Any] | None:
    """The call's first event of a kind: `at` and `clock_ms`."""
    query = "SELECT at, payload FROM calls_callevent WHERE call_id = ? AND type = ? ORDER BY seq"
    for at, payload in rows(installation, query, call_id, kind):
        return {"at": at, "clock_ms": json.loads(payload)["clock_ms"]}
    return None


def chunks(installation: Installation, journal: Path) -> list[Chunk]:
    return list(JournalReader(journal, installation.config.secrets.master_key).poll())


@pytest.fixture
def admin(installation: Installation, playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """Ida's browser beside the rep's."""
    with browser(playwright, tmp_path / "admin") as context:
        page = context.pages[0]
        sign_in(page, installation, "ida")
        yield page


def add_rule(
    page: Page,
    installation: Installation,
    *,
    name: str,
    where: str,
    mode: str,
    because: str,
    announcement: str = "",
) -> None:
    page.goto(f"{installation.url}{SETTINGS}/rule")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Where").fill(where)
    page.get_by_label(mode).check()
    page.get_by_label("Reason").fill(because)
    page.get_by_label("Consent announcement").select_option(announcement)
    page.get_by_role("button", name="Save to the draft").click()
    expect(page.get_by_role("link", name=f"Edit rule {name}")).to_be_visible()


def publish(page: Page) -> None:
    page.get_by_role("link", name="Review and publish").click()
    page.get_by_role("button", name="Publish as version").click()
    expect(page.get_by_role("heading", name="Policy version")).to_be_visible()


def test_a_number_in_california_is_grey_with_its_reason_and_locked(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.type(NOT_RECORDED)

    expect(dialer.state).to_have_text("Won't be recorded")
    expect(dialer.record).to_have_accessible_name("Record Next Call")
    expect(dialer.record).to_have_attribute("aria-pressed", "false")
    expect(dialer.record).to_have_attribute("data-tone", "off")
    expect(dialer.record).to_have_attribute("aria-disabled", "true")
    expect(dialer.reason).to_have_text("California requires everyone's consent (rule 'All-party states').")
    dialer.record.click(force=True)
    expect(dialer.record).to_have_attribute("aria-pressed", "false")


def test_forged_requests_above_the_ceiling_record_nothing_and_are_audited(
    installation: Installation, signed_in: SignIn, peers: Peers
) -> None:
    ana, peer = signed_in("ana"), peers.offer()
    call, sdp = ana.call(NOT_RECORDED, peer.sdp)
    call_id = call["id"]
    peer.accept(sdp)
    journal = installation.keep_journal(call_id)
    ana.until_answered(call_id)

    to_the_web = ana.send("POST", f"/calls/{call_id}/record", generation=0)
    to_the_switch = httpx.post(
        f"http://{installation.config.switch_address}/calls/{call_id}/record",
        json={"actor": "mallory", "generation": 0},
        headers={"Authorization": f"Bearer {installation.config.secrets.switch_secret}"},
        trust_env=False,
    )
    loosening = httpx.post(
        f"http://{installation.config.switch_address}/calls/{call_id}/restrict",
        json={"mode": "both", "may_change": True, "policy_version": 99},
        headers={"Authorization": f"Bearer {installation.config.secrets.switch_secret}"},
        trust_env=False,
    )
    attempts = eventually(
        lambda: len(found := refusals(installation, call_id)) == 2 and found, "both attempts are audited"
    )
    ana.hang_up(call_id)
    eventually(lambda: ana.call_of(call_id)["recording"]["status"] in SETTLED, "it settled")

    assert (to_the_web.status_code, to_the_web.json()["code"]) == (403, "not_allowed")
    assert "California requires everyone's consent" in to_the_web.json()["message"]
    assert (to_the_switch.status_code, loosening.json()["mode"]) == (403, "none")
    assert {attempt["actor"] for attempt in attempts} >= {"mallory"}
    assert ana.call_of(call_id)["recording"]["status"] == "not_recorded"
    assert not [header for chunk in chunks(installation, journal) for header in chunk.media().headers]


def test_a_stricter_policy_closes_the_gate_of_a_live_call_and_says_why(
    installation: Installation, chromium: BrowserContext, admin: Page
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ben")
    dialer = Dialer(page)
    add_rule(
        admin, installation, name="Ohio now", where="Ohio", mode="No recording", because="is under review"
    )
    call_id = dialer.call(STEADY)
    journal = installation.keep_journal(call_id)
    dialer.at("00:02")
    expect(dialer.record).to_have_accessible_name("Pause Call Recording")
    publish(admin)

    expect(dialer.reason).to_have_text("Ohio is under review (rule 'Ohio now').")
    expect(dialer.record).to_have_accessible_name("This Call Cannot Be Recorded")
    shut = eventually(lambda: event(installation, call_id, "recording.restricted"), "the switch said so")
    dialer.at(f"00:{shut['clock_ms'] // 1000 + 2:02}")
    dialer.hang_up()
    published = rows(installation, "SELECT max(created_at) FROM governance_policyversion")[0][0]
    assert timedelta() <= when(shut["at"]) - when(published) < timedelta(seconds=1)
    media = [header["clock"] for chunk in chunks(installation, journal) for header in chunk.media().headers]
    assert media
    assert max(media) <= shut["clock_ms"]

    page.goto(f"{installation.url}/calls/{call_id}")
    expect(page.get_by_text("Made stricter during the call.")).to_be_visible()
    expect(page.locator(".stream")).to_contain_text("is stricter. Off: Ohio is under review")
    expect(page.locator("or-player")).to_be_visible(timeout=30_000)


def test_while_an_announcement_plays_the_dialer_says_that_recording_waits_for_its_end(
    installation: Installation, chromium: BrowserContext, admin: Page
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "mateo")
    dialer = Dialer(page)
    add_rule(
        admin,
        installation,
        name="Nashville hears it",
        where="Tennessee",
        mode="Both sides",
        because="is told",
        announcement="consent-announcement",
    )
    publish(admin)
    dialer.type(ECHO)
    expect(dialer.reason).to_contain_text("An announcement is played first. Recording starts when it ends.")
    dialer.call_button.click()
    expect(dialer.reason).to_have_text(
        "The contact hears the announcement. Recording starts when it ends.", timeout=30_000
    )
    expect(dialer.state).to_have_text("Will be recorded")
    expect(dialer.record).to_have_attribute("data-tone", "armed")
    expect(dialer.state).to_have_text("Recording", timeout=30_000)
    dialer.hang_up()
    dialer.save.click()
    admin.goto(f"{installation.url}{SETTINGS}")
    admin.get_by_role("button", name="Remove rule Nashville hears it").click()
    expect(admin.get_by_role("link", name="Edit rule Nashville hears it")).to_have_count(0)
    publish(admin)


def test_a_looser_policy_waits_for_the_next_call(
    installation: Installation, admin: Page, chromium: BrowserContext, signed_in: SignIn, peers: Peers
) -> None:
    mateo, peer = signed_in("mateo"), peers.offer()
    # The same number waits in a colleague's dialer, which learns of each policy by itself.
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.type(ECHO)
    expect(dialer.state).to_have_text("Will be recorded")
    expect(dialer.reason).not_to_contain_text("Your side only")
    add_rule(admin, installation, name="Tennessee", where="Tennessee", mode="Our side only", because="is new")
    publish(admin)
    expect(dialer.reason).to_contain_text("Your side only.", timeout=20_000)
    call, sdp = mateo.call(ECHO, peer.sdp)
    peer.accept(sdp)
    mateo.until_answered(call["id"])
    admin.goto(f"{installation.url}{SETTINGS}")
    admin.get_by_role("button", name="Remove rule Tennessee").click()
    expect(admin.get_by_role("link", name="Edit rule Tennessee")).to_have_count(0)
    publish(admin)

    running = mateo.call_of(call["id"])
    preview = mateo.get("/api/v2/dialer/preview", number=ECHO).json()
    mateo.hang_up(call["id"])
    expect(dialer.reason).not_to_contain_text("Your side only", timeout=20_000)
    assert running["recording"]["mode"] == "one_sided"
    assert event(installation, call["id"], "recording.restricted") is None
    assert preview["decision"]["mode"] == "both"


def test_a_user_who_may_turns_a_default_off_area_on_before_dialing(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.type(TORONTO)
    expect(dialer.reason).to_contain_text("Canada expects notice")
    dialer.record_next_call(wanted=True)
    expect(dialer.reason).to_have_text("You chose to record this call.")
    dialer.record_next_call(wanted=False)


def test_the_map_is_walked_with_the_keyboard_and_says_why(installation: Installation, admin: Page) -> None:
    admin.goto(f"{installation.url}{SETTINGS}/areas?of=force")
    admin.locator(".tile").first.focus()
    for _ in range(5):
        admin.keyboard.press("ArrowDown")
    expect(admin.locator(".tile-detail")).to_have_text(
        "California: Never recorded. Off: California requires everyone's consent (rule 'All-party states')."
    )
    expect(admin.locator(".tile[tabindex='0']")).to_have_attribute("data-name", "California")


def test_a_draft_is_tried_over_the_past_before_it_is_published(
    installation: Installation, admin: Page
) -> None:
    add_rule(
        admin, installation, name="Texas now", where="Texas", mode="No recording", because="is under review"
    )
    admin.get_by_role("link", name="Try it out").click()
    admin.get_by_role("button", name="Test the draft on past calls").click()
    result = admin.locator("or-simulation").first
    expect(result).to_contain_text("calls would be decided differently")
    expect(result).to_contain_text("Off: Texas is under review (rule 'Texas now').")
    result.get_by_role("link").first.click()
    expect(admin.get_by_role("heading", name="Call with")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    installation: Installation, admin: Page, tmp_path: Path
) -> None:
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    admin.goto(f"{installation.url}{SETTINGS}")
    admin.get_by_label("Sound file").set_input_files(large)
    admin.locator("#announcement-name").fill("Large")
    admin.get_by_role("button", name="Upload").click()

    problem = admin.get_by_label("Sound file").evaluate("input => input.validationMessage")
    assert problem == "This file is 200 MB. Choose one of at most 20 MB."
    expect(admin.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    "path", ["", "/areas", "/simulate?number=%2B14155550110", "/versions", "/rule", "/review"]
)
def test_a_page_of_the_settings_has_no_barrier_that_axe_finds(
    installation: Installation, admin: Page, path: str
) -> None:
    admin.goto(f"{installation.url}{SETTINGS}{path}")
    found = Axe().run(admin)
    assert found.violations_count == 0, found.generate_report()
