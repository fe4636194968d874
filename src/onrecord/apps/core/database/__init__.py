"""Django's database settings for the installation's database URL."""

from typing import Any

#: Our own Django database engine.
POSTGRESQL = "onrecord.apps.core.database.postgresql"

#: A page runs many short queries: starting parallel workers takes longer than answering one. The data is in
#: memory or on an SSD, where a random read costs little more than a sequential one
#: (www.postgresql.org/docs/current/runtime-config-query.html, random_page_cost).
_PLANNED_FOR_PAGES = "-c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"

#: Seconds that a writer waits for its turn.
_PATIENCE = 10


def settings_for(url: str) -> dict[str, Any]:
    """An entry of DATABASES for `ONRECORD_DATABASE_URL`. Raises ValueError for an unknown kind of URL."""
    scheme, _, path = url.partition("://")
    if scheme == "sqlite" and path.startswith("/"):
        return _sqlite(path)
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    # The URL may contain a password, so the message quotes only the scheme.
    raise ValueError(
        f"ONRECORD_DATABASE_URL begins with {scheme!r}. Write sqlite:///absolute/path/of/the/file or "
        "postgresql://user:password@host/database."
    )


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A transaction that reads before it writes fails at once if another one writes (SQLITE_BUSY).
            # One that begins with IMMEDIATE waits up to the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": _PATIENCE,
            # synchronous stays FULL: after an event is acknowledged, only this database has it.
            # secure_delete overwrites what is deleted, including words in indexes (`apps.core.written`).
            "init_command": ("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    """Accepts any URL that libpq accepts: `?sslmode=verify-full`, `?host=/folder/of/the/socket`."""
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
            "ONRECORD_DATABASE_URL does not name a database. Write postgresql://user:password@host/database."
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
