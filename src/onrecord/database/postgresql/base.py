"""Transactions take turns, as they do in SQLite."""

from contextlib import suppress

from django.db.backends.postgresql import base

#: Key of the advisory lock: the turn to write. The migration of the events' trigger names it too.
TURN = 0x0C2EC02D


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction first waits for its turn and keeps it until it is committed.

    So what an action reads stays true until its changes stand, and events are committed in the order of their
    numbers. What is done without a transaction, such as reading a page, waits for nobody.
    """

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            return
        try:
            with self.wrap_database_errors:
                self.connection.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        except Exception:
            # Django takes the transaction for not begun. Of a lost connection there is nothing to roll back.
            with suppress(self.Database.Error):
                self.connection.rollback()
                super()._set_autocommit(True)  # type: ignore[misc]
            raise
