"""`onrecord serve`: the four processes of a host under one parent.

The parent has no data to lose. It starts, restarts, and stops its children, and prints their output. Each
child has its own session. So Ctrl-C reaches only the parent, which then stops everything in order, and
whatever a killed child leaves behind (the worker's own children) is killed before the next start.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from onrecord.config import Config

#: The order of starting: first those that others connect to.
PROCESSES = ("switch", "web", "worker", "renderer")
#: Seconds between asking a child to stop and killing it.
GRACE = 10.0
#: After this many seconds, a start counts as successful, and the next crash as the first in a row.
SETTLED = 10.0

_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A command, and the name to print with its output."""

    name: str
    argv: Sequence[str]
    #: Seconds that it may take to stop by itself before the others are asked to stop.
    drains_s: float = 0.0


def backoff(crashes: int) -> float:
    """Seconds to wait before a restart, after this number of crashes in a row (1 = the first).

    The first restart is almost immediate, and the others are quick: a call waits only 10 s for its browser.
    """
    return float(min(0.2 * 2 ** (crashes - 1), 5.0))


def crashes_in_a_row(before: int, lived: float) -> int:
    """Count a crash of a child that ran for `lived` seconds, after `before` crashes in a row."""
    return 1 if lived >= SETTLED else before + 1


class Child:
    """One program. It runs once, or is kept running until it is stopped."""

    def __init__(self, program: Program, write: Callable[[str, str], None]) -> None:
        self.program = program
        self._write = write
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def run(self, keep: Iterable[int] = ()) -> int:
        """Run it and return its exit status (negative: the signal that killed it)."""
        # Our own pipe: with asyncio's, Python 3.11 sees no end until all grandchildren have closed it, too.
        ours, theirs = os.pipe()
        with open(ours, "rb", buffering=0) as output:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self.program.argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=theirs,
                    stderr=theirs,
                    start_new_session=True,
                    preexec_fn=_end_with(os.getpid()),
                    pass_fds=tuple(keep),
                )
            finally:
                os.close(theirs)
            return await self._see_through(process, output)

    async def _see_through(self, process: asyncio.subprocess.Process, output: IO[bytes]) -> int:
        self._process = process
        if self._stopping.is_set():  # stopped while it was being started
            process.terminate()
        relay = asyncio.create_task(self._relay(output))
        status = await process.wait()
        with contextlib.suppress(ProcessLookupError):  # its process group is already empty
            os.killpg(process.pid, signal.SIGKILL)
        await relay
        self._process = None
        return status

    async def keep_running(self, keep: Iterable[int] = ()) -> None:
        """Start it again whenever it ends, until `stop`."""
        crashes = 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            status = await self.run(keep)
            if self._stopping.is_set():
                return
            crashes = crashes_in_a_row(crashes, loop.time() - began)
            wait = backoff(crashes)
            self._write(
                "onrecord", f"{self.program.name} {_ended(status)}; starting it again in {wait:.1f} s"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def stop(self) -> None:
        """Ask it to stop."""
        self._stopping.set()
        if self._process and self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        """Kill it and everything it started."""
        if self._process and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _relay(self, output: IO[bytes]) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), output
        )
        rest = b""
        while block := await reader.read(65536):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self._write(self.program.name, line.decode(errors="replace"))
        if rest:
            self._write(self.program.name, rest.decode(errors="replace"))


