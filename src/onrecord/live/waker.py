"""How a process learns that the database changed, whichever process changed it."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing

from django.db import connection

#: Seconds between looks. A look takes microseconds: it reads a counter that all connections share.
_PERIOD = 0.05


async def changes() -> AsyncGenerator[None, None]:
    """Yield once at the start, then after each commit (several close together may give one).

    SQLite only, like this version as a whole: `PRAGMA data_version` changes when another connection has
    committed. On PostgreSQL this function would LISTEN instead; nothing else would change.
    """
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as observer:
        seen = None
        while True:
            version = observer.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                yield
            await asyncio.sleep(_PERIOD)
