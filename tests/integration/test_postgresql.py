"""The same product on PostgreSQL: a server of the test's own, and what of the tests is about the database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.installation import Installation, eventually
from harness.postgresql import postgresql
from harness.web import User

UNIT = Path(__file__).parent.parent / "unit"
#: Folders whose tests are about what the database does.
FOLDERS = (
    "web",
    "apps/people",
    "apps/recordings",
    "apps/reports",
    "apps/calls",
    "apps/dispositions",
    "apps/coaching",
    "apps/sharing",
    "apps/integrations",
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql() as url:
        yield url


def test_what_is_true_of_lists_reports_and_live_events_on_sqlite_is_true_on_postgresql(url: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    outcome = subprocess.run(
        [*command, *(str(UNIT / folder) for folder in FOLDERS)],
        env={**inherited, "ONRECORD_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout[-20_000:] + outcome.stderr


def test_no_list_query_reads_a_table_or_an_index_from_end_to_end(tmp_path: Path) -> None:
    root = UNIT.parent.parent
    with postgresql() as empty:
        said = subprocess.run(
            [sys.executable, "-m", "harness.list_plans"],
            cwd=root,
            env={
                **os.environ,
                "PYTHONPATH": f"{root / 'tests'}{os.pathsep}{root}",
                "DJANGO_SETTINGS_MODULE": "onrecord.web.settings",
                "ONRECORD_HOME": str(tmp_path),
                "ONRECORD_DATABASE_URL": empty,
            },
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    assert json.loads(said.stdout) == []


def test_an_installation_runs_on_it_with_a_worker_and_live_events(url: str, tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    installation.environ["ONRECORD_DATABASE_URL"] = url
    try:
        installation.start("--demo")
        doctor = eventually(lambda: _examined(installation), "all is in order")
        assert "PostgreSQL" in doctor
        user = User(installation, "ana")
        try:
            assert "Recordings" in user.get("/recordings").text
        finally:
            user.close()
        # Started again while others hold connections, each finds its own.
        installation.kill("web")
        installation.kill("worker")
    finally:
        status = installation.stop()
    assert status == 0
    assert "Traceback" not in installation.said()


def _examined(installation: Installation) -> str:
    outcome = installation.command("doctor")
    return outcome.stdout if outcome.returncode == 0 else ""
