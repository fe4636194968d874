from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.audio import clips, tones
from onrecord.audio.rtp import RtpPacket
from onrecord.media.switch.legs.leg import LegEvent
from onrecord.media.switch.legs.simulated import EchoBuffer, SimulatedLeg, script


class Line:
    """Everything that a leg says, with the 20 ms step at which it said it."""

    def __init__(self, number: str) -> None:
        self.events: list[tuple[int, LegEvent]] = []
        self.frames: list[RtpPacket] = []
        self.leg = SimulatedLeg(number, self)

    def leg_event(self, event: LegEvent) -> None:
        self.events.append((len(self.frames) * 20, event))

    def leg_media(self, packet: RtpPacket) -> None:
        self.frames.append(packet)

    def run(self, ms: int) -> "Line":
        for _ in range(ms // 20):
            self.leg.tick()
        return self

    def sound(self, start_ms: int = 0) -> bytes:
        return b"".join(frame.payload for frame in self.frames)[start_ms * 8 :]


@pytest.mark.parametrize(
    ("ending", "events"),
    [
        (90, [(200, LegEvent.BUSY), (2_200, LegEvent.HUNG_UP)]),
        (91, [(200, LegEvent.RINGING), (12_200, LegEvent.NO_ANSWER), (12_200, LegEvent.HUNG_UP)]),
        (93, [(200, LegEvent.RINGING), (1_200, LegEvent.ANSWERED), (6_200, LegEvent.HUNG_UP)]),
        (95, [(200, LegEvent.RINGING), (1_200, LegEvent.ANSWERED)]),
        (96, [(200, LegEvent.RINGING), (1_200, LegEvent.ANSWERED)]),
        (10, [(200, LegEvent.RINGING), (1_200, LegEvent.ANSWERED)]),
        (14, [(200, LegEvent.RINGING), (3_200, LegEvent.ANSWERED)]),
    ],
)
def test_what_the_network_says_and_when(ending: int, events: list[tuple[int, LegEvent]]) -> None:
    assert Line(f"+120255501{ending}").run(60_000).events == events


def test_an_unreachable_number_is_announced() -> None:
    line = Line("+12025550194").run(60_000)
    assert line.events[0] == (200, LegEvent.UNREACHABLE)
    assert line.events[-1][1] is LegEvent.HUNG_UP
    assert line.sound(200).startswith(clips.load("number-not-reachable"))


def test_a_voicemail_greets_beeps_and_listens_for_two_minutes() -> None:
    line = Line("+12025550192").run(200_000)
    greeting = line.sound().index(clips.load("voicemail-greeting"))
    beep = line.sound().index(tones.beep())
    assert 0 < greeting < beep
    assert set(line.sound(beep // 8 + 500)) == {0xFF}
    assert line.events[-1][1] is LegEvent.HUNG_UP


def test_the_steady_tone_has_no_seam() -> None:
    line = Line("+12025550195").run(3_200)
    assert line.sound(1_200) == tones.tone(600, ms=2_000, level=0.4)


def test_the_echo_says_what_it_hears_once() -> None:
    line = Line("+12025550196").run(1_200)
    line.leg.send(RtpPacket(0, 1, 0, 1, b"\x12" * 160))
    line.leg.send(RtpPacket(0, 2, 160, 1, b"\x34" * 160))
    line.run(100)
    assert line.sound(1_200)[: 3 * 160] == b"\x12" * 160 + b"\x34" * 160 + b"\xff" * 160


@given(st.lists(st.binary(max_size=480)))
def test_the_ear_keeps_order_and_never_more_than_its_limit(sounds: list[bytes]) -> None:
    echo = EchoBuffer()
    for sound in sounds:
        echo.hear(sound)
    heard = b"".join(sounds)[-EchoBuffer.LIMIT :]
    whole = len(heard) // 160 * 160
    assert b"".join(echo.next() for _ in range(whole // 160)) == heard[:whole]
    assert echo.next() == tones.SILENT_FRAME


def test_a_conversation_speaks_leaves_pauses_and_goes_on() -> None:
    sound = b"".join(
        frame
        for frame in islice(script("+12025550117", EchoBuffer()), 10 * 60 * 50)
        if isinstance(frame, bytes)
    )
    assert clips.load("contact-hello") in sound
    assert sound.count(clips.load("contact-price")) > 3
    assert tones.silence(1_500) in sound
    assert tones.silence(6_000) not in sound


def test_the_same_number_says_the_same() -> None:
    assert Line("+12025550117").run(30_000).sound() == Line("+12025550117").run(30_000).sound()


def test_rtp_numbers_follow_one_another_without_a_break_from_ringing_to_talk() -> None:
    frames = Line("+12025550195").run(3_000).frames
    assert [frame.sequence for frame in frames] == list(range(150))
    assert [frame.timestamp for frame in frames] == list(range(0, 150 * 160, 160))
    assert len({frame.ssrc for frame in frames}) == 1


def test_a_digit_is_acknowledged_with_a_beep() -> None:
    line = Line("+12025550196").run(2_000)
    line.leg.dtmf("5")
    assert tones.digit_beep() in line.run(400).sound(2_000)


def test_after_hanging_up_nothing_is_said() -> None:
    line = Line("+12025550193").run(1_000)
    said = len(line.frames)
    line.leg.close()
    line.run(10_000)
    assert len(line.frames) == said
    assert line.events == [(200, LegEvent.RINGING)]
