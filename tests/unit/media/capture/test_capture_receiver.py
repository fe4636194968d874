"""The batch receiver over real sockets: the same gate and the same journal, whatever the network does."""

import random
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from capture_support import (
    CONTACT,
    OURS,
    Clock,
    capture_host,
    journal_of,
    open_call,
    read_journal,
    rtp_packet,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.receiver import BATCH, Receiver, bind
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.gate import Side, is_open
from onrecord.policy.mode import Mode
from onrecord.protocol.recording_state import RecordingState

SIDES = {OURS: Side.OURS, CONTACT: Side.CONTACT}


class Line:
    """A receiver on a free port, and a sender whose packets are in its socket when `send` returns."""

    def __init__(self, host: CaptureHost, receiving: socket.socket, sending: socket.socket) -> None:
        self.host = host
        self.receiver = Receiver(host, receiving)
        self._sending = sending
        self.address = receiving.getsockname()

    def add(self, call: CallCapture, party: int, ssrc: int) -> None:
        self.receiver.add(call, party, ssrc=ssrc, source=self._sending.getsockname())

    def send(self, packet: bytes) -> None:
        self._sending.sendto(packet, self.address)


@contextmanager
def open_line(folder: Path, clock: Clock) -> Iterator[Line]:
    with bind(("127.0.0.1", 0)) as receiving, socket.socket(type=socket.SOCK_DGRAM) as sending:
        sending.bind(("127.0.0.1", 0))
        with capture_host(folder, clock) as host:
            yield Line(host, receiving, sending)


@contextmanager
def one_call(folder: Path, clock: Clock, mode: Mode = Mode.BOTH) -> Iterator[tuple[Line, CallCapture]]:
    """A line with one call: our side has SSRC 1000, the contact 1001."""
    with open_line(folder, clock) as line:
        call = open_call(line.host, mode=mode)
        line.add(call, OURS, 1000)
        line.add(call, CONTACT, 1001)
        yield line, call


def test_loss_duplicates_reordering_and_a_wrap_are_kept_as_they_arrive(tmp_path: Path) -> None:
    chance = random.Random(5)
    order = [n for n in range(65_400, 65_700) if chance.random() > 0.05]
    order += chance.choices(order, k=15)
    order.sort(key=lambda n: n + chance.randrange(4))
    clock = Clock()
    with one_call(tmp_path, clock) as (line, call):
        for place, number in enumerate(order):
            line.send(rtp_packet(number, payload=number.to_bytes(4) * 40))
            clock.advance(20)
            if place % 7 == 0:
                line.receiver.poll()
            if place % 5 == 0:
                line.host.tick()
        call.end("completed", "rep_hung_up")
        assert line.receiver.captured == len(order)
    held = read_journal(journal_of(tmp_path))
    assert held.spoken(OURS) == [number & 0xFFFF for number in order]
    assert [payload for *_, payload in held.media] == [number.to_bytes(4) * 40 for number in order]


def test_every_field_of_a_packet_reaches_its_frame(tmp_path: Path) -> None:
    clock = Clock()
    with one_call(tmp_path, clock) as (line, call):
        clock.advance(1234)
        line.send(rtp_packet(65535, ssrc=1001, payload_type=0x80 | 8, timestamp=2**32 - 1, payload=b"abc"))
        call.end("completed", "rep_hung_up")
    held = read_journal(journal_of(tmp_path))
    (header,) = [row for chunk in held.chunks for row in chunk.media().headers.tolist()]
    assert header == (3, 1, CONTACT, 8, 0, 65535, 2**32 - 1, 1001, 1234)


def test_packets_of_any_length_and_make_are_captured_whole_and_in_order(tmp_path: Path) -> None:
    chance = random.Random(6)
    payloads = [chance.randbytes(size) for size in (160, 80, 240, 1, 1024, 160, 33, 1024, 160, 7)]
    with one_call(tmp_path, Clock()) as (line, call):
        for number, payload in enumerate(payloads):
            line.send(
                rtp_packet(
                    number,
                    payload=payload,
                    sources=(7, 8, 9)[: number % 4],
                    extension=b"\x55" * 8 if number % 3 == 0 else None,
                    padding=4 if number % 5 == 4 else 0,
                )
            )
        call.end("completed", "rep_hung_up")
        assert line.receiver.captured == len(payloads)
    assert [payload for *_, payload in read_journal(journal_of(tmp_path)).media] == payloads


def test_what_is_no_speech_of_a_known_leg_is_dropped_and_counted(tmp_path: Path) -> None:
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.1", 0))
    with stranger, one_call(tmp_path, Clock()) as (line, call):
        receiver = line.receiver
        for packet in (
            b"",
            b"\x80",
            bytes(172),
            rtp_packet(1, payload=b""),
            rtp_packet(1, payload=bytes(1025)),
            rtp_packet(1, payload=bytes(3000)),
            rtp_packet(1, sources=(1, 2, 3), payload=b"")[:20],
            b"\xa0" + rtp_packet(1)[1:-1] + b"\xff",
        ):
            line.send(packet)
        receiver.poll()
        assert (receiver.packets, receiver.malformed) == (8, 8)
        line.send(rtp_packet(1, ssrc=1002))
        stranger.sendto(rtp_packet(1), line.address)
        receiver.poll()
        assert receiver.unknown == 2
        for payload_type in (13, 72, 96, 101):
            line.send(rtp_packet(1, payload_type=payload_type))
        receiver.poll()
        assert receiver.gated == 4
        call.end("completed", "rep_hung_up")
        assert receiver.captured == 0
    assert read_journal(journal_of(tmp_path)).media == []


def test_a_sender_that_changes_its_ssrc_is_still_the_same_voice(tmp_path: Path) -> None:
    with open_line(tmp_path, Clock()) as line:
        call = open_call(line.host)
        line.add(call, OURS, 1000)
        order = [(1, 1000), (2, 1000), (900, 7), (3, 1000), (901, 7), (902, 7), (30, 8)]
        for number, ssrc in order:
            line.send(rtp_packet(number, ssrc=ssrc))
            if number != 2:
                line.receiver.poll()
        line.send(rtp_packet(5, ssrc=99, payload_type=101))
        line.send(b"\x80\xc8" + bytes(30))
        line.receiver.poll()
        assert (line.receiver.captured, line.receiver.unknown) == (len(order), 2)
        call.pause(None)
        line.send(rtp_packet(31, ssrc=4444))
        call.end("completed", "rep_hung_up")
        assert line.receiver.gated == 1
        line.send(rtp_packet(32, ssrc=5555))
        line.receiver.settle()
        assert line.receiver.unknown == 3
    assert read_journal(journal_of(tmp_path)).spoken(OURS) == [number for number, _ in order]


def test_a_packet_belongs_to_the_moment_it_reached_the_socket(tmp_path: Path) -> None:
    with one_call(tmp_path, Clock()) as (line, call):
        line.send(rtp_packet(1))
        call.pause("42")
        line.send(rtp_packet(2))
        call.record("42")
        line.send(rtp_packet(3))
        call.restrict(Mode.NONE, 8, may_change=True)
        line.send(rtp_packet(4))
        call.end("completed", "rep_hung_up")
    held = read_journal(journal_of(tmp_path))
    assert held.spoken(OURS) == [1, 3]
    assert held.types[4:] == ["start", "pause", "resume", "policy", "pause", "end"]


def test_the_contact_of_a_one_sided_call_is_never_captured(tmp_path: Path) -> None:
    with one_call(tmp_path, Clock(), Mode.ONE_SIDED) as (line, call):
        for number in range(10):
            line.send(rtp_packet(number, ssrc=1000 + number % 2))
            if number == 5:
                call.record("42")
        call.end("completed", "rep_hung_up")
        assert line.receiver.gated == 5
    held = read_journal(journal_of(tmp_path))
    assert (held.spoken(OURS), held.spoken(CONTACT)) == ([0, 2, 4, 6, 8], [])


def test_the_legs_of_an_ended_call_are_free_again(tmp_path: Path) -> None:
    with open_line(tmp_path, Clock()) as line:
        for number in range(5):
            call = open_call(line.host, f"{number:032x}")
            line.add(call, OURS, 1000)
            with pytest.raises(ValueError, match="already a leg"):
                line.add(call, CONTACT, 1000)
            line.send(rtp_packet(number))
            call.end("completed", "rep_hung_up")
            line.send(rtp_packet(99))
            line.receiver.settle()
        assert line.receiver.unknown == 5
    for number in range(5):
        assert read_journal(journal_of(tmp_path, f"{number:032x}")).spoken(OURS) == [number]


def test_many_calls_on_one_port_do_not_mix(tmp_path: Path) -> None:
    clock, calls = Clock(), 40
    with open_line(tmp_path, clock) as line:
        legs = []
        opened = [open_call(line.host, f"{number:032x}") for number in range(calls)]
        for number, call in enumerate(opened):
            for party in (OURS, CONTACT):
                line.add(call, party, 5000 + 2 * number + party)
                legs.append((number, party, 5000 + 2 * number + party))
        chance = random.Random(7)
        for step in range(30):
            chance.shuffle(legs)
            for number, party, ssrc in legs:
                line.send(rtp_packet(step, ssrc=ssrc, payload=bytes([number, party]) * 80))
            line.receiver.poll()
            clock.advance(20)
            if step % 5 == 4:
                line.host.tick()
        for call in opened:
            call.end("completed", "rep_hung_up")
        assert line.receiver.captured == 2 * calls * 30
    for number in range(calls):
        held = read_journal(journal_of(tmp_path, f"{number:032x}"))
        for party in (OURS, CONTACT):
            assert held.spoken(party) == list(range(30))
        assert all(payload == bytes([number, who]) * 80 for who, _, _, payload in held.media)


def test_a_flood_of_long_packets_on_one_leg_stays_readable(tmp_path: Path) -> None:
    with one_call(tmp_path, Clock()) as (line, call):
        for number in range(3 * BATCH):
            line.send(rtp_packet(number, payload=bytes(1024)))
            if number % 500 == 0:
                line.receiver.poll()
        call.end("completed", "rep_hung_up")
        assert line.receiver.captured == 3 * BATCH
    held = read_journal(journal_of(tmp_path))
    assert held.spoken(OURS) == list(range(3 * BATCH))
    assert len(held.chunks) > 3


@settings(max_examples=40)
@given(
    mode=st.sampled_from([Mode.BOTH, Mode.ONE_SIDED]),
    steps=st.lists(
        st.sampled_from([OURS, CONTACT])
        | st.sampled_from(["record", "pause", "poll", "tick", "restrict"])
        | st.integers(20, 400),
        max_size=60,
    ),
)
def test_exactly_what_reaches_the_socket_while_the_gate_is_open_is_captured(
    mode: Mode, steps: list[str | int]
) -> None:
    clock, expected, state = Clock(), [], RecordingState.RECORDING
    with tempfile.TemporaryDirectory() as folder:
        with one_call(Path(folder), clock, mode) as (line, call):
            for number, step in enumerate(steps):
                if step in (OURS, CONTACT):
                    line.send(rtp_packet(number, ssrc=1000 + step))
                    if is_open(mode, state, SIDES[step]):
                        expected.append((step, number))
                elif isinstance(step, int):
                    clock.advance(step)
                elif step == "restrict":
                    call.restrict(Mode.ONE_SIDED, 8, may_change=True)
                    mode = Mode.ONE_SIDED
                elif step in ("record", "pause"):
                    getattr(call, step)("42")
                    state = RecordingState.RECORDING if step == "record" else RecordingState.PAUSED
                else:
                    {"poll": line.receiver.poll, "tick": line.host.tick}[step]()
            call.end("completed", "rep_hung_up")
        held = read_journal(journal_of(Path(folder)))
    assert [(who, sequence) for who, sequence, _, _ in held.media] == expected


def test_the_loop_of_its_own_receives_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with one_call(tmp_path, Clock()) as (line, call):
        sender = threading.Thread(target=lambda: [line.send(rtp_packet(number)) for number in range(200)])
        sender.start()
        line.receiver.serve(lambda: line.receiver.captured == 200)
        sender.join()
        call.end("completed", "rep_hung_up")
    assert read_journal(journal_of(tmp_path)).spoken(OURS) == list(range(200))


def test_a_socket_of_another_kind_is_refused(tmp_path: Path) -> None:
    with (
        capture_host(tmp_path, Clock()) as host,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other,
        pytest.raises(ValueError, match="IPv4 UDP"),
    ):
        Receiver(host, other)
