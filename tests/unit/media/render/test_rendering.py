"""From real journals to PCM: exact to the sample where packets arrived, silence where not."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.journals import CONTACT, PACKET, REP, CapturedCall
from onrecord.audio.g711 import ALAW, ULAW, encode_ulaw
from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import Chunk
from onrecord.media.render.errors import RenderError
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.media.render.spans import spans
from onrecord.policy.mode import Mode

#: Samples that G.711 keeps as they are, none of them zero.
EXACT = np.unique(ULAW[ULAW != 0])


def noise(packets: int, seed: int = 1) -> NDArray[np.int16]:
    return np.random.default_rng(seed).choice(EXACT, packets * PACKET)


def rendered(
    chunks: list[Chunk], sizes: list[int] | None = None
) -> tuple[JournalRenderer, NDArray[np.int16]]:
    """All samples, fed in slices of the given sizes (then the rest at once)."""
    rendering, blocks, left = JournalRenderer(), [np.empty((0, 2), np.int16)], list(chunks)
    for size in [*(sizes or []), len(left)]:
        blocks += rendering.feed(left[:size])
        del left[:size]
    blocks += rendering.finish()
    return rendering, np.concatenate(blocks)


def test_two_voices_come_out_on_their_sides_sample_by_sample(tmp_path: Path) -> None:
    call, left, right = CapturedCall(tmp_path), noise(500, 1), noise(500, 2)
    call.talk(left, right, from_ms=0)
    call.end()
    rendering, pcm = rendered(call.chunks())
    assert rendering.begin == PACKET
    np.testing.assert_array_equal(pcm, np.stack((left, right), axis=1))
    assert rendering.captured() == {
        p: {"captured": 500, "duplicate": 0, "surplus": 0} for p in (REP, CONTACT)
    }


def test_loss_duplication_reordering_wraps_a_jump_and_a_new_ssrc_cost_only_what_was_lost(
    tmp_path: Path,
) -> None:
    random, packets = np.random.default_rng(7), 3000
    voice = noise(packets)
    call = CapturedCall(tmp_path)
    lost = random.random(packets) < 0.05
    lost[0] = False
    # Packets come up to three slots late, so each may be overtaken by up to three that follow it. At the jump
    # itself they come in order: whoever straddles it cannot be told from another jump.
    late = random.integers(0, 4, packets)
    late[0] = 0
    late[1490:1500] = 0
    arrivals = sorted((i + int(late[i]), i) for i in range(packets) if not lost[i])
    for slot, i in arrivals:
        call.move_to(20 * (slot + 1))
        sequence = 65536 - 500 + i
        timestamp = 2**32 - PACKET * 1000 + PACKET * i + (123_456_789 if i >= 1500 else 0)
        ssrc = 1 if i < 2200 else 2
        for _ in range(1 + int(random.random() < 0.1)):
            call.capture.media(
                REP,
                RtpPacket(
                    0,
                    sequence % 65536,
                    timestamp % 2**32,
                    ssrc,
                    encode_ulaw(voice[i * PACKET : (i + 1) * PACKET]),
                ),
            )
    call.end()
    expected = np.where(np.repeat(lost, PACKET), 0, voice)
    rendering, pcm = rendered(call.chunks())
    end = (packets - int(np.argmin(lost[::-1]))) * PACKET
    # A new stream is anchored by its own least delayed packet; with one in four on time all agree.
    assert rendering.begin == PACKET
    np.testing.assert_array_equal(pcm[:, 0], expected[:end])
    assert not pcm[:, 1].any()


@st.composite
def scripts(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Start, pause, resume, loss and speech, by packets of 20 ms."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["talk", "talk", "lose", "pause", "record", "quiet"]), st.integers(1, 120)
            ),
            min_size=1,
            max_size=12,
        )
    )


@given(script=scripts(), starts=st.booleans(), sizes=st.lists(st.integers(0, 5), max_size=12))
@settings(max_examples=60)
def test_silence_is_exactly_the_complement_of_what_was_captured(
    script: list[tuple[str, int]], starts: bool, sizes: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        call = CapturedCall(Path(folder), record_at_start=starts)
        total = sum(packets for _, packets in script)
        voices = np.stack((noise(total, 3), noise(total, 4)), axis=1)
        captured = np.zeros((total, 2), bool)
        at = 0
        for event, packets in script:
            if event == "pause":
                call.capture.pause("u1")
            elif event == "record":
                call.capture.record("u1")
            for i in range(at, at + packets):
                call.move_to(20 * (i + 1))
                for party in (REP, CONTACT):
                    if event == "quiet" or (event == "lose" and i % 3 == party):
                        continue
                    samples = voices[i * PACKET : (i + 1) * PACKET, party]
                    captured[i, party] = call.packet(party, i, i * PACKET, samples)
            at += packets
        call.end()
        chunks = call.chunks()
    rendering, pcm = rendered(chunks)
    expected = np.where(np.repeat(captured, PACKET, axis=0), voices, 0)
    if not captured.any():
        assert not len(pcm)
        return
    first, last = np.flatnonzero(captured.any(1))[[0, -1]]
    assert rendering.begin == (first + 1) * PACKET
    np.testing.assert_array_equal(pcm, expected[first * PACKET : (last + 1) * PACKET])
    np.testing.assert_array_equal(rendered(chunks, sizes)[1], pcm)
    np.testing.assert_array_equal(rendered(chunks, [1] * len(chunks))[1], pcm)


def test_our_voices_are_added_and_clipped(tmp_path: Path) -> None:
    call = CapturedCall(tmp_path)
    call.capture.join(2, side=Side.OURS, role="collaborator", user="u2")
    loud, soft = np.full(PACKET, 32124, np.int16), np.full(PACKET, 988, np.int16)
    for i, (first, second) in enumerate([(loud, loud), (-loud, -loud), (soft, loud // 1)] * 10):
        call.move_to(20 * (i + 1))
        call.packet(REP, i, i * PACKET, first)
        call.packet(2, i, i * PACKET, second)
    call.end()
    pcm = rendered(call.chunks())[1][:, 0].reshape(-1, PACKET)
    assert (pcm[0] == 32767).all()
    assert (pcm[1] == -32768).all()
    assert (pcm[2] == 32767).all()


def test_a_law_and_packets_of_different_lengths_are_placed_alike(tmp_path: Path) -> None:
    call, expected, timestamp = CapturedCall(tmp_path), [], 0
    for i, size in enumerate([80, 160, 240, 160] * 20):
        call.move_to((timestamp + 240) / 8)
        payload = bytes((i + k) % 256 for k in range(size))
        assert call.capture.media(REP, RtpPacket(8 if i % 3 else 0, i, timestamp, 1, payload))
        expected.append((ALAW if i % 3 else ULAW)[np.frombuffer(payload, np.uint8)])
        timestamp += size
    call.end()
    np.testing.assert_array_equal(rendered(call.chunks())[1][:, 0], np.concatenate(expected))


def test_of_two_overlapping_packets_the_later_to_arrive_is_heard(tmp_path: Path) -> None:
    call = CapturedCall(tmp_path)
    low, high = np.full(PACKET, 988, np.int16), np.full(PACKET, 8316, np.int16)
    for i in range(20):
        call.move_to(20 * (i + 1))
        call.packet(REP, 2 * i, i * PACKET, low)
        call.packet(REP, 2 * i + 1, i * PACKET + 80, high)
    call.end()
    pcm = rendered(call.chunks())[1][:, 0]
    assert (pcm[:80] == 988).all()
    assert (pcm[80:160] == 8316).all()
    assert (pcm[160:240] == 988).all()


def test_an_hour_of_pause_is_an_hour_of_silence_in_small_blocks(tmp_path: Path) -> None:
    call, voice = CapturedCall(tmp_path), noise(50)
    call.talk(voice, voice, from_ms=0)
    call.capture.pause("u1")
    call.move_to(3_600_000)
    call.capture.record("u1")
    call.talk(voice, voice, from_ms=3_600_000)
    call.end()
    rendering = JournalRenderer()
    blocks = [*rendering.feed(call.chunks()), *rendering.finish()]
    assert max(map(len, blocks)) <= 80_000
    assert sum(map(len, blocks)) == 3_601_000 * 8
    assert [span.document() for span in spans(rendering.controls, until_ms=0)] == [
        {"start_ms": 0, "end_ms": 1000, "parties": [0, 1]},
        {"start_ms": 3_600_000, "end_ms": 3_601_000, "parties": [0, 1]},
    ]


def test_nothing_captured_gives_nothing(tmp_path: Path) -> None:
    call = CapturedCall(tmp_path, mode=Mode.NONE)
    call.talk(noise(10), noise(10), from_ms=0)
    call.end()
    rendering, pcm = rendered(call.chunks())
    assert (len(pcm), rendering.begin, rendering.captured()) == (0, None, {})


def test_one_sided_calls_have_a_silent_contact(tmp_path: Path) -> None:
    call = CapturedCall(tmp_path, mode=Mode.ONE_SIDED)
    voice = noise(100)
    call.talk(voice, noise(100, 2), from_ms=0)
    call.end()
    rendering, pcm = rendered(call.chunks())
    np.testing.assert_array_equal(pcm[:, 0], voice)
    assert not pcm[:, 1].any()
    assert [span.parties for span in spans(rendering.controls, until_ms=0)] == [(REP,)]


def test_audio_of_a_party_that_never_joined_is_refused() -> None:
    frame = b"\x02\x00\x01\x07\x00\x00" + bytes(14) + b"\xff\xff"
    rendering = JournalRenderer()
    list(rendering.feed([Chunk(number=0, epoch=0, plaintext=frame)]))
    with pytest.raises(RenderError, match="Party 7 has audio but never joined"):
        list(rendering.finish())
