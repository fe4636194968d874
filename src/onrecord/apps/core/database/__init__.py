"""Which database an installation has: Django's settings for its URL."""

from typing import Any

#: Django's engine of ours.
POSTGRESQL = "onrecord.apps.core.database.postgresql"

#: A page's queries are many and short: to start further processes for one takes longer than to answer it.
#: What it looks up lies in memory or on a solid-state disk, where to go to a place costs little more than to
#: read on (www.postgresql.org/docs/current/runtime-config-query.html, random_page_cost).
_PLANNED_FOR_PAGES = "-c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"

#: Seconds that a writer waits for its turn.
_PATIENCE = 10


def settings_for(url: str) -> dict[str, Any]:
    """An entry of DATABASES for `ONRECORD_DATABASE_URL`. Raises ValueError for any other."""
    scheme, _, path = url.partition("://")
    if scheme == "sqlite" and path.startswith("/"):
        return _sqlite(path)
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    # The URL may hold a password: what is said names only how it begins.
    raise ValueError(
        f"ONRECORD_DATABASE_URL begins with {scheme!r}. Write sqlite:///absolute/path/of/the/file or "
        "postgresql://user:password@host/database."
    )


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A transaction that first reads and then writes cannot wait for its turn (SQLITE_BUSY); one
            # that begins IMMEDIATE waits up to the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": _PATIENCE,
            # synchronous stays FULL: once an event is acknowledged, only we have it.
            # What is deleted is overwritten, and with it the words of its index (`apps.core.written`).
            "init_command": ("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    """Whatever libpq reads in a URL: `?sslmode=verify-full`, `?host=/folder/of/the/socket`."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        said = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise ValueError(
            "ONRECORD_DATABASE_URL is not a PostgreSQL URL. Write postgresql://user:password@host/database, "
            "with special characters of the password as %XX."
        ) from error
    if not said.get("dbname"):
        raise ValueError(
            "ONRECORD_DATABASE_URL names no database. Write postgresql://user:password@host/database."
        )
    return {
        "ENGINE": POSTGRESQL,
        "NAME": said.pop("dbname"),
        "USER": said.pop("user", ""),
        "PASSWORD": said.pop("password", ""),
        "HOST": said.pop("host", ""),
        "PORT": said.pop("port", ""),
        "OPTIONS": {"options": f"-c lock_timeout={_PATIENCE}s {_PLANNED_FOR_PAGES}", **said},
    }
