"""How a process learns of new call events, whichever process wrote them."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing

import psycopg
from django.db import connection

log = logging.getLogger(__name__)

#: Seconds between looks. A look takes microseconds: it reads a counter that all connections share.
_PERIOD = 0.05

#: Where the trigger of the events' table (a migration of `calls`) notifies.
CHANNEL = "call_events"
#: Seconds until a lost connection to PostgreSQL is sought again.
_PAUSE = 1.0


async def changes() -> AsyncGenerator[None, None]:
    """Yield once at the start, then after each commit of events (several close together may give one)."""
    waking = _notified() if connection.vendor == "postgresql" else _committed()
    async with aclosing(waking) as wakes:
        async for _ in wakes:
            yield


async def _committed() -> AsyncGenerator[None, None]:
    """SQLite: `PRAGMA data_version` changes when another connection has committed, whatever that was."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as observer:
        seen = None
        while True:
            version = observer.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                yield
            await asyncio.sleep(_PERIOD)


async def _notified() -> AsyncGenerator[None, None]:
    """PostgreSQL: LISTEN, over a connection of its own. What happened while it was lost is said after it."""
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
            log.warning("The connection that listens for events is lost: %s", error)
        await asyncio.sleep(_PAUSE)
