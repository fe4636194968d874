"""Calls through the recorder: what is captured is exactly what arrived while the gate was open."""

import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from capture_support import (
    CALL_ID,
    CONTACT,
    OURS,
    Clock,
    capture_host,
    journal_of,
    open_call,
    read_journal,
    speak,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.call_capture import CallCapture, CallEndedError
from onrecord.media.capture.gate import AboveCeilingError, NotChangeableError, Side
from onrecord.media.render.holes import holes
from onrecord.policy.mode import Mode
from onrecord.protocol.recording_state import RecordingState


@dataclass
class Model:
    """What the specification says of a call, kept apart from the code under test."""

    mode: Mode
    wanted: bool
    answered: bool = False
    open: bool = False
    captured: list[tuple[int, int, int]] = field(default_factory=list)

    def allows(self, party: int) -> bool:
        if not (self.answered and self.open):
            return False
        return self.mode is Mode.BOTH or (self.mode is Mode.ONE_SIDED and party == OURS)


STEPS = st.lists(
    st.sampled_from(["ours", "contact", "ours", "contact", "ours", "contact"])
    | st.sampled_from(["record", "pause", "answer", "tick", "one_sided", "none", "both"])
    | st.integers(1, 700),
    max_size=60,
)


def carry_out(step: str | int, call: CallCapture, model: Model, clock: Clock, sequence: int) -> None:
    """One step on the call and on the model, which must agree."""
    if isinstance(step, int):
        clock.advance(step)
    elif step in ("ours", "contact"):
        party = OURS if step == "ours" else CONTACT
        assert speak(call, party, sequence) is model.allows(party)
        if model.allows(party):
            model.captured.append((party, sequence, call.clock_ms or 0))
    elif step == "record":
        if model.mode is Mode.NONE:
            with pytest.raises(AboveCeilingError):
                call.record("42")
        else:
            call.record("42")
            model.wanted = model.open = True
    elif step == "pause":
        call.pause("42")
        model.wanted = model.open = False
    elif step == "answer" and not model.answered:
        call.answer(datetime.now(UTC))
        model.answered, model.open = True, model.wanted and model.mode is not Mode.NONE
    elif step in set(Mode):
        mode = Mode(step)
        if mode.strictness < model.mode.strictness:
            with pytest.raises(AboveCeilingError):
                call.restrict(mode, 8, may_change=True)
        else:
            call.restrict(mode, 8, may_change=True)
            model.mode = mode
            model.open = model.open and mode is not Mode.NONE


@settings(max_examples=80)
@given(mode=st.sampled_from(Mode), at_start=st.booleans(), steps=STEPS)
def test_exactly_what_arrives_while_the_gate_is_open_is_captured(
    mode: Mode, at_start: bool, steps: list[str | int]
) -> None:
    clock, model = Clock(), Model(mode=mode, wanted=at_start)
    with tempfile.TemporaryDirectory() as folder, capture_host(Path(folder), clock) as host:
        call = open_call(host, mode=mode, record_at_start=at_start, answered=False)
        for sequence, step in enumerate(steps):
            if step == "tick":
                host.tick()
            else:
                carry_out(step, call, model, clock, sequence)
        call.end("completed", "rep_hung_up")
        host.writer.drain()
        held = read_journal(journal_of(Path(folder)))
    assert [frame[:3] for frame in held.media] == model.captured
    assert held.reader.ended
    assert call.captured is bool(model.captured)


@settings(max_examples=30)
@given(steps=STEPS)
def test_a_one_sided_call_never_holds_the_contact(steps: list[str | int]) -> None:
    clock, model = Clock(), Model(mode=Mode.ONE_SIDED, wanted=True)
    with tempfile.TemporaryDirectory() as folder, capture_host(Path(folder), clock) as host:
        call = open_call(host, mode=Mode.ONE_SIDED, answered=False)
        for sequence, step in enumerate(["answer", "ours", *steps]):
            if step != "tick":
                carry_out(step, call, model, clock, sequence)
        call.end("completed", "rep_hung_up")
        host.writer.drain()
        held = read_journal(journal_of(Path(folder)))
    assert held.spoken(CONTACT) == []
    assert 1 in held.spoken(OURS)


def test_what_arrives_before_the_answer_is_not_captured(tmp_path: Path) -> None:
    clock = Clock()
    with capture_host(tmp_path, clock) as host:
        call = open_call(host, answered=False)
        call.record("42")
        assert call.clock_ms is None
        assert not speak(call, OURS, 1)
        clock.advance(5000)
        call.answer(datetime.now(UTC))
        assert call.clock_ms == 0
        assert speak(call, OURS, 2)
        call.end("completed", "rep_hung_up")
    held = read_journal(journal_of(tmp_path))
    assert held.media == [(OURS, 2, 0, bytes(160))]


def test_a_wish_before_the_answer_is_carried_out_at_it_with_its_actor(tmp_path: Path) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host, record_at_start=False, answered=False)
        call.record("42")
        assert call.recording is RecordingState.OFF
        call.answer(datetime.now(UTC))
        assert call.recording is RecordingState.RECORDING
        call.end("completed", "rep_hung_up")
    start = read_journal(journal_of(tmp_path)).controls[4]
    assert (start.type, start.fields) == ("start", {"actor": "42"})


