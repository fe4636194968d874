"""When the announcement and the beep are due, step by step."""

from onrecord.audio import tones
from onrecord.audio.rtp import FRAME_MS
from onrecord.media.switch.prompts import ROUND_TRIP_MS, AnnouncementPlayer, BeepTimer

SOUND = bytes(range(1, 4)) * 160
SILENCE = list(tones.frames(tones.silence(ROUND_TRIP_MS)))
FRAMES = [*tones.frames(SOUND), *SILENCE]


def steps(announcement: AnnouncementPlayer, count: int, *, recording: bool = True) -> list[bytes | None]:
    return [announcement.step(recording=recording) for _ in range(count)]


def test_what_nobody_is_owed_is_not_played() -> None:
    assert steps(AnnouncementPlayer(SOUND), 2) == [None, None]


def test_an_announcement_is_played_once_and_followed_by_the_silence_of_its_way_there_and_back() -> None:
    announcement = AnnouncementPlayer(SOUND)
    announcement.owe()
    assert steps(announcement, len(FRAMES) + 1) == [*FRAMES, None]
    assert not announcement.owed


def test_the_way_there_and_back_takes_at_most_300_ms() -> None:
    """150 ms each way, as ITU-T G.114 wants it; with less, an answer to the announcement came too early."""
    assert len(SILENCE) * FRAME_MS == 300


def test_an_announcement_waits_for_the_recording_and_begins_anew_after_a_pause() -> None:
    announcement = AnnouncementPlayer(SOUND)
    announcement.owe()
    assert steps(announcement, 2, recording=False) == [None, None]
    assert steps(announcement, 1) == FRAMES[:1]
    assert steps(announcement, 1, recording=False) == [None]
    assert announcement.owed
    assert steps(announcement, len(FRAMES) + 1) == [*FRAMES, None]


def test_somebody_who_comes_in_the_middle_hears_it_from_the_beginning() -> None:
    announcement = AnnouncementPlayer(SOUND)
    announcement.owe()
    steps(announcement, 2)
    announcement.owe()
    assert steps(announcement, len(FRAMES) + 1) == [*FRAMES, None]


def test_without_a_sound_nothing_is_ever_owed() -> None:
    announcement = AnnouncementPlayer(None)
    announcement.owe()
    assert not announcement.owed


def test_a_beep_has_200_ms_and_comes_every_so_many_seconds() -> None:
    beep = BeepTimer(2)
    sounds = [number for number in range(250) if beep.step(sounding=True) is not None]
    assert sounds == [*range(10), *range(100, 110), *range(200, 210)]


def test_a_beep_is_still_while_it_must_not_sound_and_comes_at_once_after() -> None:
    beep = BeepTimer(2)
    for _ in range(30):
        beep.step(sounding=True)
    assert [beep.step(sounding=False) for _ in range(200)] == [None] * 200
    assert beep.step(sounding=True) is not None


def test_without_a_period_there_is_no_beep() -> None:
    beep = BeepTimer(None)
    assert [beep.step(sounding=True) for _ in range(100)] == [None] * 100
