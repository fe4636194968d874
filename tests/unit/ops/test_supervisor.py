"""Real children, real signals."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.ops.supervisor import Program, backoff, crashes_in_a_row, only_one, supervise

#: Three children; the third has a child of its own and does not listen to SIGTERM in time when told so.
INSTALLATION = """
import asyncio, signal, sys
from pathlib import Path
from onrecord.ops import supervisor
from onrecord.ops.supervisor import Program, supervise

supervisor.GRACE = 1.0
sleeper = "import time, os; print('pid', os.getpid(), flush=True); time.sleep(600)"
family = (
    "import subprocess, sys, time, os;"
    f"inner = subprocess.Popen([sys.executable, '-c', {sleeper!r}]);"
    "print('pid', os.getpid(), flush=True); time.sleep(600)"
)
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + sleeper
programs = [
    Program(name="plain", argv=[sys.executable, "-c", sleeper]),
    Program(name="family", argv=[sys.executable, "-c", family]),
    Program(name="deaf", argv=[sys.executable, "-c", deaf]),
]

async def main():
    stopping, impatient = asyncio.Event(), asyncio.Event()
    supervisor._on_signals(stopping, impatient)
    await supervise(programs, write=say, stopping=stopping, impatient=impatient)

def say(name, line):
    print(name, line, flush=True)

asyncio.run(main())
"""


class Running:
    """The installation above, and which pids its children said they have."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(INSTALLATION)], stdout=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []

    def next_pid(self, name: str) -> int:
        """Read on until the child of that name says its pid."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith(f"{name} pid"):
                return int(line.split()[2])
        raise AssertionError(f"{name} never started: {self.lines}")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def running() -> Iterator[Running]:
    installation = Running()
    yield installation
    installation.close()


def all_pids(running: Running) -> list[int]:
    """plain, deaf and the two of the family, in whatever order they came."""
    pids: list[int] = []
    assert running.process.stdout
    while len(pids) < 4:
        words = running.process.stdout.readline().split()
        assert words, "the supervisor ended"
        if words[1:2] == ["pid"]:
            pids.append(int(words[2]))
    return pids


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pids: list[int]) -> None:
    for _ in range(500):
        if not any(alive(pid) for pid in pids):
            return
        time.sleep(0.02)
    raise AssertionError(f"still alive: {[pid for pid in pids if alive(pid)]}")


@pytest.mark.parametrize(
    ("crashes", "seconds"),
    [(1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6), (5, 3.2), (6, 5.0), (60, 5.0)],
)
def test_the_wait_before_a_restart_doubles_up_to_five_seconds(crashes: int, seconds: float) -> None:
    assert backoff(crashes) == pytest.approx(seconds)


@pytest.mark.parametrize(("before", "lived", "after"), [(0, 0.1, 1), (1, 0.1, 2), (4, 9.9, 5), (4, 10.0, 1)])
def test_a_crash_counts_as_the_first_again_after_a_good_run(before: int, lived: float, after: int) -> None:
    assert crashes_in_a_row(before, lived) == after


def test_a_killed_child_is_started_again(running: Running) -> None:
    before = running.next_pid("plain")
    os.kill(before, signal.SIGKILL)
    after = running.next_pid("plain")

    assert after != before
    assert any("plain was killed by SIGKILL; starting it again" in line for line in running.lines)


def test_what_a_killed_child_leaves_behind_is_gone_before_it_starts_again(running: Running) -> None:
    first, second = running.next_pid("family"), running.next_pid("family")
    os.kill(_parent_of(first, second), signal.SIGKILL)
    running.next_pid("family")

    assert not alive(first)
    assert not alive(second)


def _parent_of(first: int, second: int) -> int:
    parent = int(Path(f"/proc/{second}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return first if parent == first else second


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_even_a_child_that_does_not_listen(
    running: Running, number: signal.Signals
) -> None:
    pids = all_pids(running)
    running.process.send_signal(number)
    out, _ = running.process.communicate(timeout=30)

    assert running.process.returncode == 0
    assert "deaf did not end in time and was killed" in out
    assert not any(alive(pid) for pid in pids)


def test_children_do_not_outlive_a_supervisor_that_was_killed() -> None:
    code = INSTALLATION.replace("signal.signal(signal.SIGTERM, signal.SIG_IGN);", "").replace(
        'Program(name="family", argv=[sys.executable, "-c", family]),', ""
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    pids = [int(process.stdout.readline().split()[2]) for _ in range(2)]
    process.kill()
    process.communicate()

    wait_until_gone(pids)


async def test_a_program_that_cannot_be_started_is_an_error_not_silence() -> None:
    with pytest.raises(FileNotFoundError):
        await supervise(
            [Program(name="missing", argv=["/nonexistent/program"])],
            write=lambda name, line: None,
            stopping=asyncio.Event(),
            impatient=asyncio.Event(),
        )


def test_a_second_supervisor_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(ValueError, match="already running"), only_one(tmp_path):
        pass

    with only_one(tmp_path):
        pass
