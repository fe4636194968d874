"""`onrecord doctor`: what is wrong with an installation, in sentences, and what to do about it.

Each check looks at one thing and puts back what it touches. A check that cannot be carried out has found
something too.
"""

import contextlib
import http.client
import json
import os
import platform
import shutil
import socket
import sqlite3
import stat
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from onrecord.config import Config, split_address

_GIB = 1 << 30
#: An hour of calls of one busy host fits easily; below this recordings are about to be lost.
_LEAST_SPACE = _GIB // 2
_COMFORTABLE_SPACE = 5 * _GIB
#: The journals' writer syncs once a second; a disk that needs a good part of that falls behind.
_SLOW_SYNC_S = 0.2
#: Older than this, what should be gone within seconds is stuck.
_STUCK_S = 300
#: This module is younger than that, so a clock that shows less is wrong.
_PAST = datetime(2026, 1, 1, tzinfo=UTC)


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one check found."""

    level: Level
    #: What is the case.
    sentence: str
    #: What a person can do about it; empty when all is well.
    advice: str = ""


def ok(sentence: str) -> Finding:
    return Finding(level=Level.OK, sentence=sentence)


def warn(sentence: str, advice: str) -> Finding:
    return Finding(level=Level.WARN, sentence=sentence, advice=advice)


def fail(sentence: str, advice: str) -> Finding:
    return Finding(level=Level.FAIL, sentence=sentence, advice=advice)


def examine(config: Config) -> list[Finding]:
    """Carry out every check."""
    return [_attempt(check, config) for check in CHECKS]


def report(findings: Iterable[Finding]) -> str:
    """The findings as lines for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.level.upper():<5} {finding.sentence}")
        if finding.advice:
            lines.append(f"      -> {finding.advice}")
    return "\n".join(lines)


def exit_status(findings: Sequence[Finding]) -> int:
    """1 when something does not work, else 0."""
    return int(any(finding.level is Level.FAIL for finding in findings))


def _attempt(check: Callable[[Config], Finding], config: Config) -> Finding:
    try:
        return check(config)
    except Exception as error:  # whatever it is, it is what the doctor was asked for
        name = check.__name__.replace("_", " ")
        return fail(f"The check of {name} ended with {type(error).__name__}: {error}", "Look at that first.")


def python_version(_: Config) -> Finding:
    found = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036  # somebody may have installed around the requirement
        return fail(f"This is Python {found}.", "Install Python 3.11 or newer and make .venv again.")
    return ok(f"Python {found}.")


def codecs(_: Config) -> Finding:
    """PyAV brings FFmpeg's libraries; a build of one's own may lack Opus."""
    import av

    if "libopus" not in av.codecs_available:
        return fail("PyAV has no libopus, so nothing can be rendered.", "Install PyAV's wheel from PyPI.")
    return ok(f"PyAV {av.__version__} encodes Opus.")


def data_folder(config: Config) -> Finding:
    """Every process writes below it."""
    probe = config.home / f".doctor-{uuid.uuid4().hex}"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return fail(
            f"The data folder {config.home} cannot be written ({error.strerror}).",
            f"Give it to the user that runs OnRecord: chown -R {os.geteuid()} {config.home}",
        )
    return ok(f"The data folder {config.home} can be written.")


def free_space(config: Config) -> Finding:
    return judge_space(shutil.disk_usage(config.home).free)


def judge_space(free: int) -> Finding:
    """Judge `free` bytes."""
    said = f"{free / _GIB:.1f} GiB are free for data."
    if free < _LEAST_SPACE:
        return fail(said, "Make room now: without it calls go on but are no longer recorded.")
    if free < _COMFORTABLE_SPACE:
        return warn(said, "Make room soon, or move the blob store (ONRECORD_BLOB_URL) elsewhere.")
    return ok(said)


def sync_latency(config: Config) -> Finding:
    """How long the disk takes to promise that something is stored."""
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
    """Judge the median time of one fdatasync."""
    said = f"The disk stores a block for good in {seconds * 1000:.1f} ms."
    if seconds > _SLOW_SYNC_S:
        return warn(said, "That is slow: put the data folder on a local disk, not on a network share.")
    return ok(said)


def secrets_file(config: Config) -> Finding:
    """Whoever reads it can open every recording."""
    path = config.home / "secrets.json"
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return fail(f"{path} can be read by others (mode {mode:o}).", f"chmod 600 {path}")
    return ok("The secrets can be read by their owner only. Keep a copy: no recording opens without them.")


def clock(config: Config) -> Finding:
    newest = max((path.stat().st_mtime for path in config.home.iterdir()), default=0.0)
    return judge_clock(datetime.now(UTC), datetime.fromtimestamp(newest, UTC))