@pytest.mark.parametrize("payload_type", sorted(set(range(128)) - {0, 8}))
def test_no_packet_but_g711_is_captured(tmp_path: Path, payload_type: int) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host)
        assert not call.media(OURS, RtpPacket(payload_type, 1, 160, 1, b"\x01\x80\x00\xa0"))
        call.end("completed", "rep_hung_up")
    assert read_journal(journal_of(tmp_path)).media == []


@pytest.mark.parametrize(
    ("sequence", "timestamp", "ssrc", "payload"),
    [
        (1, 1, 1, b""),
        (1, 1, 1, bytes(1025)),
        (65536, 1, 1, bytes(160)),
        (-1, 1, 1, bytes(160)),
        (1, 2**32, 1, bytes(160)),
        (1, 1, 2**32, bytes(160)),
    ],
)
def test_malformed_media_is_dropped_and_counted(
    tmp_path: Path, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host)
        assert not call.media(OURS, RtpPacket(0, sequence, timestamp, ssrc, payload))
        assert call.malformed == 1
        assert not call.captured
        call.end("completed", "rep_hung_up")


def test_a_party_that_is_not_here_is_not_captured(tmp_path: Path) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host)
        assert not speak(call, 2, 1)
        call.join(2, side=Side.OURS, role="collaborator", user="43")
        assert speak(call, 2, 2)
        call.leave(2)
        assert not speak(call, 2, 3)
        call.end("completed", "rep_hung_up")
    held = read_journal(journal_of(tmp_path))
    assert held.spoken(2) == [2]
    assert held.types[-3:] == ["join", "leave", "end"]


@pytest.mark.parametrize("party", [-1, 0, 255])
def test_a_party_number_that_is_taken_or_no_number_is_refused(tmp_path: Path, party: int) -> None:
    with capture_host(tmp_path, Clock()) as host, pytest.raises(ValueError, match="cannot join"):
        open_call(host).join(party, side=Side.OURS, role="rep", user=None)


def test_a_user_cannot_move_a_call_that_is_not_changeable_but_policy_can(tmp_path: Path) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host, may_change=False)
        with pytest.raises(NotChangeableError):
            call.pause("42")
        assert call.recording is RecordingState.RECORDING
        call.pause(None)
        with pytest.raises(NotChangeableError):
            call.record("42")
        assert call.recording is RecordingState.PAUSED


def test_a_command_repeated_writes_nothing_twice(tmp_path: Path) -> None:
    clock = Clock()
    with capture_host(tmp_path, clock) as host:
        call = open_call(host)
        call.pause("42")
        clock.advance(100)
        assert call.pause("42") == 100
        call.record("42")
        call.record("42")
        call.restrict(Mode.BOTH, 8, may_change=True)
        call.end("completed", "rep_hung_up")
    assert read_journal(journal_of(tmp_path)).types[4:] == ["start", "pause", "resume", "end"]


