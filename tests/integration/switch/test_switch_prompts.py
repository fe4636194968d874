"""The consent announcement and the beep. The echoing number says what the contact hears."""

import base64
from itertools import pairwise

import aiohttp

from harness.switch_rig import Browser, Call, Journal, SwitchRig, place, spectrum, until
from onrecord.audio import tones
from onrecord.media.switch.prompts import ROUND_TRIP_MS

STEADY, ECHO = "+12025550195", "+12025550196"
REP, CONTACT = 0, 1
#: 1.01 s: the last frame is half filled.
SOUND = tones.tone(1000, ms=1010, level=0.3)
PLAYED = SOUND + tones.silence(10 + ROUND_TRIP_MS)
ANNOUNCEMENT = {"pcmu": base64.b64encode(SOUND).decode()}


def party(journal: Journal, role: str) -> int:
    """The party of a role; AssertionError when nobody had it."""
    found = [frame.party for frame in journal.controls if frame.fields.get("role") == role]
    assert found, f"there was no {role}"
    return found[0]


def said_in(journal: Journal, who: int, begin: int, end: int) -> bytes:
    """What a party said between two moments of the call clock."""
    return b"".join(sound for number, clock, sound in journal.media if number == who and begin <= clock < end)


def roles(journal: Journal) -> set[str]:
    return {str(frame.fields["role"]) for frame in journal.controls if frame.type == "join"}


async def played(call: Call, times: int) -> None:
    await until(
        lambda: call.rig.events.types(call.call_id).count("announcement.played") == times,
        f"the announcement's end, {times}",
    )


def informed_at(journal: Journal) -> list[int]:
    return [frame.clock for frame in journal.controls if frame.type == "informed"]


async def test_an_announcement_is_heard_by_both_at_the_answer_and_voices_are_captured_after_it(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, ECHO, announcement=ANNOUNCEMENT)
    await browser.hears(440, 1000)
    event = await call.event("announcement.played")
    assert 900 + ROUND_TRIP_MS < event["clock_ms"] < 1500 + ROUND_TRIP_MS
    browser.heard.clear()
    await browser.hears(440)
    await until(lambda: len(browser.heard) > 25, "half a second after it")
    await call.hang_up()
    journal = await call.journal()
    announcement = party(journal, "announcement")
    assert journal.sound(announcement) == PLAYED
    assert journal.clocks(announcement)[0] < 100
    (informed,) = informed_at(journal)
    assert informed >= journal.clocks(announcement)[-1]
    # The rep spoke and the echo answered from the beginning: none of it was kept before everybody knew.
    assert min(journal.clocks(REP)) >= informed
    assert min(journal.clocks(CONTACT)) >= informed
    join = next(frame for frame in journal.controls if frame.party == announcement)
    assert (join.fields["side"], join.fields["user"]) == ("ours", None)
    assert spectrum([journal.sound(REP)]) == {440}


async def test_a_recording_that_starts_later_is_announced_when_it_starts(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, ECHO, announcement=ANNOUNCEMENT, record_at_start=False)
    await browser.hears(440)
    await browser.listens(500)
    assert "announcement.played" not in rig.events.types(call.call_id)
    started = (await call.record())["clock_ms"]
    await browser.hears(440, 1000)
    event = await call.event("announcement.played")
    assert event["clock_ms"] > started + 900 + ROUND_TRIP_MS
    await call.pause()
    await call.record()
    await browser.listens(500)
    await call.hang_up()
    journal = await call.journal()
    announcement = party(journal, "announcement")
    # Once: whoever heard it knows it after a pause, too.
    assert journal.sound(announcement) == PLAYED
    assert journal.clocks(announcement)[0] >= started
    assert min(journal.clocks(CONTACT)) >= informed_at(journal)[0] > started