def judge_clock(now: datetime, newest: datetime) -> Finding:
    """Judge the wall clock against the age of this version and of the newest file."""
    advice = "Set the clock and let NTP keep it: signatures and call times depend on it."
    if now < _PAST:
        return fail(f"The clock says {now:%Y-%m-%d}, which is in the past.", advice)
    if (newest - now).total_seconds() > 60:
        return fail(
            f"The data folder was written at {newest:%Y-%m-%d %H:%M}, which is in the future.", advice
        )
    return ok(f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def database(config: Config) -> Finding:
    """It opens, it is this version's, and readers do not wait for writers."""
    is_file = config.database_url.startswith("sqlite:")
    path = "/" + config.database_url.removeprefix("sqlite://").lstrip("/")
    if is_file and not Path(path).exists():
        return warn(
            "There is no database yet.", "Run `onrecord migrate`, or `onrecord serve`, which does so."
        )
    try:
        missing = _missing_migrations()
        mode = _journal_mode(path) if is_file else ""
    except Exception as error:  # Django's own errors, sqlite3's and the file system's
        if is_file:
            return fail(f"The database {path} cannot be read ({error}).", "Restore it from a backup.")
        return fail(
            f"The database server does not let us in ({error}).",
            "Start it, and compare ONRECORD_DATABASE_URL with its users and databases.",
        )
    if missing:
        return fail(f"The database lacks {missing} migrations of this version.", "Run `onrecord migrate`.")
    if is_file and mode != "wal":
        return fail(
            f"The database is in journal mode {mode}, so pages wait for every write.",
            "Stop OnRecord and run `onrecord migrate`; a network share cannot do better.",
        )
    return ok(f"The database is migrated and {'in WAL mode' if is_file else 'PostgreSQL answers'}.")


def _journal_mode(path: str) -> str:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


def _missing_migrations() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.settings")
    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    finally:
        connection.close()


def blob_store(config: Config) -> Finding:
    """Put a probe away, read it back and erase it."""
    from onrecord.blobs.store import BlobStore

    probe, content = uuid.uuid4().hex, os.urandom(1000)
    try:
        store = BlobStore(config.blob_url, config.secrets.master_key)
        store.begin(probe, os.urandom(32))
        store.put(probe, "peaks", content)
        same = store.get(probe, "peaks") == content
        store.erase(probe)
    except Exception as error:  # every store has errors of its own
        return fail(
            f"The blob store {config.blob_url} does not work ({error}).",
            "Check ONRECORD_BLOB_URL, its permissions and the credentials in the environment.",
        )
    if not same:
        return fail(
            f"The blob store {config.blob_url} returned other bytes than it was given.", "Replace it."
        )
    return ok(f"The blob store {config.blob_url} stores, returns and erases.")


def static_files(_: Config) -> Finding:
    from onrecord.assets import BUILT, SERVED

    if not (BUILT / "manifest.json").exists() or not any(SERVED.iterdir()):
        return fail("The pages' scripts and styles are not built.", "Run `make setup`, which builds them.")
    return ok("The pages' scripts and styles are built.")


def web_address(config: Config) -> Finding:
    return _address("web", config.web_address, "/sign-in", "ONRECORD_WEB", lambda body: b"OnRecord" in body)


def switch_address(config: Config) -> Finding:
    return _address("switch", config.switch_address, "/health", "ONRECORD_SWITCH", _is_switch)


def _is_switch(body: bytes) -> bool:
    try:
        return "calls" in json.loads(body)
    except (ValueError, TypeError):
        return False


def _address(name: str, address: str, path: str, variable: str, is_ours: Callable[[bytes], bool]) -> Finding:
    try:
        _, body = _get(address, path)
    except ConnectionRefusedError:
        return _free(name, address, variable)
    except (OSError, http.client.HTTPException) as error:
        body = str(error).encode()
    if is_ours(body):
        return ok(f"The {name} answers on {address}.")
    return fail(
        f"Something else than the {name} answers on {address}.",
        f"Stop it, or choose another address with {variable}.",
    )


def _free(name: str, address: str, variable: str) -> Finding:
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return fail(f"The {name} cannot listen on {address} ({error}).", f"Correct {variable}.")
    return warn(f"The {name} is not running; {address} is free.", "Start it with `onrecord serve`.")


def switch_secret(config: Config) -> Finding:
    """The web commands the switch with it."""
    try:
        status, _ = _get(
            config.switch_address, "/calls", {"Authorization": f"Bearer {config.secrets.switch_secret}"}
        )
    except (OSError, http.client.HTTPException):
        return warn("The switch could not be asked whether it knows the secret.", "Start it first.")
    if status != http.HTTPStatus.OK:
        return fail(
            f"The switch on {config.switch_address} does not take this installation's secret ({status}).",
            "Give every host the same secrets.json and restart the switch.",
        )
    return ok("The switch takes the secret.")


def _get(address: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=3)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def renderer_backlog(config: Config) -> Finding:
    """A journal that nobody writes any more should have become a recording within seconds."""
    waiting = _older_than(config.journals.glob("*.journal"), _STUCK_S)
    if waiting:
        return warn(
            f"{len(waiting)} journals wait for the renderer, the oldest for {_age(waiting)}.",
            "See in its log what the renderer says of them.",
        )
    return ok("No journal waits for the renderer.")


def undelivered_events(config: Config) -> Finding:
    """Events of the switch and the renderer wait on disk until the web has taken them."""
    spools = config.home / "spool"
    rejected = list(spools.glob("*/*/*.rejected"))
    if rejected:
        return warn(
            f"The web refused {len(rejected)} events for good.",
            f"Look at {rejected[0]} and at the web's log; the calls they belong to may show an old state.",
        )
    waiting = _older_than(spools.glob("*/*/*.event"), 60)
    if waiting:
        return warn(
            f"{len(waiting)} events have not reached the web, the oldest for {_age(waiting)}.",
            "Check that the web runs at ONRECORD_WEB and that both hosts have the same secrets.json.",
        )
    return ok("No event waits for the web.")


def _older_than(paths: Iterable[Path], seconds: float) -> list[float]:
    """Modification times of the files that are older than that, oldest first."""
    limit = time.time() - seconds
    return sorted(at for path in paths if (at := path.stat().st_mtime) < limit)


def _age(times: Sequence[float]) -> str:
    minutes = int((time.time() - times[0]) / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


CHECKS: tuple[Callable[[Config], Finding], ...] = (
    python_version,
    codecs,
    static_files,
    clock,
    data_folder,
    free_space,
    sync_latency,
    secrets_file,
    database,
    blob_store,
    web_address,
    switch_address,
    switch_secret,
    renderer_backlog,
    undelivered_events,
)
