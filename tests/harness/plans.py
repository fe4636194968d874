"""How SQLite would carry out the queries of a list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

#: SQLite has to be led to each index. What PostgreSQL takes depends on what it counts.
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's plans by name")

#: Tables that grow with the calls.
GROWING = ("calls_recording", "recordings_comment", "calls_call", "calls_notesword", "people_")


def plans(read: Callable[[], Any]) -> list[str]:
    """The plan of every query of the tables that grow, a line for each look into a table or an index."""
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
    """Lines that read a table or a whole index. The trigrams' own index is none, nor what a search found."""
    none = ("VIRTUAL TABLE INDEX", "CONSTANT ROW", "SCAN subquery", "SCAN (subquery")
    return [line for line in lines if line.startswith("SCAN") and not any(words in line for words in none)]


def count_as_many() -> None:
    """Tell the planner that there are 5,000 times the rows that there are."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT rowid, stat FROM sqlite_stat1 WHERE tbl NOT LIKE 'accounts%'")
        for row, stat in cursor.fetchall():
            # How many rows there are, and how many there are for a value of the first columns.
            counts = [int(word) for word in stat.split()]
            many = " ".join(str(count * 5000 if count > 1 else 1) for count in counts)
            cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE rowid = %s", [many, row])
        cursor.execute("ANALYZE sqlite_schema")
