"""The cost of a WebRTC call, and how fast a pause is.

The switch runs in its own process; this process acts as the browsers. Both voices of every call are captured.
"""

import asyncio
import os
import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.row import Row
from harness.switch_rig import Browser, Call, SwitchRig, place

STEADY = "+12025550195"
FEW, MANY, JOINED = 2, 12, 6
SECONDS = 8.0
PAUSES = 40
CPU_TARGET = 1.5
PAUSE_TARGET_MS = 40.0


def rows() -> list[Row]:
    """CPU per additional call and per additional party, and the time until a pause takes effect."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    with TemporaryDirectory() as home, SwitchRig(Path(home)) as rig:
        await rig.ready()
        async with rig.client() as client, AsyncExitStack() as stack:
            calls: list[Call] = []
            shares = []
            for wanted in (FEW, MANY):
                while len(calls) < wanted:
                    browser = await stack.enter_async_context(Browser())
                    calls.append(await place(rig, client, browser, STEADY))
                    await calls[-1].event("recording.started")
                shares.append(await _cpu_share(rig.process.pid))
            for number, call in enumerate(calls[:JOINED]):
                await call.join(await stack.enter_async_context(Browser()), f"colleague {number}")
            shares.append(await _cpu_share(rig.process.pid))
            delays = await _pauses(calls[-1])
            # The journals prove that both voices were captured while the CPU was measured.
            for call in calls:
                await call.hang_up()
                journal = await call.journal()
                assert min(len(journal.clocks(0)), len(journal.clocks(1))) > SECONDS * 45
    each = (shares[1] - shares[0]) / (MANY - FEW)
    return [
        Row(
            name=f"one embedded call, captured (from {FEW} to {MANY} calls)",
            value=f"{each:.2f} % of a core",
            target=f"<= {CPU_TARGET} %",
            met=each <= CPU_TARGET,
        ),
        Row(
            name=f"one colleague more in a call, mixed and captured (in {JOINED} of {MANY} calls)",
            value=f"{(shares[2] - shares[1]) / JOINED:.2f} % of a core",
        ),
        Row(
            name=f"pause request to last captured frame, worst of {PAUSES}",
            value=f"{max(delays):.1f} ms",
            target=f"<= {PAUSE_TARGET_MS:.0f} ms",
            met=max(delays) <= PAUSE_TARGET_MS,
        ),
        Row(
            name="the same, median (negative: before the request)",
            value=f"{statistics.median(delays):.1f} ms",
        ),
    ]


async def _cpu_share(pid: int) -> float:
    """Percentage of a core that a process uses."""
    start, before = time.monotonic(), _cpu_seconds(pid)
    await asyncio.sleep(SECONDS)
    return 100 * (_cpu_seconds(pid) - before) / (time.monotonic() - start)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _pauses(call: Call) -> list[float]:
    """Milliseconds from each pause request to the last frame in the journal before the pause.

    Requests are timed on the machine's monotonic clock. Every reply has a call-clock time between its request
    and itself; together they determine the call clock's zero. If that leaves a range, the latest zero is
    used, so that no figure is too small.
    """
    requests, zeros = [], []
    for _ in range(PAUSES):
        start = time.monotonic() * 1000
        shut = (await call.pause())["clock_ms"]
        zeros.append(time.monotonic() * 1000 - shut)
        await asyncio.sleep(0.1)
        requests.append((start, shut, (await call.record())["clock_ms"]))
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.5)
    clocks = sorted(clock for _, clock, _ in call.rig.journal(call.call_id).media)
    zero, delays = min(zeros), []
    for start, shut, opened in requests:
        assert not [clock for clock in clocks if shut < clock < opened], "a frame was captured during a pause"
        delays.append(zero + max(clock for clock in clocks if clock <= shut) - start)
    return delays
