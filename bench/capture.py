"""The cost of sealed capture from UDP, compared with the minimum cost of any receiver.

The load comes from one core, the receiver runs on another: first a C program that receives datagrams in
batches and discards them (the sink), then the batch receiver with gate, seal and journal, then asyncio with a
callback per datagram into the same gate and journal.
"""

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.receiver import PACE_SECONDS, Receiver, bind
from bench.row import Row
from onrecord.audio import rtp
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.capture_host import TICK_NS, CaptureHost
from onrecord.media.capture.gate import Side
from onrecord.media.capture.reader import JournalReader
from onrecord.policy.mode import Mode

ROOT = Path(__file__).parent.parent
NATIVE = ROOT / "bench" / "native"
BUILT = ROOT / ".cache" / "bench"

#: Packets per second of one call: two voices with 20 ms packets.
CALL_RATE = 100
CALLS = 1000
#: A load that asyncio can handle.
CALLS_ASYNCIO = 100
SECONDS = 3.0
QUIET_MS = 500
RATIO_TARGET = 3.5
PAUSE_TARGET_MS = 40.0
PAUSES = 20
#: Loads to try, to find the most calls without loss.
LADDER = (400, 600, 900, 1300, 1700, 2200, 2800, 3600, 4500)
#: Attempts at each load before loss counts.
ATTEMPTS = 3
MASTER_KEY = bytes(range(32))


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One receiver under one load."""

    sent: int
    received: int
    #: CPU seconds, user and system, of all threads.
    cpu: float

    @property
    def microseconds(self) -> float:
        """CPU time per packet received."""
        return self.cpu / self.received * 1e6

    def __str__(self) -> str:
        lost = f", {1 - self.received / self.sent:.1%} lost" if self.received < self.sent else ""
        return f"{self.microseconds:.2f} us{lost}"


def rows() -> list[Row]:
    """CPU per packet against the sink and asyncio, calls per core without loss, and the pause."""
    sink_program, load_program = _build("sink"), _build("loadgen")

    def run(kind: str, calls: int) -> Run:
        """The first attempt without loss, else the last: other work on the machine may disturb one."""
        for _ in range(ATTEMPTS):
            attempt = _run(kind, calls, sink_program, load_program)
            if attempt.received == attempt.sent:
                break
        return attempt

    sink, capture = run("sink", CALLS), run("receiver", CALLS)
    ratio = capture.microseconds / sink.microseconds
    callbacks = run("asyncio", CALLS_ASYNCIO)
    most = {kind: _most_calls(kind, run) for kind in ("sink", "receiver")}
    pause = _pause_ms()
    return [
        Row(name="CPU per packet, C sink that forgets", value=str(sink)),
        Row(
            name=f"CPU per packet, sealed capture of {CALLS} calls",
            value=f"{capture} = {ratio:.2f} x",
            target=f"<= {RATIO_TARGET} x the sink",
            met=ratio <= RATIO_TARGET and capture.received == capture.sent,
        ),
        Row(
            name=f"CPU per packet, asyncio callbacks, {CALLS_ASYNCIO} calls",
            value=f"{callbacks} = {callbacks.microseconds / sink.microseconds:.1f} x",
        ),
        Row(name="Calls per core without loss, C sink", value=_at_most(most["sink"])),
        Row(name="Calls per core without loss, sealed capture", value=_at_most(most["receiver"])),
        Row(
            name=f"Pause request to last captured frame, worst of {PAUSES}",
            value=f"{pause:.1f} ms",
            target=f"<= {PAUSE_TARGET_MS:.0f} ms",
            met=pause <= PAUSE_TARGET_MS,
        ),
    ]


def _at_most(calls: int) -> str:
    return f"{calls} or more" if calls == LADDER[-1] else f"{calls}"


def _build(name: str) -> Path:
    """Compile a program in bench/native unless it is already compiled."""
    source, program = NATIVE / f"{name}.c", BUILT / name
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        BUILT.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, source], check=True)
    return program


def _cores() -> tuple[int, int]:
    """One core for the receiver, and another for the load if there is one."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[0], cores[-1]