async def test_an_announcement_that_a_pause_cut_short_is_played_again_in_full(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, ECHO, announcement=ANNOUNCEMENT)
    await browser.hears(440, 1000)
    paused = (await call.pause())["clock_ms"]
    await browser.hears(440)
    assert "announcement.played" not in rig.events.types(call.call_id)
    resumed = (await call.record())["clock_ms"]
    await call.event("announcement.played")
    await call.hang_up()
    journal = await call.journal()
    announcement = party(journal, "announcement")
    clocks = journal.clocks(announcement)
    assert not [clock for clock in clocks if paused < clock < resumed]
    assert said_in(journal, announcement, resumed, 1 << 31) == PLAYED
    # Half an announcement is none: nothing was captured before the second one's end.
    (informed,) = informed_at(journal)
    assert informed > resumed
    assert all(clock >= informed for clock in (*journal.clocks(REP), *journal.clocks(CONTACT)))


async def test_who_joins_while_it_is_recorded_is_captured_once_they_have_heard_the_announcement(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, announcement=ANNOUNCEMENT)
    await played(call, 1)
    async with Browser(tones.tone(900, ms=1000, level=0.3)) as colleague:
        await call.join(colleague, "bob")
        await colleague.hears(440, 600, 1000)
        await played(call, 2)
        await colleague.hears(440, 600)
        colleague.heard.clear()
        await until(lambda: len(colleague.heard) > 10, "a fifth of a second after it")
        await call.hang_up()
    journal = await call.journal()
    announcement, joined = party(journal, "announcement"), party(journal, "collaborator")
    assert journal.sound(announcement)[-len(PLAYED) :] == PLAYED
    _, informed = informed_at(journal)
    assert min(journal.clocks(joined)) >= informed
    # Those who knew it already go on being captured meanwhile.
    begun = next(frame.clock for frame in journal.controls if frame.party == joined)
    assert all([clock for clock in journal.clocks(who) if begun < clock < informed] for who in (REP, CONTACT))


async def test_without_a_recording_nothing_is_played(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    prompts = {"announcement": ANNOUNCEMENT, "beep_every_s": 1}
    call = await place(rig, client, browser, ECHO, mode="none", **prompts)
    await browser.hears(440)
    browser.heard.clear()
    await until(lambda: len(browser.heard) > 100, "two seconds")
    assert spectrum(payload for _, _, payload in browser.heard) == {440}
    await call.hang_up()
    journal = await call.journal()
    assert roles(journal) == {"rep", "contact"}
    assert "announcement.played" not in rig.events.types(call.call_id)


async def test_a_beep_comes_every_so_many_seconds_to_both_and_not_in_a_pause(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, ECHO, beep_every_s=1)
    await call.event("recording.started")
    await browser.hears(440, 1400)
    await browser.listens(3000)
    paused = (await call.pause())["clock_ms"]
    await browser.listens(300)
    browser.heard.clear()
    await until(lambda: len(browser.heard) > 75, "a second and a half of pause")
    assert spectrum(payload for _, _, payload in browser.heard) == {440}
    resumed = (await call.record())["clock_ms"]
    await browser.hears(440, 1400)
    await call.hang_up()
    journal = await call.journal()
    clocks = journal.clocks(party(journal, "beep"))
    begins = [clocks[0]] + [later for earlier, later in pairwise(clocks) if later - earlier > 300]
    before = [begin for begin in begins if begin <= paused]
    assert len(before) >= 3
    assert all(950 < later - earlier < 1050 for earlier, later in pairwise(before))
    assert not [clock for clock in clocks if paused < clock < resumed]
    # The contact heard it too: the echo brings it back within the 0.2 s that it keeps.
    echoes = range(before[1], before[1] + 400, 40)
    assert any(1400 in spectrum([said_in(journal, CONTACT, begin, begin + 160)]) for begin in echoes)


async def test_a_beep_waits_for_the_announcement(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser
) -> None:
    call = await place(rig, client, browser, STEADY, announcement=ANNOUNCEMENT, beep_every_s=300)
    await played(call, 1)
    await browser.hears(600, 1400)
    await call.hang_up()
    journal = await call.journal()
    assert journal.clocks(party(journal, "beep"))[0] >= journal.clocks(party(journal, "announcement"))[-1]