def _ended(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _end_with(parent: int) -> Callable[[], None] | None:
    """A function for a new child to run first, so that it does not outlive a killed parent (Linux only)."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def prepare() -> None:
        # Not SIGTERM, which lets calls finish: without the web, nobody could end them.
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # the parent was killed before prctl took effect
            os._exit(1)

    return prepare


async def supervise(
    programs: Sequence[Program],
    *,
    write: Callable[[str, str], None],
    stopping: asyncio.Event,
    impatient: asyncio.Event,
    keep: Iterable[int] = (),
) -> None:
    """Keep all programs running until `stopping` is set. `impatient` cuts waiting short."""
    children = [Child(program, write) for program in programs]
    tasks = [asyncio.create_task(child.keep_running(keep)) for child in children]
    for task in tasks:  # a task ends by itself only if the supervisor has a bug
        task.add_done_callback(lambda _: stopping.set())
    await stopping.wait()
    await _drain(list(zip(children, tasks, strict=True)), impatient)
    for child in children:
        child.stop()
    await _ended_or(tasks, impatient, GRACE)
    for child, task in zip(children, tasks, strict=True):
        if not task.done():
            write("onrecord", f"{child.program.name} did not end in time and was killed")
            child.kill()
    await asyncio.gather(*tasks)


async def _drain(running: Sequence[tuple[Child, asyncio.Task[None]]], impatient: asyncio.Event) -> None:
    """Stop the programs that have work to finish first, while the others still serve them.

    `impatient` ends the wait. It is then cleared, so that the next signal cuts the next wait short.
    """
    draining = [(child, task) for child, task in running if child.program.drains_s]
    if not draining:
        return
    for child, _ in draining:
        child.stop()
    longest = max(child.program.drains_s for child, _ in draining) + GRACE
    await _ended_or([task for _, task in draining], impatient, longest)
    impatient.clear()


async def _ended_or(tasks: Iterable[asyncio.Task[None]], impatient: asyncio.Event, seconds: float) -> None:
    """Wait until all tasks have ended, `impatient` is set, or the time is up."""
    hurry = asyncio.create_task(impatient.wait())
    everything = asyncio.create_task(asyncio.wait(tasks))
    waited: list[asyncio.Task[Any]] = [everything, hurry]
    await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for waiting in waited:
        waiting.cancel()


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[int]:
    """Lock the data folder for one supervisor. Yields the file descriptor of the lock.

    Children inherit it, so after a supervisor is killed, the lock is held until the last child has ended.
    With two switches on one folder, each would treat the other's live journals as remains of a crash.
    Raises ValueError if another supervisor holds the lock.
    """
    with open(home / "serve.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(f"OnRecord is already running on {home}. Stop it first.") from error
        yield file.fileno()


def serve(config: Config, *, demo: bool) -> int:
    """Run the installation until SIGINT or SIGTERM. Returns the exit status."""
    with only_one(config.home) as lock:
        return asyncio.run(_serve(config, demo=demo, lock=lock, out=sys.stdout))


async def _serve(config: Config, *, demo: bool, lock: int, out: IO[str]) -> int:
    def write(name: str, line: str) -> None:
        print(f"{name:<8} | {line}", file=out, flush=True)

    stopping, impatient = asyncio.Event(), asyncio.Event()
    _on_signals(stopping, impatient)

    preparations = [("migrate",), ("demo", "--if-new")] if demo else [("migrate",)]
    for command in preparations:
        status = await _prepare(_program(*command), stopping, write)
        if stopping.is_set():
            return 0
        if status:
            write("onrecord", f"`onrecord {' '.join(command)}` {_ended(status)}; nothing was started")
            return 1
    announcement = asyncio.create_task(_announce(config, demo=demo, write=write))
    await supervise(
        [_program(name, drains_s=config.drain_s if name == "switch" else 0) for name in PROCESSES],
        write=write,
        stopping=stopping,
        impatient=impatient,
        keep=[lock],
    )
    announcement.cancel()
    write("onrecord", "stopped")
    return 0


def _program(*command: str, drains_s: float = 0) -> Program:
    return Program(name=command[0], argv=(sys.executable, "-m", "onrecord", *command), drains_s=drains_s)


def _on_signals(stopping: asyncio.Event, impatient: asyncio.Event) -> None:
    """The first signal stops everything in order. Each further one cuts a wait short: drain, then grace."""

    def heard() -> None:
        (impatient if stopping.is_set() else stopping).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, heard)


async def _prepare(program: Program, stopping: asyncio.Event, write: Callable[[str, str], None]) -> int:
    child = Child(program, write)
    running = asyncio.create_task(child.run())
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if stopping.is_set():
        child.stop()
    return await running


async def _announce(config: Config, *, demo: bool, write: Callable[[str, str], None]) -> None:
    """Print the URL once the pages can be opened."""
    while not await asyncio.to_thread(answers, config.web_address, "/sign-in"):
        await asyncio.sleep(0.1)
    write("onrecord", f"OnRecord is ready: http://{config.web_address}")
    if demo:
        from onrecord.ops.demo import LOGINS

        for login in LOGINS:
            write("onrecord", f"  {login}")
    write("onrecord", "Press Ctrl-C to stop it. Live calls can finish first. Press Ctrl-C again to end them.")


def answers(address: str, path: str) -> bool:
    """Whether an HTTP server responds there, whatever it says."""
    connection = http.client.HTTPConnection(address, timeout=2)
    try:
        connection.request("GET", path)
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
