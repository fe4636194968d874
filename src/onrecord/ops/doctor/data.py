"""The data folder and its disk."""

import os
import shlex
import shutil
import stat
import statistics
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from onrecord.config import Config
from onrecord.ops.doctor.finding import Finding, fail, ok, warn

_GIB = 1 << 30
#: Enough for an hour of calls on a busy host. With less, recordings will soon be lost.
_LEAST_SPACE = _GIB // 2
_COMFORTABLE_SPACE = 5 * _GIB
#: The journal writer syncs once a second. A disk that takes a large part of that falls behind.
_SLOW_SYNC_S = 0.2


def data_folder(config: Config) -> Finding:
    """All processes write to it."""
    probe = config.home / f".doctor-{uuid.uuid4().hex}"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return fail(
            f"The data folder {config.home} cannot be written ({error.strerror}).",
            f"Make the user that runs OnRecord its owner: chown -R {os.geteuid()} {config.home}",
        )
    return ok(f"The data folder {config.home} can be written.")


def free_space(config: Config) -> Finding:
    return judge_space(shutil.disk_usage(config.home).free)


def judge_space(free: int) -> Finding:
    """The finding for this number of free bytes."""
    said = f"{free / _GIB:.1f} GiB are free for data."
    if free < _LEAST_SPACE:
        return fail(said, "Make room now. Without it, calls continue but are no longer recorded.")
    if free < _COMFORTABLE_SPACE:
        return warn(said, "Make room soon, or move the blob store (ONRECORD_BLOB_URL) elsewhere.")
    return ok(said)


def sync_latency(config: Config) -> Finding:
    """How long the disk takes to confirm that data is stored."""
    path = config.home / f".doctor-{uuid.uuid4().hex}"
    taken = []
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(9):
                file.write(bytes(4096))
                began = time.monotonic()
                os.fdatasync(file.fileno())
                taken.append(time.monotonic() - began)
    finally:
        path.unlink(missing_ok=True)
    return judge_sync(statistics.median(taken))


def judge_sync(seconds: float) -> Finding:
    """The finding for this median time of an fdatasync."""
    said = f"The disk takes {seconds * 1000:.1f} ms to store a block."
    if seconds > _SLOW_SYNC_S:
        return warn(said, "That is slow. Put the data folder on a local disk, not on a network share.")
    return ok(said)


def private_files(config: Config) -> Finding:
    """Other users of the host must not read stored data: people and audit rows are not encrypted."""
    roots = [config.home, *_elsewhere(config)]
    loose = [path for root in roots for path in _everything(root) if _mode(path) & 0o077]
    if loose:
        return fail(
            f"Other users of this host can access {len(loose)} stored files and folders, such as "
            f"{loose[0]} (mode {_mode(loose[0]):o}).",
            shlex.join(["chmod", "-R", "go-rwx", *map(str, roots)]),
        )
    return ok("Only the user that runs OnRecord should have access.")


def _elsewhere(config: Config) -> list[Path]:
    """Our files on this host outside the data folder: the blob store and the database."""
    blobs, database = config.blob_folder, config.database_file
    places = [
        *([blobs] if blobs else []),
        *(database.parent.glob(f"{database.name}*") if database else []),  # with -wal and -shm
    ]
    return [place for place in places if place.exists() and not place.is_relative_to(config.home)]


def _everything(root: Path) -> Iterator[Path]:
    """A file, or a folder and everything in it, except links, whose modes mean nothing."""
    yield root
    for folder, folders, files in os.walk(root):
        yield from (path for name in folders + files if not (path := Path(folder, name)).is_symlink())


def _mode(path: Path) -> int:
    """The file's mode; 0 if it disappeared in the meantime."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0


def secrets_file(config: Config) -> Finding:
    """Anyone who can read it can open every recording."""
    path = config.home / "secrets.json"
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return fail(f"{path} can be read by others (mode {mode:o}).", f"chmod 600 {path}")
    return ok("Only their owner can read the secrets. Keep a copy: without them, no recording can be opened.")
