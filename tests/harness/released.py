"""Installations of released versions, each kept with all of its data.

`python -m harness.released`, run in tests/, saves one of the current version: the demo team with rendered
recordings, plus one of everything. Run it once, before a release; the result never changes.
"""

import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from contextlib import closing
from pathlib import Path

from harness.installation import Installation, prepare
from harness.postgresql import postgresql, program
from onrecord.ops.demo import PASSWORD

TESTS = Path(__file__).parent.parent
KEPT = TESTS / "fixtures/installations"
#: The data folder: the SQLite database, the sealed recordings, and the secrets that open them.
_HOME = "home.tar.gz"
#: The same rows, as a pg_dump file.
_ROWS = "postgresql.sql.gz"
#: Another team's admin has one of everything; the demo's admin sees the demo's data.
ADMINS = ("ida", "olga")


def versions() -> list[str]:
    return sorted(path.name for path in KEPT.iterdir())


def restore(version: str, home: Path, database: str | None) -> None:
    """Restore the data folder of a version. With a URL, the rows go there instead of into the folder."""
    with tarfile.open(KEPT / version / _HOME) as archive:
        archive.extractall(home, filter="data")
    if database:
        (home / "db.sqlite3").unlink()
        rows = subprocess.run(["gzip", "-dc", KEPT / version / _ROWS], check=True, stdout=subprocess.PIPE)
        subprocess.run(
            [program("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", database],
            check=True, input=rows.stdout, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def main() -> None:
    version = tomllib.loads((TESTS.parent / "pyproject.toml").read_text())["project"]["version"]
    folder = KEPT / version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        installation = prepare(home)
        _run(installation, "-c", "from harness.released import fill; fill()")
        rows = Path(scratch) / "rows.json"
        _run(
            installation, "-m", "django", "dumpdata", "--natural-foreign", "--output", str(rows),
            "--exclude", "contenttypes", "--exclude", "auth.permission", "--exclude", "sessions",
            "--exclude", "django_q", "--exclude", "axes",
        )  # fmt: skip
        with closing(sqlite3.connect(home / "db.sqlite3")) as database:
            database.execute("VACUUM")
        with tarfile.open(folder / _HOME, "w:gz") as archive:
            for name in ("secrets.json", "db.sqlite3", "blobs"):
                archive.add(home / name, name)
        with postgresql() as url:
            other = Installation(Path(scratch) / "other", database=url)
            _run(other, "-m", "onrecord", "migrate")
            _run(other, "-m", "django", "loaddata", str(rows))
            with (folder / _ROWS).open("wb") as file:
                dump = [program("pg_dump"), "--no-owner", "--compress", "9", url]
                subprocess.run(dump, check=True, stdout=file)


def fill() -> None:
    """Make one of everything in a separate team, and a row in tables that no page shows on their own."""
    import django

    django.setup()
    from factories import UserFactory
    from harness.everything import make_everything
    from onrecord.apps.governance.actions import add_announcement
    from onrecord.apps.integrations.dialers.models import Connection, DialerUser

    olga = UserFactory(name="Olga", email="olga@demo.example", permission_set="Admin", password=PASSWORD)
    made = make_everything(olga)
    connection = Connection.objects.get(key=made["<str:key>"])
    DialerUser.objects.create(connection=connection, provider_user_id="8", user=olga)
    add_announcement("Our notice", bytes(8000), acting_user=olga)


def _run(installation: Installation, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, *arguments],
        cwd=TESTS,
        env=installation.environ | {"DJANGO_SETTINGS_MODULE": "onrecord.web.settings"},
        check=True,
    )


if __name__ == "__main__":
    main()