def test_a_voice_is_captured_only_once_it_has_heard_the_announcement(tmp_path: Path) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host)
        colleague = CONTACT + 1
        call.leave(CONTACT)
        call.join(CONTACT, side=Side.CONTACT, role="contact", user=None, informed=False)
        assert not speak(call, CONTACT, 1)
        assert speak(call, OURS, 1)
        call.pause("42")
        call.record("42")
        assert not speak(call, CONTACT, 2)
        call.inform()
        assert speak(call, CONTACT, 3)
        call.join(colleague, side=Side.OURS, role="collaborator", user="43", informed=False)
        assert not speak(call, colleague, 4)
        assert speak(call, CONTACT, 4)
        call.leave(colleague)
        call.join(colleague, side=Side.OURS, role="collaborator", user="43", informed=False)
        assert not speak(call, colleague, 5)
        call.inform()
        assert speak(call, colleague, 6)
        call.end("completed", "rep_hung_up")


def test_policy_closes_an_open_gate_in_the_middle_of_a_call(tmp_path: Path) -> None:
    clock = Clock()
    with capture_host(tmp_path, clock) as host:
        call = open_call(host)
        assert speak(call, CONTACT, 1)
        clock.advance(20)
        assert call.restrict(Mode.ONE_SIDED, 8, may_change=True) == 20
        assert not speak(call, CONTACT, 2)
        assert speak(call, OURS, 2)
        assert call.recording is RecordingState.RECORDING
        call.restrict(Mode.NONE, 9, may_change=True)
        assert not speak(call, OURS, 3)
        assert call.recording is RecordingState.PAUSED
        with pytest.raises(AboveCeilingError):
            call.record(None)
        call.end("completed", "rep_hung_up")
    held = read_journal(journal_of(tmp_path))
    assert (held.spoken(CONTACT), held.spoken(OURS)) == ([1], [2])
    assert held.types[5:] == ["policy", "policy", "pause", "end"]
    versions = [frame.fields["policy_version"] for frame in held.controls if frame.type == "policy"]
    assert versions == [7, 8, 9]


def test_nothing_follows_the_end(tmp_path: Path) -> None:
    clock = Clock()
    with capture_host(tmp_path, clock) as host:
        call = open_call(host)
        clock.advance(12_345)
        assert call.end("completed", "rep_hung_up") == 12_345
        assert not speak(call, OURS, 1)
        for command in (
            lambda: call.record("42"),
            lambda: call.pause("42"),
            lambda: call.restrict(Mode.NONE, 8, may_change=True),
            lambda: call.leave(OURS),
            lambda: call.end("completed", "rep_hung_up"),
        ):
            with pytest.raises(CallEndedError):
                command()


def test_a_call_that_was_never_answered_lasted_no_time(tmp_path: Path) -> None:
    clock = Clock()
    with capture_host(tmp_path, clock) as host:
        call = open_call(host, answered=False)
        clock.advance(30_000)
        assert call.end("no-answer", "no_answer") == 0
    assert read_journal(journal_of(tmp_path)).types == ["policy", "join", "join", "end"]


def test_a_call_has_one_journal(tmp_path: Path) -> None:
    with capture_host(tmp_path, Clock()) as host:
        open_call(host)
        with pytest.raises(FileExistsError):
            open_call(host)


def test_a_disk_that_stands_still_drops_media_and_counts_it_but_keeps_every_control_frame(
    tmp_path: Path,
) -> None:
    clock, disk_returns = Clock(), threading.Event()
    with capture_host(tmp_path, clock, queue_bytes=50_000) as host:
        call = open_call(host)
        host.writer.drain()
        host.writer.call(disk_returns.wait)
        for number in range(500):
            assert speak(call, OURS, number) is (number < 400 or number >= 450)
            clock.advance(20)
            if number == 399:
                call.pause("42")
            if number == 449:
                call.record("42")
            host.tick()
        assert host.drops == call.drops > 0
        disk_returns.set()
        host.writer.drain()
        for number in range(500, 600):
            speak(call, OURS, number)
            clock.advance(20)
            host.tick()
        call.end("completed", "rep_hung_up")
    held = read_journal(journal_of(tmp_path))
    assert len(held.media) + call.drops == 550
    assert held.spoken(OURS)[-100:] == list(range(500, 600))
    told = [frame.fields for frame in held.controls if frame.type == "drops"]
    assert sum(fields["frames"] for fields in told) == call.drops
    assert {fields["cause"] for fields in told} == {"disk_slow"}
    assert [kind for kind in held.types if kind != "drops"][4:] == ["start", "pause", "resume", "end"]


