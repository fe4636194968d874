"""Placement against a slow reader written from journal.md alone, one frame after another."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from onrecord.media.capture.journal import FRAME
from onrecord.media.render.placement import HORIZON, Placement
from onrecord.media.render.sender_timeline import PLACED


@dataclass
class Frame:
    clock: int
    sequence: int
    timestamp: int
    party: int = 0
    ssrc: int = 1
    size: int = 160
    quiet: bool = False


@dataclass
class SlowRun:
    """Rules 2 to 5 for one frame after another."""

    opened: int
    first: int
    follows: bool
    kept: int | None
    #: Greatest timestamp before the run, where it has overtaken that.
    overtaken: int | None
    offsets: list[int] = field(default_factory=list)
    #: (number, timestamp) of frames that wait for the anchor.
    waiting: list[tuple[int, int]] = field(default_factory=list)
    anchor: int | None = None
    #: Timestamps up to `overtaken` belong to this anchor.
    before: int = 0
    watch: int = 0
    least: int = 1 << 60
    due: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)


class SlowStream:
    def __init__(
        self, positions: dict[int, int], sizes: dict[int, int], end: int | None, last: int | None
    ) -> None:
        self.positions, self.sizes, self.end, self.sequence = positions, sizes, end, last
        self.run: SlowRun | None = None
        self.stamp, self.clock, self.greatest = 0, 0, -(1 << 60)
        self.duplicates = self.surplus = 0

    def decide(self) -> None:
        run = self.run
        if run is None or run.anchor is not None:
            return
        level = min(run.offsets)
        run.anchor = run.kept if run.kept is not None and abs(level - run.kept) <= 320 else level
        if run.follows and self.end is not None:
            run.anchor = max(run.anchor, min(self.end - run.first, level + 8000))
        run.watch, run.least = run.opened, level
        for number, stamp in run.waiting:
            self.put(number, stamp)

    def anchor_of(self, stamp: int) -> int:
        assert self.run is not None
        assert self.run.anchor is not None
        late = self.run.overtaken is not None and stamp <= self.run.overtaken
        return self.run.before if late else self.run.anchor

    def put(self, number: int, stamp: int) -> None:
        self.positions[number] = self.anchor_of(stamp) + stamp
        self.end = max(self.end or -(1 << 60), self.positions[number] + self.sizes[number])

    def is_new(self, frame: Frame, stamp: int) -> bool:
        assert self.run is not None
        known = (frame.sequence, stamp) in self.run.seen
        self.run.seen.add((frame.sequence, stamp))
        self.duplicates += known
        return not known

    def take(self, number: int, frame: Frame, now: int) -> bool:
        """False if the frame begins another stream."""
        first = self.run is None
        stamp = (
            frame.timestamp if first else self.stamp + (frame.timestamp - self.stamp + 2**31) % 2**32 - 2**31
        )
        offset = now * 8 - stamp
        if first or now - self.clock > 150:
            self.decide()
            kept = None if self.run is None else self.run.anchor
            self.run = SlowRun(
                opened=now,
                first=stamp,
                follows=self.sequence is not None and frame.sequence == (self.sequence + 1) % 65536,
                kept=kept,
                overtaken=self.greatest if kept is not None and stamp > self.greatest else None,
                before=kept or 0,
            )
        run = self.run
        assert run is not None
        if run.anchor is None and now > run.opened + 1000:
            self.decide()
        if run.anchor is None:
            if run.overtaken is not None and stamp <= run.overtaken:
                if abs(offset - run.before) > 8000:
                    return False
            elif run.offsets and max(*run.offsets, offset) - min(*run.offsets, offset) > 8000:
                return False
            else:
                run.offsets.append(offset)
            if self.is_new(frame, stamp):
                run.waiting.append((number, stamp))
        elif not self.follow(number, frame, stamp, offset, now):
            return False
        self.greatest = max(self.greatest, stamp)
        self.stamp, self.clock, self.sequence = stamp, now, frame.sequence
        return True

    def follow(self, number: int, frame: Frame, stamp: int, offset: int, now: int) -> bool:
        run = self.run
        assert run is not None
        assert run.anchor is not None
        if now > run.watch + 5000:
            run.due = run.least - run.anchor
            run.watch, run.least = now, 1 << 60
            if abs(run.due) < 160:
                run.due = 0
        if abs(offset - self.anchor_of(stamp)) > 8000:
            return False
        drift = abs(run.due)
        if (
            drift >= frame.size
            and stamp > self.greatest
            and (frame.quiet or drift >= 2 * max(frame.size, 160))
        ):
            run.before, slow, run.due = run.anchor, run.due > 0, 0
            run.overtaken = self.greatest if slow else stamp
            run.anchor += frame.size if slow else -frame.size
            if not slow:
                self.is_new(frame, stamp)
                self.surplus += 1
                run.least = min(run.least, offset)
                return True
        run.least = min(run.least, offset)
        if self.is_new(frame, stamp):
            self.put(number, stamp)
        return True


def slowly(frames: list[Frame]) -> tuple[dict[int, int], int, int]:
    """Position of each frame that is placed, by its number; how many were repetitions, how many surplus."""
    positions: dict[int, int] = {}
    sizes = {number: frame.size for number, frame in enumerate(frames)}
    streams: dict[tuple[int, int], SlowStream] = {}
    ended: list[SlowStream] = []
    now = 0
    for number, frame in enumerate(frames):
        now = max(now, frame.clock)
        name = (frame.party, frame.ssrc)
        stream = streams.setdefault(name, SlowStream(positions, sizes, None, None))
        if not stream.take(number, frame, now):
            stream.decide()
            ended.append(stream)
            stream = streams[name] = SlowStream(positions, sizes, stream.end, stream.sequence)
            assert stream.take(number, frame, now)
    for stream in streams.values():
        stream.decide()
    all_streams = [*ended, *streams.values()]
    return positions, sum(each.duplicates for each in all_streams), sum(each.surplus for each in all_streams)


def headers(frames: list[Frame]) -> NDArray[np.void]:
    return np.array(
        [(f.size, 1, f.party, 0, 0, f.sequence, f.timestamp, f.ssrc, f.clock) for f in frames], FRAME
    )


def placed(frames: list[Frame], cuts: list[int] | None = None) -> tuple[dict[int, int], Placement]:
    """Positions by frame number, fed in batches that end at `cuts`."""
    placement, positions = Placement(), {}
    silent = np.array([frame.quiet for frame in frames], np.bool_)
    batches = np.split(headers(frames), sorted(cuts or []))
    taken = 0
    for batch in batches:
        horizon = placement.newest * 8 - HORIZON
        at = np.arange(taken, taken + len(batch))
        result = placement.place(batch, at, lambda asked: silent[asked["at"]])
        assert (result["position"] >= horizon).all(), "a frame came after its place was given away"
        positions |= dict(zip(result["order"].tolist(), result["position"].tolist(), strict=True))
        taken += len(batch)
    result = placement.finish()
    positions |= dict(zip(result["order"].tolist(), result["position"].tolist(), strict=True))
    return positions, placement


def loud(asked: NDArray[np.void]) -> NDArray[np.bool_]:
    return np.zeros(len(asked), np.bool_)


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
                clock=max(0, clock + late),
                sequence=voice[0],
                timestamp=voice[1],
                party=party,
                ssrc=voice[2],
                size=draw(st.sampled_from([160, 160, 80, 480])),
                quiet=draw(st.booleans()),
            )
        )
    return frames


@st.composite
def drifting(draw: st.DrawFn) -> list[Frame]:
    """A voice whose clock is off by up to a tenth, so that its anchor moves within a few seconds."""
    step = draw(st.integers(1000, 1250))
    count = draw(st.integers(60, 160))
    frames = [
        Frame(
            clock=140 * number + draw(st.sampled_from([0, 0, 0, 5, 120])),
            sequence=number,
            timestamp=step * number,
            size=draw(st.sampled_from([160, 160, 80, 480])),
            quiet=draw(st.sampled_from([False, False, True])),
        )
        for number in range(count)
    ]
    for at in draw(st.lists(st.integers(0, count - 2), max_size=10)):
        sooner, later = frames[at], frames[at + 1]
        frames[at], frames[at + 1] = later, sooner
    for at in draw(st.lists(st.integers(0, count - 1), max_size=4)):
        frames.insert(at, frames[at])
    return frames


@given(frames=st.one_of(schedules(), drifting()), data=st.data())
@settings(max_examples=150)
def test_any_arrival_is_placed_as_the_document_says_however_it_is_sliced(
    frames: list[Frame], data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(frames)), max_size=6))
    positions, duplicates, surplus = slowly(frames)
    for sliced in ([], cuts, list(range(len(frames)))):
        found, placement = placed(frames, sliced)
        assert found == positions
        assert placement.duplicates.total() == duplicates
        assert placement.surplus.total() == surplus
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
    assert not len(placement.place(headers(steady(3)), np.arange(3), loud))
    assert (
        len(
            placement.place(
                headers([Frame(clock=600_000, sequence=9, timestamp=1440, ssrc=2)]), np.arange(1), loud
            )
        )
        == 3
    )
    assert placement.oldest_waiting == 0


def test_nothing_is_placed_of_nothing() -> None:
    placement = Placement()
    assert placement.place(np.empty(0, FRAME), np.empty(0, np.int64), loud).dtype == PLACED
    assert not len(placement.finish())
    assert placement.oldest_waiting is None


@pytest.mark.parametrize("again", [1, 2, 3])
def test_a_repeated_packet_counts_as_a_duplicate(again: int) -> None:
    frames = [frame for frame in steady(30) for _ in range(again)]
    positions, placement = placed(frames, [7, 20])
    assert sorted(positions.values()) == [160 * (i + 1) for i in range(30)]
    assert placement.duplicates[0] == 30 * (again - 1)