def _on(core: int, command: list[str | Path]) -> list[str]:
    return ["taskset", "-c", str(core), *map(str, command)]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _run(kind: str, calls: int, sink_program: Path, load_program: Path) -> Run:
    own, others = _cores()
    to_port, from_port = _free_ports(2)
    command: list[str | Path] = (
        [sink_program, str(to_port), str(QUIET_MS), str(int(PACE_SECONDS * 1e6))]
        if kind == "sink"
        else [sys.executable, "-m", "bench.capture", kind, str(to_port), str(from_port), str(calls)]
    )
    load: list[str | Path] = [load_program, str(from_port), str(to_port), str(2 * calls), str(SECONDS)]
    receiver = subprocess.Popen(_on(own, command), stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with receiver:
        assert receiver.stdout is not None
        assert receiver.stdout.readline().strip() == "ready", f"{kind} did not start"
        sent = subprocess.run(_on(others, load), check=True, capture_output=True, text=True)
        result = json.loads(receiver.stdout.readline())
    return Run(sent=json.loads(sent.stdout)["sent"], received=result["received"], cpu=result["cpu"])


def _most_calls(kind: str, run: Callable[[str, int], Run]) -> int:
    """The most calls received without loss."""
    best = 0
    for calls in LADDER:
        attempt = run(kind, calls)
        if attempt.received < attempt.sent:
            break
        best = calls
    return best


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class _Meter:
    """CPU time from the first packet to the last, measured like the sink does."""

    def __init__(self) -> None:
        self.received = 0
        self._before = self._after = self._since = 0.0

    def quiet(self, received: int) -> bool:
        """Whether packets had arrived and none have come for a while. Call it often."""
        now = time.monotonic()
        if received != self.received:
            self._after = _cpu()
            self._since = now
            if not self.received:
                self._before = self._after
            self.received = received
        return bool(self.received) and now - self._since > QUIET_MS / 1000

    def report(self) -> None:
        print(json.dumps({"received": self.received, "cpu": self._after - self._before}), flush=True)


def _open_calls(host: CaptureHost, calls: int) -> list[CallCapture]:
    opened = []
    for number in range(calls):
        call = host.open_call(
            f"{number:032x}", mode=Mode.BOTH, record_at_start=True, may_change=True, policy_version=1
        )
        for party, side in enumerate(Side):
            call.join(party, side=side, role="rep", user=None)
        call.answer(datetime.now(UTC))
        opened.append(call)
    return opened


def _receive(to_port: int, from_port: int, calls: int) -> None:
    """The batch receiver, in its own process."""
    meter = _Meter()
    with TemporaryDirectory() as folder, bind(("127.0.0.1", to_port)) as sock:
        host = CaptureHost(Path(folder), MASTER_KEY)
        receiver = Receiver(host, sock)
        for number, call in enumerate(_open_calls(host, calls)):
            for party in range(2):
                receiver.add(call, party, ssrc=2 * number + party + 1, source=("127.0.0.1", from_port))
        host.drain()
        print("ready", flush=True)
        receiver.serve(lambda: meter.quiet(receiver.captured))
        host.close()
        assert host.drops == 0
    meter.report()


class _Callbacks(asyncio.DatagramProtocol):
    """One callback per datagram, the usual way."""

    def __init__(self, legs: dict[int, tuple[CallCapture, int]]) -> None:
        self._legs = legs
        self.captured = 0

    def datagram_received(self, data: bytes, addr: object) -> None:
        packet = rtp.parse(data)
        if packet is not None and packet.ssrc in self._legs:
            call, party = self._legs[packet.ssrc]
            self.captured += call.media(
                party,
                packet,
            )


async def _receive_by_callbacks(to_port: int, calls: int) -> None:
    meter = _Meter()
    with TemporaryDirectory() as folder:
        host = CaptureHost(Path(folder), MASTER_KEY)
        legs = {
            2 * number + party + 1: (call, party)
            for number, call in enumerate(_open_calls(host, calls))
            for party in range(2)
        }
        transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Callbacks(legs), sock=bind(("127.0.0.1", to_port))
        )
        print("ready", flush=True)
        while not meter.quiet(protocol.captured):
            host.tick()
            await asyncio.sleep(TICK_NS / 1e9)
        transport.close()
        host.close()
    meter.report()


def _pause_ms() -> float:
    """Worst time from a pause request to the sending of the last captured packet, in ms; 0 if none was later.

    Every packet contains the time at which it was sent. The request comes from outside the loop and waits its
    turn.
    """
    worst = 0.0
    with TemporaryDirectory() as folder, bind(("127.0.0.1", 0)) as sock:
        host = CaptureHost(Path(folder), MASTER_KEY)
        receiver = Receiver(host, sock)
        sender = [sys.executable, "-m", "bench.capture", "send", str(sock.getsockname()[1])]
        with subprocess.Popen(sender, stdout=subprocess.PIPE, text=True, cwd=ROOT) as load:
            assert load.stdout is not None
            source = ("127.0.0.1", int(load.stdout.readline()))
            for number, call in enumerate(_open_calls(host, PAUSES)):
                receiver.add(call, 0, ssrc=1, source=source)
                asked = _pause_after(call, receiver, 0.2 + number * 0.003)
                call.end("completed", "rep_hung_up")
                host.writer.drain()
                last = _last_sent(Path(folder) / f"{call.call_id}.journal")
                worst = max(worst, (last - asked) / 1e6)
            load.kill()
        host.close()
    return worst


def _pause_after(call: CallCapture, receiver: Receiver, seconds: float) -> int:
    """Pause while receiving, then continue for a while. Returns when the pause was requested, ns."""
    asked = time.monotonic_ns() + int(seconds * 1e9)
    receiver.serve(lambda: time.monotonic_ns() >= asked)
    call.pause("1")
    receiver.serve(lambda: time.monotonic_ns() >= asked + 100_000_000)
    return asked


def _last_sent(journal: Path) -> int:
    """When the last packet in the journal was sent, ns."""
    last = 0
    for chunk in JournalReader(journal, MASTER_KEY).poll():
        frames = chunk.media()
        for offset in frames.offsets.tolist():
            last = max(last, int.from_bytes(frames.plaintext[offset : offset + 8], "little"))
    assert last, "nothing was captured before the pause"
    return last


def _send(to_port: int) -> None:
    """Send a packet every millisecond with the current time, until killed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        print(sock.getsockname()[1], flush=True)
        head = bytes([0x80, 0]) + bytes(6) + (1).to_bytes(4)
        while True:
            sock.sendto(head + time.monotonic_ns().to_bytes(8, "little"), ("127.0.0.1", to_port))
            time.sleep(0.001)


def _child(kind: str, *numbers: int) -> None:
    if kind == "receiver":
        _receive(*numbers)
    elif kind == "asyncio":
        asyncio.run(_receive_by_callbacks(numbers[0], numbers[2]))
    else:
        _send(*numbers)


if __name__ == "__main__":
    _child(sys.argv[1], *map(int, sys.argv[2:]))
