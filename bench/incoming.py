"""Checks that no request gets a 5xx response: runs the tests for this with many more requests."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row
from harness.postgresql import postgresql

#: This many for the pages, for deliveries, and for the API in total.
REQUESTS = 5000
_TESTS = Path(__file__).parent.parent / "tests" / "unit" / "incoming"


def rows() -> Iterator[Row]:
    yield _row("SQLite", {})
    with postgresql() as url:
        yield _row("PostgreSQL", {"ONRECORD_DATABASE_URL": url})


def _row(database: str, environ: dict[str, str]) -> Row:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         _TESTS / "test_hostile_requests.py", _TESTS / "test_openapi.py"],
        env={**inherited, **environ, "ONRECORD_TEST_EXAMPLES": str(REQUESTS)},
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if outcome.returncode:
        print(outcome.stdout[-10_000:], file=sys.stderr)
    return Row(
        name=f"hostile requests on {database}, 3 x {REQUESTS:,}",
        value="one answers 5xx" if outcome.returncode else "none answers 5xx",
        target="none",
        met=outcome.returncode == 0,
    )
