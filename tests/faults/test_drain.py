"""SIGTERM while calls are live: they go on for a while, nobody new comes in, and everybody knows."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from harness.browser import Dialer, sign_in
from harness.installation import PATIENCE, Installation
from harness.people import STEADY
from harness.switch_rig import Browser, SwitchRig, place, place_call, until


async def test_a_live_call_goes_on_and_its_rep_knows_until_when_while_nobody_new_comes_in(
    tmp_path: Path,
) -> None:
    with SwitchRig(tmp_path, drain_s=600) as rig:
        await rig.ready()
        async with rig.client() as client, Browser() as browser, Browser() as other:
            call = await place(rig, client, browser, STEADY)
            await call.event("recording.started")
            await until(lambda: browser.channel.readyState == "open", "the control channel opens")
            rig.process.send_signal(signal.SIGTERM)
            await until(lambda: bool(browser.answers), "the rep is told")
            left = datetime.fromisoformat(browser.answers[0]["stops_at"]) - datetime.now(UTC)
            assert timedelta(seconds=500) < left <= timedelta(seconds=600)

            body = place_call(STEADY, await other.offer())
            async with client.post("/calls", json=body) as reply:
                assert (reply.status, (await reply.json())["code"]) == (503, "stopping")
            joins = {"sdp": body["sdp"], "user_id": "bob", "controls": True}
            assert (await call.post("join", 503, **joins))["code"] == "stopping"
            # Whoever reloads comes back, and is told again.
            back = await call.post("attach", sdp=body["sdp"], user_id="ann", controls=True)
            await other.accept(back["sdp"])
            await until(lambda: bool(other.answers), "the reloaded page is told")

            assert (await call.pause())["recording"] == "paused"
            await call.hang_up()
            assert rig.process.wait(timeout=PATIENCE) == 0
    assert (await call.ended())["reason"] == "rep_hung_up"


async def test_a_second_signal_ends_the_calls_now_and_says_why(tmp_path: Path) -> None:
    with SwitchRig(tmp_path, drain_s=600) as rig:
        await rig.ready()
        async with rig.client() as client, Browser() as browser:
            call = await place(rig, client, browser, STEADY)
            await call.event("recording.started")
            await until(lambda: browser.channel.readyState == "open", "the control channel opens")
            rig.process.send_signal(signal.SIGTERM)
            await until(lambda: bool(browser.answers), "the rep is told")
            assert rig.stop() == 0
        assert (await call.ended())["reason"] == "switch_stopped"


async def test_when_the_time_is_over_the_calls_are_ended(tmp_path: Path) -> None:
    with SwitchRig(tmp_path, drain_s=1) as rig:
        await rig.ready()
        async with rig.client() as client, Browser() as browser:
            call = await place(rig, client, browser, STEADY)
            await call.event("recording.started")
            assert rig.stop() == 0
        assert (await call.ended())["reason"] == "switch_stopped"


def test_the_pages_go_on_serving_a_live_call_and_the_rep_reads_by_when_it_ends(
    prepared_home: Path, tmp_path: Path, chromium: BrowserContext, other: Page
) -> None:
    installation = Installation(tmp_path / "home", like=prepared_home)
    installation.environ["ONRECORD_DRAIN_SECONDS"] = "600"
    installation.start()
    try:
        page = chromium.pages[0]
        sign_in(page, installation, "ana")
        sign_in(other, installation, "ben")
        dialer = Dialer(page)
        dialer.call(STEADY)
        installation.send_signal(signal.SIGTERM)
        expect(dialer.problem).to_contain_text("and end this call then")
        colleague = Dialer(other)
        colleague.type(STEADY)
        colleague.call_button.click()
        expect(colleague.problem).to_contain_text("is not accepting new calls")
        dialer.hang_up()
        assert installation.wait() == 0
    finally:
        installation.stop(signal.SIGINT)
