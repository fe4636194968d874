"""How SQLite would execute the queries of a list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

#: SQLite uses an index only if the query is written for it. PostgreSQL's choice depends on its statistics.
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's plans by name")

#: Tables that grow with the calls.
GROWING = ("calls_recording", "recordings_comment", "calls_call", "calls_notesword", "people_")


def plans(read: Callable[[], Any]) -> list[str]:
    """The plan of every query on growing tables, one line per access to a table or an index."""
    with CaptureQueriesContext(connection) as queries:
        read()
    asked = [query["sql"] for query in queries if any(table in query["sql"] for table in GROWING)]
    assert asked, "nothing was read"
    lines = []
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            lines += [str(row[3]) for row in cursor.fetchall()]
    return lines


def scans(lines: list[str]) -> list[str]:
    """Lines that scan a table or a whole index, except the trigram index and the rows that a search found."""
    none = ("VIRTUAL TABLE INDEX", "CONSTANT ROW", "SCAN subquery", "SCAN (subquery")
    return [line for line in lines if line.startswith("SCAN") and not any(words in line for words in none)]


def count_as_many() -> None:
    """Make the planner believe that there are 5,000 times as many rows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT rowid, stat FROM sqlite_stat1 WHERE tbl NOT LIKE 'accounts%'")
        for row, stat in cursor.fetchall():
            # The number of rows, and of rows per value of the first columns.
            counts = [int(word) for word in stat.split()]
            many = " ".join(str(count * 5000 if count > 1 else 1) for count in counts)
            cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE rowid = %s", [many, row])
        cursor.execute("ANALYZE sqlite_schema")
