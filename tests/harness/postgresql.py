"""A temporary PostgreSQL server for the tests."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Server:
    """A database server, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        owner = _owner()
        self._identity: dict[str, Any] = {**owner, "extra_groups": []} if owner else {}
        if owner:
            shutil.chown(folder, **owner)
        subprocess.run(
            [program("initdb"), "--pgdata", folder / "data", "--username", "onrecord", "--auth", "trust",
             "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **self._identity,
        )  # fmt: skip
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://onrecord@/onrecord?host={self._folder}"

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program("postgres"), "-D", self._folder / "data", "-k", self._folder,
                 "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=256MB",
                 "-c", "max_wal_size=4GB"],
                stderr=log, cwd=self._folder, **self._identity,
            )  # fmt: skip
        _wait_for(self._process, self._folder)

    def stop(self) -> None:
        """Stop it fast, disconnecting clients."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=60)


@contextmanager
def server() -> Iterator[Server]:
    """A server with an empty database. It listens only on a socket in its own folder."""
    folder = Path(tempfile.mkdtemp(prefix="onrecord-postgresql-"))
    try:
        running = Server(folder)
        try:
            subprocess.run(
                [program("createdb"), "-h", folder, "-U", "onrecord", "onrecord"], check=True, cwd=folder
            )
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """URL of an empty database."""
    with server() as running:
        yield running.url


def _owner() -> dict[str, str]:
    """The user to run the server as: it refuses to run as root, so then the user from Debian's package."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def program(name: str) -> str:
    """Path of one of the server's programs, which Debian keeps outside PATH in one folder per version."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))  # noqa: PTH207
    path = found[-1] if found else shutil.which(name)
    assert path, f"{name} is missing: install Debian's package postgresql"
    return path


def _wait_for(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    from harness.installation import eventually

    ready = [program("pg_isready"), "-h", folder, "-q"]

    def answers() -> bool:
        assert server.poll() is None, (folder / "log").read_text()
        return subprocess.run(ready, check=False).returncode == 0

    eventually(answers, "the database server answers")
