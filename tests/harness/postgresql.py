"""A PostgreSQL server of the tests' own, thrown away afterwards."""

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


@contextmanager
def postgresql() -> Iterator[str]:
    """URL of an empty database. The server listens at a socket in its own folder and nowhere else."""
    folder = Path(tempfile.mkdtemp(prefix="onrecord-postgresql-"))
    owner = _owner()
    if owner:
        shutil.chown(folder, **owner)
    identity: dict[str, Any] = {**owner, "extra_groups": []} if owner else {}
    try:
        subprocess.run(
            [_program("initdb"), "--pgdata", folder / "data", "--username", "onrecord", "--auth", "trust",
             "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **identity,
        )  # fmt: skip
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [_program("postgres"), "-D", folder / "data", "-k", folder, "-c", "listen_addresses=",
                 "-c", "fsync=off", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB"],
                stderr=log, cwd=folder, **identity,
            )  # fmt: skip
        try:
            _wait_for(server, folder)
            subprocess.run(
                [_program("createdb"), "-h", folder, "-U", "onrecord", "onrecord"], check=True, cwd=folder
            )
            yield f"postgresql://onrecord@/onrecord?host={folder}"
        finally:
            # Its quick way to stop: clients are cut off.
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, str]:
    """Who runs the server: it refuses to be root, so then the user that Debian's package made."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def _program(name: str) -> str:
    """Debian keeps the server's programs, one folder a version, outside PATH."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))  # noqa: PTH207
    path = found[-1] if found else shutil.which(name)
    assert path, f"{name} is missing: install Debian's package postgresql"
    return path


def _wait_for(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    from harness.installation import eventually

    ready = [_program("pg_isready"), "-h", folder, "-q"]

    def answers() -> bool:
        assert server.poll() is None, (folder / "log").read_text()
        return subprocess.run(ready, check=False).returncode == 0

    eventually(answers, "the database server answers")
