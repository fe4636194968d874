"""The command line as a person meets it: what they can put right is said in one sentence."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from onrecord.config import Config, split_address


def onrecord(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    # The tests' own Django settings are not those of a command.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-m", "onrecord", *arguments],
        env={**inherited, "ONRECORD_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value", "command"),
    [
        ("ONRECORD_LOG", "loud", "doctor"),
        ("ONRECORD_WEB", "8000", "web"),
        ("ONRECORD_SWITCH", "localhost", "switch"),
        ("ONRECORD_DATABASE_URL", "mysql://db/onrecord", "migrate"),
        ("ONRECORD_DATABASE_URL", "postgresql://db.example", "migrate"),
        ("ONRECORD_DATABASE_URL", "postgresql://ana:100%@db.example/onrecord", "migrate"),
    ],
)
def test_a_variable_that_cannot_be_understood_is_named_in_one_sentence(
    tmp_path: Path, variable: str, value: str, command: str
) -> None:
    outcome = onrecord(tmp_path / "home", command, **{variable: value})

    assert outcome.returncode == 2
    assert outcome.stderr.startswith(f"onrecord: {variable}")
    assert len(outcome.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "out", "says"),
    [("render", "out.ogg", "cannot be rendered"), ("capture-pcap", "out.journal", "cannot be read as pcap")],
)
def test_a_file_of_another_kind_is_refused_in_one_sentence_and_leaves_nothing(
    tmp_path: Path, command: str, out: str, says: str
) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam,")
    outcome = onrecord(tmp_path / "home", command, str(tmp_path / "letter.txt"), str(tmp_path / out))

    assert outcome.returncode == 2
    assert says in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
    assert not (tmp_path / out).exists()


def test_the_list_of_commands_is_not_cut_short_on_a_narrow_terminal(tmp_path: Path) -> None:
    _, commands = onrecord(tmp_path / "home", "--help", COLUMNS="80").stdout.split("Commands:")

    assert "..." not in commands


@pytest.mark.parametrize(
    "address", ["", "8000", ":8000", "localhost", "localhost:", "a:0", "a:65536", "a:-1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        split_address(address)


def test_an_address_is_a_host_and_a_port() -> None:
    assert split_address("127.0.0.1:8000") == ("127.0.0.1", 8000)
    assert split_address("[::1]:8000") == ("::1", 8000)


def test_the_public_url_is_that_of_the_web_unless_a_proxy_has_another(tmp_path: Path) -> None:
    home = {"ONRECORD_HOME": str(tmp_path / "home"), "ONRECORD_WEB": "127.0.0.1:8123"}

    assert Config.load(home).public_url == "http://127.0.0.1:8123"
    assert Config.load({**home, "ONRECORD_PUBLIC_URL": "https://calls.example/"}).public_url == (
        "https://calls.example"
    )


def with_migrations(home: Path, *applied: str) -> Path:
    """A database that has had these migrations."""
    home.mkdir()
    path = home / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app, name, applied)")
        database.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-11-30 00:00:00')",
            [migration.split(".") for migration in applied],
        )
    return path


def content(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


@pytest.mark.parametrize(("command", "status"), [("migrate", 2), ("serve", 1), ("doctor", 1)])
@pytest.mark.parametrize(
    ("applied", "says"),
    [
        (
            "calls.0002_inputs",
            ["created by OnRecord 0.1, which this version cannot upgrade.", "Nothing is lost"],
        ),
        ("people.9999_of_2050", ["has the migration people.9999_of_2050.", "Run that version"]),
    ],
)
def test_a_database_of_a_version_that_cannot_be_upgraded_is_refused_and_left_alone(
    tmp_path: Path, command: str, status: int, applied: str, says: list[str]
) -> None:
    database = with_migrations(tmp_path / "home", "auth.0001_initial", "calls.0001_initial", applied)
    before = content(database)
    outcome = onrecord(tmp_path / "home", command, ONRECORD_WEB="127.0.0.1:1", ONRECORD_SWITCH="127.0.0.1:2")
    said = outcome.stdout + outcome.stderr

    assert outcome.returncode == status
    assert all(part in said for part in says)
    assert "Traceback" not in said
    assert content(database) == before
