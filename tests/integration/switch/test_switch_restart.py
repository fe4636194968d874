"""What is left of a call when the switch dies, stops, or cannot reach the web."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.journals import flip
from harness.switch_rig import Browser, EventReceiver, SwitchRig, place, until
from onrecord.media.render.render_to_file import render_to_file

STEADY = "+12025550195"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SwitchRig]:
    with SwitchRig(tmp_path) as switch:
        yield switch


async def test_a_killed_switch_tells_after_its_restart_how_the_call_ended(rig: SwitchRig) -> None:
    await rig.ready()
    async with rig.client() as client, Browser() as browser:
        call = await place(rig, client, browser, STEADY)
        await call.event("recording.started")
        await until(lambda: len(rig.journal(call.call_id).media) > 100, "two seconds on disk")
        on_disk = len(rig.journal(call.call_id).media)
        rig.kill()
    rig.restart()
    ended = await call.event("call.ended")
    assert ended["seq"] > 3
    data = ended["data"]
    assert (data["status"], data["reason"], data["captured"]) == ("completed", "switch_restarted", True)
    journal = rig.journal(call.call_id)
    assert journal.ended
    assert not journal.damage
    (hole,) = [frame for frame in journal.controls if frame.type == "hole"]
    assert (hole.clock, hole.fields["cause"]) == (journal.media[-1][1], "torn")
    assert len(journal.media) >= on_disk
    assert data["duration_ms"] == journal.media[-1][1]
    await rig.ready()
    async with rig.client() as client, client.get("/calls") as reply:
        assert await reply.json() == {"calls": []}


async def test_a_journal_that_is_damaged_after_a_kill_is_recovered_with_all_that_is_whole(
    rig: SwitchRig, tmp_path: Path
) -> None:
    await rig.ready()
    async with rig.client() as client, Browser() as browser:
        call = await place(rig, client, browser, STEADY)
        await call.event("recording.started")
        await until(lambda: len(rig.journal(call.call_id).media) > 250, "three chunks on disk")
        rig.kill()
    path = rig.config.journals / f"{call.call_id}.journal"
    before = rig.journal(call.call_id).media
    flip(path, 20, path.stat().st_size // 2)
    left = path.read_bytes()
    rig.restart()
    assert (await call.ended())["captured"]
    journal = rig.journal(call.call_id)
    assert path.read_bytes().startswith(left)
    assert journal.ended
    assert (journal.damage.header, journal.damage.gaps) == (True, 1)
    # A second at most is lost to the flipped bit; what stands before and behind it is kept.
    assert len(before) - 110 <= len(journal.media) < len(before)
    assert (journal.media[0], journal.media[-1]) == (before[0], before[-1])
    report = render_to_file(path, tmp_path / "heard.wav", rig.config.secrets.master_key)
    assert [hole.cause for hole in report.holes] == ["damaged", "torn"]
    assert report.samples >= 8 * (before[-1][1] - before[0][1])


async def test_a_call_that_was_ringing_when_the_switch_was_killed_has_failed(rig: SwitchRig) -> None:
    await rig.ready()
    async with rig.client() as client, Browser() as browser:
        call = await place(rig, client, browser, "+12025550191")
        await call.event("call.ringing")
        on_disk = ["policy", "join", "join"]
        await until(lambda: rig.journal(call.call_id).types == on_disk, "the journal's first chunk")
        rig.kill()
    rig.restart()
    data = await call.ended()
    assert (data["status"], data["reason"], data["captured"]) == ("failed", "switch_restarted", False)


async def test_an_end_that_was_not_reported_before_the_crash_is_read_from_the_journal(rig: SwitchRig) -> None:
    await rig.ready()
    async with rig.client() as client, Browser() as browser:
        call = await place(rig, client, browser, STEADY)
        await browser.hears(600)
        await call.hang_up()
        before = await call.ended()
        await call.journal()
    assert rig.stop() == 0
    folder = rig.config.spool("switch") / call.call_id
    await until((folder / "00000004.done").exists, "the acknowledgement")
    # As if the crash had come between the journal's last frame and the event.
    (folder / "00000004.done").rename(folder / "00000003.done")
    (folder / "00000003.done").write_bytes(b'{"type":"recording.started"}')
    rig.events.events.clear()
    rig.restart()
    again = await call.event("call.ended")
    assert again["seq"] > 3
    # The journal does not say who ended the call.
    assert {**again["data"], "duration_ms": 0} == {**before, "duration_ms": 0, "actor": None}
    assert abs(again["data"]["duration_ms"] - before["duration_ms"]) <= 1


async def test_a_stopping_switch_ends_its_calls_and_tells(rig: SwitchRig) -> None:
    await rig.ready()
    async with rig.client() as client, Browser() as browser:
        call = await place(rig, client, browser, STEADY)
        await call.event("recording.started")
        assert rig.stop() == 0
        data = await call.ended()
        assert (data["status"], data["reason"], data["captured"]) == ("completed", "switch_stopped", True)
        assert rig.journal(call.call_id).ended


async def test_a_call_goes_on_while_the_web_is_away_and_its_events_come_later(rig: SwitchRig) -> None:
    await rig.ready()
    port = int(rig.config.web_address.rpartition(":")[2])
    rig.events.close()
    try:
        async with rig.client() as client, Browser() as browser:
            call = await place(rig, client, browser, STEADY)
            await browser.hears(600)
            await call.pause()
            await call.record()
            await call.hang_up()
    finally:
        rig.events = EventReceiver(rig.config.secrets.event_secret, port)
    await call.ended()
    assert rig.events.types(call.call_id) == [
        "call.ringing",
        "call.answered",
        "recording.started",
        "recording.paused",
        "recording.resumed",
        "call.ended",
    ]
