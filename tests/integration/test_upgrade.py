"""A database of an earlier release becomes one of today, with everything that was in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.postgresql import postgresql

TESTS = Path(__file__).parent.parent


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/db.sqlite3"
    else:
        with postgresql() as url:
            yield url


def test_an_upgrade_keeps_every_row_of_every_table(url: str, tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "harness.upgrade"],
        env=os.environ
        | {
            "ONRECORD_HOME": str(tmp_path / "home"),
            "ONRECORD_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "onrecord.web.settings",
        },
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    upgraded = json.loads(outcome.stdout.splitlines()[-1])
    assert upgraded["changed"] == []
    assert {"calls_call", "recordings_recording", "people_person", "dialers_importedcall"} <= set(
        upgraded["filled"]
    )