@settings(max_examples=25)
@given(
    outages=st.lists(st.tuples(st.integers(20, 120), st.integers(20, 120)), max_size=4),
    capacity=st.integers(1, 40_000),
)
def test_frames_that_were_kept_and_frames_told_as_lost_are_all_that_were_said(
    outages: list[tuple[int, int]], capacity: int
) -> None:
    """Frames spoken while the disk stands still, and after; each party's frame is told once."""
    clock, spoken = Clock(), 0
    with (
        tempfile.TemporaryDirectory() as folder,
        capture_host(Path(folder), clock, queue_bytes=capacity) as host,
    ):
        call = open_call(host)
        for still, flowing in outages:
            disk_returns = threading.Event()
            host.writer.call(disk_returns.wait)
            for number in range(spoken, spoken + still + flowing):
                if number == spoken + still:
                    disk_returns.set()
                    host.writer.drain()
                assert speak(call, OURS, number)
                assert speak(call, CONTACT, number)
                clock.advance(20)
                host.tick()
            spoken += still + flowing
        call.end("completed", "rep_hung_up")
        host.writer.drain()
        held = read_journal(journal_of(Path(folder)))
        assert call.fault is None
        assert call.losses == call.losses_told
    lost = [frame.fields for frame in held.controls if frame.type == "drops"]
    for party in (OURS, CONTACT):
        told = sum(one["frames"] for fields in lost for one in fields["parties"] if one["party"] == party)
        assert len(held.spoken(party)) + told == spoken
    assert call.drops == sum(loss.count for loss in call.losses)
    for hole in holes(held.controls):
        missing = range(-(-hole.start_ms // 20), hole.end_ms // 20)
        assert not set(missing) & set(held.spoken(OURS))


FULL_DISK = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from capture_support import OURS, Clock, capture_host, open_call, speak
clock = Clock()
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
with capture_host(Path(sys.argv[1]), clock) as host:
    call = open_call(host)
    limit(30_000)
    for number in range(500):
        speak(call, OURS, number)
        clock.advance(20)
        if number == 300:
            call.pause("42")
            call.record("42")
        if number == 400:
            host.writer.drain()
            limit(resource.RLIM_INFINITY)
        host.tick()
        if number % 50 == 0:
            host.writer.drain()
    call.end("completed", "rep_hung_up")
    host.writer.drain()
    assert host.drops == call.drops
    print(call.drops)
"""


def test_a_disk_that_is_full_for_a_while_costs_only_that_while(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "media frames lost" in ran.stderr
    drops = int(ran.stdout)
    held = read_journal(journal_of(tmp_path))
    assert held.reader.ended
    assert not held.reader.damage
    assert len(held.media) + drops == 500
    assert drops > 0
    assert held.spoken(OURS)[-90:] == list(range(410, 500))
    assert sum(frame.fields["frames"] for frame in held.controls if frame.type == "drops") == drops
    assert [kind for kind in held.types if kind != "drops"][4:] == ["start", "pause", "resume", "end"]
    pairs = [(chunk.epoch, chunk.number) for chunk in held.chunks]
    assert len(set(pairs)) == len(pairs)


def test_calls_do_not_mix(tmp_path: Path) -> None:
    clock = Clock()
    ids = [f"{number:032x}" for number in range(5)]
    with capture_host(tmp_path, clock) as host:
        calls = [open_call(host, call_id) for call_id in ids]
        for number in range(100):
            for each, call in enumerate(calls):
                speak(call, OURS, number, bytes([each]) * 160)
            clock.advance(20)
            host.tick()
        for call in calls:
            call.end("completed", "rep_hung_up")
    keys = set()
    for each, call_id in enumerate(ids):
        held = read_journal(journal_of(tmp_path, call_id))
        keys.add(held.reader.data_key)
        assert held.spoken(OURS) == list(range(100))
        assert {payload for *_, payload in held.media} == {bytes([each]) * 160}
    assert len(keys) == 5


def test_a_host_that_closes_leaves_open_calls_readable_to_the_last_frame(tmp_path: Path) -> None:
    with capture_host(tmp_path, Clock()) as host:
        call = open_call(host)
        speak(call, OURS, 1)
    held = read_journal(journal_of(tmp_path))
    assert held.spoken(OURS) == [1]
    assert not held.reader.ended
    assert held.reader.header.call_id == CALL_ID
