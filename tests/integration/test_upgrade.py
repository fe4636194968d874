"""Installations of every released version become ones of today, and every recording in them is heard."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import av
import httpx
import psycopg
import pytest

from harness.installation import Installation
from harness.postgresql import postgresql
from harness.released import ADMINS, restore, versions
from harness.web import User

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT relname FROM pg_stat_user_tables",
}
#: Table, name, type and whether it may be empty.
COLUMNS = {
    "sqlite": """
        SELECT tables.name, columns.name, columns.type, columns."notnull"
        FROM sqlite_master AS tables, pragma_table_xinfo(tables.name) AS columns WHERE tables.type = 'table'
    """,
    "postgresql": """
        SELECT table_name, column_name, data_type, is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
}
#: Rows that come and go by themselves.
PASSING = ("django_", "auth_permission", "axes_", "sqlite_", "people_search")


@pytest.fixture(params=versions())
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def installation(version: str, kind: str, tmp_path: Path) -> Iterator[Installation]:
    """As that version left it."""
    with postgresql() if kind == "postgresql" else nullcontext() as url:
        restore(version, tmp_path / "home", url)
        old = Installation(tmp_path / "home", database=url)
        yield old
        old.stop()


def ask(installation: Installation, *queries: str) -> list[list[Any]]:
    """Rows of each query."""
    url = installation.environ.get("ONRECORD_DATABASE_URL")
    opened = psycopg.connect(url) if url else closing(sqlite3.connect(installation.home / "db.sqlite3"))
    with opened as database:
        return [database.execute(query).fetchall() for query in queries]


def rows(installation: Installation, kind: str) -> dict[str, int]:
    """How many each table has."""
    [tables] = ask(installation, TABLES[kind])
    names = [name for (name,) in tables if not name.startswith(PASSING)]
    counts = ask(installation, *(f"SELECT count(*) FROM {name}" for name in names))
    return {name: count for name, [(count,)] in zip(names, counts, strict=True)}


def migrate(installation: Installation) -> None:
    migrated = installation.command("migrate")
    assert migrated.returncode == 0, migrated.stderr


def test_an_upgraded_database_has_the_columns_of_a_new_one(
    installation: Installation, kind: str, tmp_path: Path
) -> None:
    migrate(installation)
    with postgresql() if kind == "postgresql" else nullcontext() as url:
        new = Installation(tmp_path / "new", database=url)
        migrate(new)
        [expected] = ask(new, COLUMNS[kind])
    [upgraded] = ask(installation, COLUMNS[kind])
    assert sorted(upgraded) == sorted(expected)


def test_an_upgrade_keeps_every_row_and_every_recording_can_be_heard(
    installation: Installation, kind: str
) -> None:
    before = rows(installation, kind)
    assert min(before[table] for table in ("calls_call", "calls_recording", "people_person")) > 0
    migrate(installation)
    after = rows(installation, kind)
    assert {table: after.get(table) for table in before} == before
    installation.start()
    stored = [folder.name for folder in (installation.home / "blobs/recordings").iterdir()]
    assert len(stored) > len(ADMINS)
    heard = {call_id for admin in ADMINS for call_id in heard_by(User(installation, admin), stored)}
    assert heard == set(stored)


def heard_by(user: User, call_ids: list[str]) -> Iterator[str]:
    """Those of which the user gets the sound, all of it decoded."""
    for call_id in call_ids:
        answer = user.get(f"/recordings/{call_id}/audio")
        if answer.status_code != httpx.codes.NOT_FOUND:
            assert answer.status_code == httpx.codes.OK, answer.text
            with av.open(io.BytesIO(answer.content)) as sound:
                assert sum(frame.samples for frame in sound.decode(audio=0)) > 0
            yield call_id
    user.close()
