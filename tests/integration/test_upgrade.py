"""Installations of every released version become ones of today, and every recording in them is heard."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import av
import httpx
import psycopg
import pytest

from harness.installation import Installation
from harness.postgresql import postgresql
from harness.released import ADMINS, restore, versions
from harness.web import User

#: All tables of ours, and how many rows each has.
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT relname FROM pg_stat_user_tables",
}
#: Rows that come and go by themselves.
PASSING = ("django_", "auth_permission", "axes_", "sqlite_", "people_search")


@pytest.fixture(params=versions())
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, version: str, tmp_path: Path) -> Iterator[Installation]:
    """As that version left it."""
    with postgresql() if request.param == "postgresql" else nullcontext() as url:
        restore(version, tmp_path / "home", url)
        old = Installation(tmp_path / "home", database=url)
        yield old
        old.stop()


def rows(installation: Installation) -> dict[str, int]:
    """How many each table has."""
    url = installation.environ.get("ONRECORD_DATABASE_URL")
    opened = psycopg.connect(url) if url else closing(sqlite3.connect(installation.home / "db.sqlite3"))
    with opened as database:
        names = [name for (name,) in database.execute(TABLES["postgresql" if url else "sqlite"])]
        kept = [name for name in names if not name.startswith(PASSING)]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in kept}


def test_an_upgrade_keeps_every_row_and_every_recording_can_be_heard(installation: Installation) -> None:
    before = rows(installation)
    assert min(before[table] for table in ("calls_call", "calls_recording", "people_person")) > 0
    migrated = installation.command("migrate")
    assert migrated.returncode == 0, migrated.stderr
    after = rows(installation)
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
