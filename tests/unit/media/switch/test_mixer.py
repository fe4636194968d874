"""The N-1 mix and the bridge, on exact samples."""

import numpy as np
import pytest

from onrecord.audio.g711 import PCMA, PCMU, decode, encode_ulaw
from onrecord.audio.rtp import FRAME_SAMPLES, RtpPacket
from onrecord.media.switch.bridge import Bridge
from onrecord.media.switch.mixer import LIMIT, Input, Mixer


def frame(value: int, sequence: int = 0, *, ssrc: int = 1) -> RtpPacket:
    """20 ms of one sample value."""
    payload = encode_ulaw(np.full(FRAME_SAMPLES, value, np.int16))
    return RtpPacket(PCMU, sequence, sequence * FRAME_SAMPLES, ssrc, payload)


def value(payload: bytes) -> int:
    """The one sample value of a frame."""
    assert len(payload) == FRAME_SAMPLES
    assert len(set(payload)) == 1
    return int(decode(PCMU, payload)[0])


def exact(number: int) -> int:
    return value(frame(number).payload)


def test_everyone_hears_the_sum_of_the_others() -> None:
    mixer = Mixer()
    for party, number in enumerate((1000, 2000, 4000)):
        mixer.add(party, frame(number))
    a, b, c = exact(1000), exact(2000), exact(4000)
    mixed = mixer.mix(range(3), None)
    assert [value(mixed[party]) for party in range(3)] == [exact(b + c), exact(a + c), exact(a + b)]


def test_a_prompt_is_heard_by_everyone() -> None:
    mixer = Mixer()
    mixer.add(0, frame(1000))
    mixed = mixer.mix(range(2), frame(500).payload)
    assert value(mixed[0]) == exact(500)
    assert value(mixed[1]) == exact(exact(1000) + exact(500))


def test_a_sum_that_is_too_loud_is_clipped_and_does_not_turn_over() -> None:
    mixer = Mixer()
    for party in range(3):
        mixer.add(party, frame(-30000))
    assert value(mixer.mix([2], None)[2]) == exact(-32768)


def test_without_a_voice_there_is_silence() -> None:
    assert value(Mixer().mix([0], None)[0]) == 0


def test_packets_of_other_lengths_and_of_a_law_are_mixed_too() -> None:
    mixer = Mixer()
    code = bytes([0x12])
    for number, size in enumerate((240, 80)):
        mixer.add(0, RtpPacket(PCMA, number, 0, 1, code * size))
    expected = exact(int(decode(PCMA, code)[0]))
    assert [value(mixer.mix([1], None)[1]) for _ in range(3)] == [expected, expected, 0]


def test_a_packet_that_comes_late_is_left_out_and_a_new_stream_is_not() -> None:
    mixer = Mixer()
    for number in (65535, 0, 65534):
        mixer.add(0, frame(1000 + number % 7, number))
    mixer.add(0, frame(4000, 5, ssrc=2))
    heard = [value(mixer.mix([1], None)[1]) for _ in range(4)]
    assert heard == [exact(1000 + 65535 % 7), exact(1000), exact(4000), 0]


def test_other_than_speech_says_nothing() -> None:
    mixer = Mixer()
    mixer.add(0, RtpPacket(101, 0, 0, 1, b"\x01" * FRAME_SAMPLES))
    assert not mixer.ready


def test_a_voice_that_comes_too_fast_is_cut_back_to_the_newest() -> None:
    mixer = Mixer()
    for number in range(LIMIT // FRAME_SAMPLES + 1):
        mixer.add(0, frame(1000 * number, number))
    heard = [value(mixer.mix([1], None)[1]) for _ in range(3)]
    assert heard == [exact(4000), exact(5000), 0]


def lost_words(ppm: int, *, pauses: bool) -> int:
    """Frames of speech that ten minutes of a third party lose whose clock is off; 30 of drift at 1000 ppm."""
    input_, sent, said, heard = Input(), 0, 0, 0
    word, silence = frame(8000).payload, frame(0).payload
    for tick in range(600 * 50):
        while sent <= tick * (1 + ppm * 1e-6):
            speaks = not pauses or sent % 300 < 250
            input_.add(RtpPacket(PCMU, sent % 65536, 0, 1, word if speaks else silence))
            sent, said = sent + 1, said + speaks
        samples = input_.next()
        heard += samples is not None and int(samples[0]) > 7000
    return said - heard


@pytest.mark.parametrize("ppm", [1000, -1000, 200])
def test_a_third_party_who_pauses_loses_no_word_to_its_clock(ppm: int) -> None:
    assert lost_words(ppm, pauses=True) <= LIMIT // FRAME_SAMPLES


def test_a_fast_third_party_without_a_pause_loses_only_what_the_clocks_are_apart() -> None:
    assert 20 < lost_words(1000, pauses=False) <= 30 + LIMIT // FRAME_SAMPLES


class Ears:
    """Two or three parties on a bridge, and what each has heard."""

    def __init__(self, *parties: int) -> None:
        self.bridge = Bridge()
        self.heard: dict[int, list[RtpPacket]] = {}
        for party in parties:
            self.join(party)

    def join(self, party: int) -> None:
        self.heard[party] = []
        self.bridge.connect(party, self.heard[party].append)

    def values(self, party: int) -> list[int]:
        return [value(heard.payload) for heard in self.heard[party]]


def test_between_two_packets_pass_as_they_are() -> None:
    ears = Ears(0, 1)
    packet = frame(1000)
    ears.bridge.forward(0, packet)
    ears.bridge.step(None)
    assert ears.heard == {0: [], 1: [packet]}
    assert ears.heard[1][0] is packet


def test_a_prompt_between_two_adds_no_gap_and_loses_nothing() -> None:
    ears = Ears(0, 1)
    prompt = frame(500).payload
    for number, plays in enumerate([False, True, True, False, False]):
        ears.bridge.forward(0, frame(1000 * (number + 1), number))
        ears.bridge.step(prompt if plays else None)
    with_prompt = [exact(exact(1000 * number) + exact(500)) for number in (3, 4)]
    assert ears.values(1) == [exact(1000), exact(2000), *with_prompt, exact(5000)]
    assert ears.values(0) == [exact(500), exact(500)]


def test_what_waits_is_heard_before_what_is_passed_on_again() -> None:
    ears = Ears(0, 1, 2)
    ears.bridge.step(None)
    for number in range(3):
        ears.bridge.forward(0, frame(1000 * (number + 1), number))
    ears.bridge.disconnect(2)
    ears.bridge.step(None)
    ears.bridge.forward(0, frame(4000, 3))
    assert ears.values(1) == [exact(1000), exact(2000), exact(3000), exact(4000)]


def test_the_mix_is_one_stream_with_even_numbers() -> None:
    ears = Ears(0, 1, 2)
    for _ in range(4):
        ears.bridge.step(None)
    stream = ears.heard[2]
    assert len({heard.ssrc for heard in stream}) == 1
    assert [heard.sequence - stream[0].sequence for heard in stream] == [0, 1, 2]
    assert [heard.timestamp - stream[0].timestamp for heard in stream] == [0, 160, 320]
