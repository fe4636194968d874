"""Transactions run one at a time, as in SQLite. Times outside Python's calendar can be read."""

from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.db.backends.postgresql import base
from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

#: Key of the advisory lock that a writer holds. The migration of the events trigger uses it too.
TURN = 0x0C2EC02D

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class _Loader(TimestamptzLoader):
    """Reads a time before year 1 or after year 9999 as the first or last one that Python can represent.

    We never write such a time, but a row that has one must not break the lists that show it.
    """

    timezone: tzinfo | None = None

    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data).replace(tzinfo=self.timezone)
        except DataError:
            text = bytes(data)
            is_early = text.startswith(b"-") or text.endswith(b"BC")
            return (_FIRST if is_early else _LAST).replace(tzinfo=self.timezone)


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction waits for its turn and keeps it until it is committed.

    So what an action has read stays true until its changes are committed, and events are committed in the
    order of their numbers. Anything done without a transaction, such as reading a page, does not wait.
    """

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        zone = self.timezone

        class Loader(_Loader):
            timezone = zone

        params["context"] = AdaptersMap(params["context"])
        params["context"].register_loader("timestamptz", Loader)
        return params

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            return
        try:
            with self.wrap_database_errors:
                self.connection.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        except Exception:
            # Django thinks the transaction never began. A lost connection has nothing to roll back.
            with suppress(self.Database.Error):
                self.connection.rollback()
                super()._set_autocommit(True)  # type: ignore[misc]
            raise
