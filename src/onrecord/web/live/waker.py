"""How a process learns about new call events, whichever process wrote them."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing

import psycopg
from django.db import connection

log = logging.getLogger(__name__)

#: Seconds between checks. A check takes microseconds: it reads a counter that all connections share.
_PERIOD = 0.05

#: Channel that the trigger on the table of events notifies (a migration of `calls`).
CHANNEL = "call_events"
#: Seconds before trying to reconnect to PostgreSQL.
_PAUSE = 1.0


async def changes() -> AsyncGenerator[None, None]:
    """Yield once at the start, then after commits of events. Commits close together may yield only once."""
    waking = _notified() if connection.vendor == "postgresql" else _committed()
    async with aclosing(waking) as wakes:
        async for _ in wakes:
            yield


async def _committed() -> AsyncGenerator[None, None]:
    """SQLite: `PRAGMA data_version` changes whenever another connection commits anything."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as observer:
        seen = None
        while True:
            version = observer.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                yield
            await asyncio.sleep(_PERIOD)


async def _notified() -> AsyncGenerator[None, None]:
    """PostgreSQL: LISTEN on its own connection. After a reconnect it yields, in case it missed something."""
    place = connection.settings_dict
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                dbname=place["NAME"],
                user=place["USER"],
                password=place["PASSWORD"],
                host=place["HOST"],
                port=place["PORT"] or None,
                autocommit=True,
                **{name: value for name, value in place["OPTIONS"].items() if name != "pool"},
            ) as listener:
                await listener.execute(f"LISTEN {CHANNEL}")
                yield
                async for _ in listener.notifies():
                    yield
        except psycopg.OperationalError as error:
            log.warning("Lost the connection that listens for events: %s", error)
        await asyncio.sleep(_PAUSE)
