"""The database and the blob store."""

import contextlib
import os
import sqlite3
import uuid
from pathlib import Path

from onrecord.config import Config
from onrecord.ops import schema
from onrecord.ops.doctor.finding import Finding, Level, fail, ok, warn


def database(config: Config) -> Finding:
    """The database opens, has this version's schema, and lets readers and writers work at the same time."""
    path = config.database_file
    if path and not path.exists():
        return warn(
            "There is no database yet.", "Run `onrecord migrate` or `onrecord serve`, which also creates it."
        )
    try:
        set_up_django()
        schema.refuse_other_versions()
        missing = schema.missing_migrations()
        mode = _journal_mode(path) if path else ""
    except schema.OtherVersionError as error:
        return fail(error.sentence, error.advice)
    except Exception as error:  # from Django, sqlite3, or the file system
        return _unreadable(path, error)
    if missing:
        return fail(f"The database lacks {missing} migrations of this version.", "Run `onrecord migrate`.")
    if path and mode != "wal":
        return fail(
            f"The database is in journal mode {mode}, so pages wait for every write.",
            "Stop OnRecord and run `onrecord migrate`. On a network share, this cannot be improved.",
        )
    return ok(f"The database is migrated and {'in WAL mode' if path else 'PostgreSQL answers'}.")


def _unreadable(path: Path | None, error: Exception) -> Finding:
    if path:
        return fail(f"The database {path} cannot be read ({error}).", "Restore it from a backup.")
    return fail(
        f"The database server rejected our credentials or did not answer ({error}).",
        "Start it, and check ONRECORD_DATABASE_URL against its users and databases.",
    )


def _journal_mode(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


def set_up_django() -> None:
    """For checks that use the database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.web.settings")
    django.setup()


def blob_store(config: Config) -> Finding:
    """Store a probe, read it back, and erase it."""
    from onrecord.storage.store import BlobStore

    probe, content = uuid.uuid4().hex, os.urandom(1000)
    try:
        store = BlobStore(config.blob_url, config.secrets.master_key)
        store.begin(probe, os.urandom(32))
        store.put(probe, "peaks", content)
        same = store.get(probe, "peaks") == content
        store.erase(probe)
    except Exception as error:  # each kind of store has its own errors
        return fail(
            f"The blob store {config.blob_url} does not work ({error}).",
            "Check ONRECORD_BLOB_URL, its permissions and the credentials in the environment.",
        )
    if not same:
        return fail(f"The blob store {config.blob_url} did not return the bytes it was given.", "Replace it.")
    return ok(f"The blob store {config.blob_url} stores, returns, and erases.")


def stored_recordings(config: Config) -> Finding:
    """Check the recordings that were checked longest ago, as the worker does every minute."""
    if database(config).level is not Level.OK:
        return warn("Recordings were not checked, because the database cannot be used.", "Fix that first.")
    from onrecord.apps.calls.models import Recording
    from onrecord.apps.recordings.upkeep import examine_stored

    examine_stored()
    faulty = Recording.objects.exclude(fault="").order_by("-called_at")
    if count := faulty.count():
        newest = faulty[0]
        return fail(
            f"{count} recordings have a fault; the newest is of call {newest.pk} ({newest.fault}).",
            f"Run `onrecord verify {newest.pk}` to see what is wrong. "
            f"Restore `recordings/{newest.pk}` from a backup of the blob store.",
        )
    return ok("All recordings that were checked match the database.")
