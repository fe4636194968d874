"""A whole installation: the real processes, in their own data folder, on free ports."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from onrecord.config import Config
from onrecord.ops.demo import PASSWORD
from onrecord.ops.supervisor import PROCESSES, answers

T = TypeVar("T")
#: Generous, so that tests pass on a loaded machine. Nothing normally waits this long.
PATIENCE = 60.0


def eventually(look: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Call `look` until it returns something truthy, and return that."""
    until = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > until:
            raise AssertionError(f"In {patience:.0f} s it did not come to this: {what}")
        time.sleep(0.05)
    return seen


def free_port() -> int:
    """A free TCP port. The system hands out ports in turn, so it stays free for a while."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """`onrecord serve` over a copy of a prepared data folder."""

    def __init__(self, home: Path, *, like: Path | None = None, database: str | None = None) -> None:
        """`database`: its URL, if it is not in the folder."""
        self.home = home
        if like:
            shutil.copytree(like, home)
        self.environ = {
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith(("ONRECORD_", "DJANGO_"))
            },
            "ONRECORD_HOME": str(home),
            "ONRECORD_WEB": f"127.0.0.1:{free_port()}",
            "ONRECORD_SWITCH": f"127.0.0.1:{free_port()}",
            # A finished test leaves calls behind.
            "ONRECORD_DRAIN_SECONDS": "0",
            **({"ONRECORD_DATABASE_URL": database} if database else {}),
        }
        self.config = Config.load(self.environ)
        self.log = home.parent / f"{home.name}.log"
        self._supervisor: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.config.web_address}"

    @property
    def password(self) -> str:
        """The password of every demo user."""
        return PASSWORD

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run an `onrecord` command and wait for it."""
        return subprocess.run(
            [sys.executable, "-m", "onrecord", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def start(self, *options: str) -> "Installation":
        """Start everything and wait until it responds."""
        with open(self.log, "ab") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "onrecord", "serve", *options],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait for all four processes, and until those that listen respond."""
        eventually(lambda: all(self.find(name) for name in PROCESSES), "all four processes run")
        eventually(lambda: answers(self.config.switch_address, "/health"), "the switch answers")
        eventually(lambda: answers(self.config.web_address, "/sign-in"), "the web answers")

    def find(self, name: str) -> int | None:
        """Process ID of a child of the supervisor; None while it is not running."""
        if self._supervisor is None or self._supervisor.poll() is not None:
            raise AssertionError("The supervisor does not run.")
        children = Path(f"/proc/{self._supervisor.pid}/task/{self._supervisor.pid}/children").read_text()
        for pid in map(int, children.split()):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            except FileNotFoundError:
                continue
            if words[-1] == name.encode() and b"onrecord" in words:
                return pid
        return None

    def pid(self, name: str) -> int:
        """Process ID of web, worker, switch or renderer."""
        return eventually(lambda: self.find(name), f"{name} runs")

    def kill(self, name: str) -> None:
        """`kill -9` one process and wait until the supervisor has it running again."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        eventually(lambda: self.find(name) not in {None, before}, f"{name} was started again")
        self.wait_until_ready()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop everything. Returns the supervisor's exit status."""
        if self._supervisor is None:
            return 0
        self.send_signal(number)
        return self.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the supervisor."""
        assert self._supervisor is not None
        self._supervisor.send_signal(number)

    def wait(self) -> int:
        """Wait until the supervisor exits. Returns its exit status."""
        assert self._supervisor is not None
        try:
            return self._supervisor.wait(timeout=PATIENCE)
        finally:
            self._supervisor.kill()
            self._supervisor = None

    def said(self) -> str:
        """All output of the processes."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def journal(self, call_id: str) -> Path:
        return self.config.journals / f"{call_id}.journal"

    def keep_journal(self, call_id: str) -> Path:
        """A hard link to a live call's journal, which survives the journal's deletion."""
        kept = self.home / f"kept-{call_id}.journal"
        os.link(eventually(lambda: self._existing(call_id), "the call has a journal"), kept)
        return kept

    def _existing(self, call_id: str) -> Path | None:
        path = self.journal(call_id)
        return path if path.exists() else None


def prepare(home: Path) -> Installation:
    """Make a data folder with the demo team and its past calls, rendered."""
    installation = Installation(home)
    for command in ("migrate", "demo"):
        outcome = installation.command(command)
        assert outcome.returncode == 0, outcome.stderr
    installation.start()
    eventually(
        lambda: not list(installation.config.journals.glob("*.journal")), "the past calls are rendered"
    )
    installation.stop()
    return installation
