"""Placement against a slow reader written from journal.md alone, one frame after another."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from onrecord.capture.journal import FRAME
from onrecord.render.placement import HORIZON, PLACED, Placement


@dataclass
class Frame:
    clock: int
    sequence: int
    timestamp: int
    party: int = 0
    ssrc: int = 1
    size: int = 160


@dataclass
class SlowStream:
    opened: int
    last: int
    offsets: list[int] = field(default_factory=list)
    anchor: int | None = None
    members: list[tuple[int, int]] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)


def slowly(frames: list[Frame]) -> tuple[dict[int, int], int]:
    """Position of each frame that is no repetition, by its number; how many were."""
    streams: dict[tuple[int, int], SlowStream] = {}
    ended: list[SlowStream] = []
    now = duplicates = 0
    for number, frame in enumerate(frames):
        now = max(now, frame.clock)
        name = (frame.party, frame.ssrc)
        stream = streams.get(name)
        if stream is not None:
            stamp = stream.last + (frame.timestamp - stream.last + 2**31) % 2**32 - 2**31
            offset = now * 8 - stamp
            gathering = len(stream.offsets) < 10 and now <= stream.opened + 1000
            if gathering and stream.anchor is None:
                fits = max(*stream.offsets, offset) - min(*stream.offsets, offset) <= 8000
            else:
                stream.anchor = min(stream.offsets)
                fits = abs(offset - stream.anchor) <= 8000
            if not fits:
                ended.append(streams.pop(name))
                stream = None
        if stream is None:
            stamp = frame.timestamp
            stream = streams[name] = SlowStream(opened=now, last=stamp)
        if stream.anchor is None:
            stream.offsets.append(now * 8 - stamp)
        stream.last = stamp
        if (frame.sequence, stamp) in stream.seen:
            duplicates += 1
        else:
            stream.seen.add((frame.sequence, stamp))
            stream.members.append((number, stamp))
    positions = {
        number: min(stream.offsets) + stamp
        for stream in (*ended, *streams.values())
        for number, stamp in stream.members
    }
    return positions, duplicates


def headers(frames: list[Frame]) -> NDArray[np.void]:
    return np.array(
        [(f.size, 1, f.party, 0, 0, f.sequence, f.timestamp, f.ssrc, f.clock) for f in frames], FRAME
    )


def placed(frames: list[Frame], cuts: list[int] | None = None) -> tuple[dict[int, int], Placement]:
    """Positions by frame number, fed in batches that end at `cuts`."""
    placement, positions = Placement(), {}
    batches = np.split(headers(frames), sorted(cuts or []))
    taken = 0
    for batch in batches:
        horizon = placement.newest * 8 - HORIZON
        result = placement.place(batch, np.arange(taken, taken + len(batch)))
        assert (result["position"] >= horizon).all(), "a frame came after its place was given away"
        positions |= dict(zip(result["order"].tolist(), result["position"].tolist(), strict=True))
        taken += len(batch)
    result = placement.finish()
    positions |= dict(zip(result["order"].tolist(), result["position"].tolist(), strict=True))
    return positions, placement


def steady(count: int, *, first: int = 0, start_ms: int = 0) -> list[Frame]:
    """A sender without any fault: a packet each 20 ms, arriving at its end."""
    return [
        Frame(
            clock=start_ms + 20 * (i + 1), sequence=(first + i) % 65536, timestamp=160 * (first + i) % 2**32
        )
        for i in range(count)
    ]


@st.composite
def schedules(draw: st.DrawFn) -> list[Frame]:
    """Arrivals with pauses, jitter, repetition, reordering, jumps, a wrap, several parties and SSRCs."""
    frames: list[Frame] = []
    clock = draw(st.integers(0, 5000))
    voices = {party: [draw(st.integers(0, 65535)), draw(st.integers(0, 2**32 - 1)), 1] for party in range(2)}
    for _ in range(draw(st.integers(1, 60))):
        clock += draw(st.sampled_from([0, 1, 10, 20, 20, 20, 60, 300, 990, 1000, 1001, 5000]))
        voice = voices[party := draw(st.integers(0, 1))]
        event = draw(st.sampled_from(["next"] * 8 + ["jump", "ssrc", "back", "again", "stall", "step"]))
        step = {"jump": draw(st.integers(-(2**31), 2**31 - 1)), "back": -480, "again": 0, "stall": 0}.get(
            event, 160
        )
        if event == "step":
            step = draw(st.sampled_from([7999, 8000, 8001, -7999, -8000, -8001]))
        voice[0] = (voice[0] + {"back": -3, "again": 0}.get(event, 1)) % 65536
        voice[1] = (voice[1] + step) % 2**32
        voice[2] += event == "ssrc"
        late = draw(st.sampled_from([0, 0, 0, -5, -1500]))
        frames.append(
            Frame(
                clock=max(0, clock + late), sequence=voice[0], timestamp=voice[1], party=party, ssrc=voice[2]
            )
        )
    return frames


@given(frames=schedules(), data=st.data())
@settings(max_examples=300)
def test_any_arrival_is_placed_as_the_document_says_however_it_is_sliced(
    frames: list[Frame], data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(frames)), max_size=6))
    positions, duplicates = slowly(frames)
    for sliced in ([], cuts, list(range(len(frames)))):
        found, placement = placed(frames, sliced)
        assert found == positions
        assert placement.duplicates.total() == duplicates
        assert placement.captured.total() == len(frames)


def test_a_steady_sender_is_placed_packet_by_packet_without_a_gap() -> None:
    positions, _ = placed(steady(500))
    assert [positions[i] for i in range(500)] == [160 * (i + 1) for i in range(500)]


def test_a_wrap_of_sequence_and_timestamp_leaves_no_gap() -> None:
    frames = steady(100, first=65536 - 50)
    for i, frame in enumerate(frames):
        frame.timestamp = (2**32 - 160 * 50 + 160 * i) % 2**32
    positions, _ = placed(frames)
    assert [positions[i] for i in range(100)] == [160 * (i + 1) for i in range(100)]


def test_the_least_delayed_of_the_first_ten_packets_says_where_a_stream_begins() -> None:
    frames = steady(12)
    for frame in frames:
        frame.clock += 35
    frames[7].clock = frames[6].clock
    frames[11].clock = frames[10].clock
    assert placed(frames)[0][0] == 8 * 35 + 160 - 160


def test_a_jump_of_the_senders_clock_goes_on_where_its_packets_arrive() -> None:
    frames = steady(50)
    for frame in frames[25:]:
        frame.timestamp += 1_000_000
    positions, _ = placed(frames)
    assert [positions[i] for i in range(50)] == [160 * (i + 1) for i in range(50)]


def test_a_long_pause_does_not_hold_back_the_stream_before_it() -> None:
    placement = Placement()
    assert not len(placement.place(headers(steady(3)), np.arange(3)))
    assert (
        len(
            placement.place(headers([Frame(clock=600_000, sequence=9, timestamp=1440, ssrc=2)]), np.arange(1))
        )
        == 3
    )
    assert placement.oldest_waiting == 0


def test_nothing_is_placed_of_nothing() -> None:
    placement = Placement()
    assert placement.place(np.empty(0, FRAME), np.empty(0, np.int64)).dtype == PLACED
    assert not len(placement.finish())
    assert placement.oldest_waiting is None


@pytest.mark.parametrize("again", [1, 2, 3])
def test_a_repeated_packet_counts_as_a_duplicate(again: int) -> None:
    frames = [frame for frame in steady(30) for _ in range(again)]
    positions, placement = placed(frames, [7, 20])
    assert sorted(positions.values()) == [160 * (i + 1) for i in range(30)]
    assert placement.duplicates[0] == 30 * (again - 1)
