"""A sender's clock that is fast or slow: no sound lost or doubled beyond that, the sides together."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.journals import PACKET, REP, CapturedCall
from onrecord.audio.g711 import ULAW, encode_ulaw
from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.journal import FRAME
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.media.render.placement import Placement

#: How far a voice may stand from its least delayed packets, in samples (50 ms), and a millisecond of clock.
NEAR = 400 + 8
#: Delay of the path itself, in ms.
PATH_MS = 30


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A voice without a pause, over a network that is not perfect."""

    #: How much faster its clock is than ours, in parts in a million.
    ppm: int
    seconds: int
    jitter_ms: float = 0
    loss: float = 0
    #: Share of its packets that are silence.
    silence: float = 0
    seed: int = 0

    @property
    def drift(self) -> int:
        """Samples by which the clocks are apart at the end."""
        return round(abs(self.ppm) * 1e-6 * self.seconds * 8000)

    def arrivals(self) -> tuple[NDArray[np.void], NDArray[np.float64], NDArray[np.bool_]]:
        """FRAME[n] as they come, where each truly belongs (samples), and which are silence."""
        random = np.random.default_rng(self.seed)
        sent = np.arange(self.seconds * 50)
        # A packet of 160 of the sender's samples takes it a little less of our time if its clock is fast.
        begins = sent * 20 / (1 + self.ppm * 1e-6)
        comes = begins + 20 + PATH_MS + random.uniform(0, self.jitter_ms, len(sent))
        order = np.argsort(comes, kind="stable")
        order = order[random.random(len(sent)) >= self.loss]
        frames = np.zeros(len(order), FRAME)
        frames["size"], frames["kind"], frames["ssrc"] = PACKET, 1, 7
        frames["sequence"] = (sent[order] + 65_000) % 65_536
        frames["timestamp"] = (sent[order] * PACKET + 2**32 - 500_000) % 2**32
        frames["clock"] = comes[order]
        return frames, (begins[order] + 20 + PATH_MS) * 8, (random.random(len(sent)) < self.silence)[order]


def placed(sender: Sender) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], Placement]:
    """Of each frame in the order it was sent: its number among those sent and its position; where it belongs;
    whether it is silence."""
    frames, truth, silent = sender.arrivals()
    placement, results = Placement(), []
    for start in range(0, len(frames), 700):
        batch = frames[start : start + 700]
        at = np.arange(start, start + len(batch))
        results.append(placement.place(batch, at, lambda asked: silent[asked["at"]]))
    results.append(placement.finish())
    found = np.concatenate(results)
    number = (frames["timestamp"][found["order"]].astype(np.int64) - (2**32 - 500_000)) % 2**32 // PACKET
    order = np.argsort(number)
    return (
        np.stack((number, found["position"]))[:, order],
        truth[found["order"]][order],
        silent[found["order"]][order],
        placement,
    )


senders = st.builds(
    Sender,
    ppm=st.integers(-1000, 1000),
    seconds=st.just(600),
    jitter_ms=st.sampled_from([0, 5, 30, 80]),
    loss=st.sampled_from([0, 0.01, 0.1]),
    silence=st.sampled_from([0, 0.02, 0.5]),
    seed=st.integers(0, 1000),
)


@given(sender=senders)
@settings(max_examples=40)
def test_a_drifting_voice_stays_near_its_time_and_loses_only_what_the_clocks_are_apart(
    sender: Sender,
) -> None:
    (number, position), truth, _, placement = placed(sender)
    # Nothing over anything, and in the order it was said.
    assert (np.diff(position) >= PACKET).all()
    assert np.abs(position - truth).max() <= NEAR + sender.jitter_ms * 8 * 0.1
    surplus = placement.surplus.total()
    follows = np.diff(number) == 1
    silence_put_in = int((np.diff(position)[follows] - PACKET).sum())
    demanded = sender.drift // PACKET + 1
    assert surplus <= (demanded if sender.ppm > 0 else 1)
    assert silence_put_in <= (demanded if sender.ppm < 0 else 1) * PACKET
    assert placement.captured.total() == len(position) + surplus


def test_a_fast_clock_costs_silence_where_there_is_some() -> None:
    sender = Sender(ppm=500, seconds=1200, silence=0.05)
    _, _, silent, placement = placed(sender)
    _, _, all_silent = sender.arrivals()
    assert placement.surplus.total() >= sender.drift // PACKET - 2
    assert all_silent.sum() - silent.sum() == placement.surplus.total()


@pytest.mark.parametrize(("ppm", "seconds"), [(500, 2100), (-500, 700)])
def test_every_second_of_a_long_call_is_heard_in_its_order(tmp_path: Path, ppm: int, seconds: int) -> None:
    """Each second has a level of its own, so that a lost one shows."""
    loud = np.unique(np.abs(ULAW[np.abs(ULAW.astype(np.int32)) > 1000]))
    call = CapturedCall(tmp_path)
    for number in range(seconds * 50):
        call.move_to((number + 1) * 20 / (1 + ppm * 1e-6))
        level = loud[number // 50 % len(loud)]
        call.capture.media(
            REP,
            RtpPacket(0, number % 65_536, number * PACKET, 1, encode_ulaw(np.full(PACKET, level, np.int16))),
        )
    call.end()
    chunks = call.chunks()
    at_once, followed = JournalRenderer(), JournalRenderer()
    pcm = np.concatenate([*at_once.feed(chunks), *at_once.finish()])[:, 0]
    sliced = [block for chunk in chunks for block in followed.feed([chunk])]
    np.testing.assert_array_equal(pcm, np.concatenate([*sliced, *followed.finish()])[:, 0])

    heard = pcm[pcm != 0]
    begins = np.concatenate(([0], np.flatnonzero(np.diff(heard)) + 1))
    np.testing.assert_array_equal(heard[begins], loud[np.arange(seconds) % len(loud)])
    lasts = np.diff(np.concatenate((begins, [len(heard)])))
    assert lasts.max() == 8000
    assert lasts.min() >= 8000 - PACKET
    assert abs(len(pcm) / 8000 - seconds / (1 + ppm * 1e-6)) < 0.05


@pytest.mark.parametrize("stood_ms", [200, 500, 900, 990])
def test_a_gap_keeps_its_length_though_the_senders_timestamps_stood_still(
    tmp_path: Path, stood_ms: int
) -> None:
    pcm = with_a_gap(tmp_path, [20 * (i + 1) + (stood_ms if i >= 100 else 0) for i in range(200)])
    assert not pcm[100 * PACKET : 100 * PACKET + stood_ms * 8].any()
    assert (pcm[: 100 * PACKET] != 0).all()
    assert (pcm[100 * PACKET + stood_ms * 8 :] != 0).all()


@pytest.mark.parametrize("stalled_ms", [200, 500, 900])
def test_a_network_that_stalls_and_catches_up_leaves_no_gap(tmp_path: Path, stalled_ms: int) -> None:
    pcm = with_a_gap(
        tmp_path, [max(20 * (i + 1), 2000 + stalled_ms) if i >= 100 else 20 * (i + 1) for i in range(200)]
    )
    assert len(pcm) == 200 * PACKET
    assert (pcm != 0).all()


def with_a_gap(tmp_path: Path, clocks: list[int]) -> NDArray[np.int16]:
    call = CapturedCall(tmp_path)
    for number, clock in enumerate(clocks):
        call.move_to(clock)
        call.packet(REP, number, number * PACKET, np.full(PACKET, 5000, np.int16))
    call.end()
    rendering = JournalRenderer()
    return np.concatenate([*rendering.feed(call.chunks()), *rendering.finish()])[:, 0]
