"""Real installations, broken in one way each."""

import json
import os
import re
import socketserver
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from onrecord.config import Config
from onrecord.media.outbox.spool import Spool
from onrecord.ops import doctor
from onrecord.ops.doctor import backlog, data, processes, program, stores
from onrecord.ops.doctor.finding import Finding, Level

GIB = 1 << 30


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation that was never started, on ports that nobody uses."""
    return Config.load(
        {
            "ONRECORD_HOME": str(tmp_path / "home"),
            "ONRECORD_WEB": f"127.0.0.1:{free_port()}",
            "ONRECORD_SWITCH": f"127.0.0.1:{free_port()}",
        }
    )


def free_port() -> int:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        return int(server.server_address[1])


@contextmanager
def answering(status: int, body: bytes, *, off: float = 0) -> Iterator[str]:
    """Some HTTP server that answers everything alike, its clock `off` by seconds; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((timestamp or time.time()) + off)

        def do_GET(self) -> None:  # http.server's name
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def old(path: Path, minutes: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    at = (datetime.now(UTC) - timedelta(minutes=minutes)).timestamp()
    os.utime(path, (at, at))


def test_a_new_data_folder_has_no_fault(config: Config) -> None:
    checks = (data.data_folder, data.sync_latency, data.secrets_file, stores.blob_store, program.codecs)

    assert [check(config).level for check in checks] == [Level.OK] * 5
    assert sorted(path.name for path in config.home.iterdir()) == ["blobs", "secrets.json"]
    assert not list((config.home / "blobs").rglob("*/*/*")), "the probe was erased"


def test_a_data_folder_that_cannot_be_written_is_a_fault(config: Config) -> None:
    finding = data.data_folder(replace(config, home=Path("/proc")))

    assert finding.level is Level.FAIL
    assert "chown" in finding.advice


def test_secrets_that_others_can_read_are_a_fault(config: Config) -> None:
    (config.home / "secrets.json").chmod(0o640)
    finding = data.secrets_file(config)

    assert finding.level is Level.FAIL
    assert "mode 640" in finding.sentence
    assert finding.advice == f"chmod 600 {config.home / 'secrets.json'}"


def test_stored_files_that_others_have_rights_to_are_a_fault_wherever_they_are(
    config: Config, tmp_path: Path
) -> None:
    assert data.private_files(config).level is Level.OK

    config.spool("switch").mkdir(mode=0o750, parents=True)
    config.spool("switch").parent.chmod(0o700)
    finding = data.private_files(config)
    assert finding.level is Level.FAIL
    assert f"1 stored files and folders, such as {config.spool('switch')} (mode 750)" in finding.sentence
    assert subprocess.run(finding.advice, shell=True, check=True).returncode == 0
    assert data.private_files(config).level is Level.OK

    elsewhere = tmp_path / "another place"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "team.db-wal").touch(mode=0o644)
    finding = data.private_files(replace(config, database_url=f"sqlite://{elsewhere}/team.db"))
    assert "team.db-wal (mode 644)" in finding.sentence
    assert f"'{elsewhere}/team.db-wal'" in finding.advice


def test_a_data_folder_that_was_open_to_others_is_closed_by_the_next_command(config: Config) -> None:
    config.home.chmod(0o755)
    examined(config)
    assert stat.S_IMODE(config.home.stat().st_mode) == 0o700


@pytest.mark.parametrize(("free", "level"), [(6 * GIB, "ok"), (4 * GIB, "warn"), (GIB // 4, "fail")])
def test_space_is_judged_before_it_runs_out(free: int, level: str) -> None:
    assert data.judge_space(free).level == level


@pytest.mark.parametrize(("seconds", "level"), [(0.004, "ok"), (0.3, "warn")])
def test_a_slow_disk_is_named(seconds: float, level: str) -> None:
    assert data.judge_sync(seconds).level == level


@pytest.mark.parametrize(
    ("now", "newest", "level"),
    [
        (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC), "ok"),
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), "fail"),
        (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC), "fail"),
    ],
)
def test_a_wrong_clock_is_seen(now: datetime, newest: datetime, level: str) -> None:
    assert program.judge_clock(now, newest).level == level


def test_a_blob_store_below_a_plain_file_is_a_fault(config: Config) -> None:
    (config.home / "plain").write_text("")
    finding = stores.blob_store(replace(config, blob_url=(config.home / "plain" / "blobs").as_uri()))

    assert finding.level is Level.FAIL
    assert "ONRECORD_BLOB_URL" in finding.advice


def test_addresses_that_nobody_uses_are_free(config: Config) -> None:
    for finding in (processes.web_address(config), processes.switch_address(config)):
        assert finding.level is Level.WARN
        assert "is free" in finding.sentence


def test_another_program_on_our_address_is_a_fault(config: Config) -> None:
    with answering(200, b"<title>Somebody else's wiki</title>") as address:
        taken = replace(config, web_address=address, switch_address=address)
        findings = [processes.web_address(taken), processes.switch_address(taken)]

    assert [finding.level for finding in findings] == [Level.FAIL] * 2
    assert "ONRECORD_WEB" in findings[0].advice
    assert "ONRECORD_SWITCH" in findings[1].advice


def test_an_address_of_another_machine_is_a_fault(config: Config) -> None:
    finding = processes._free("web", "192.0.2.1:8000", "ONRECORD_WEB")

    assert finding.level is Level.FAIL


def test_a_switch_that_refuses_the_secret_is_a_fault(config: Config) -> None:
    with answering(401, json.dumps({"code": "unauthorized"}).encode()) as address:
        finding = processes.switch_secret(replace(config, switch_address=address))

    assert finding.level is Level.FAIL
    assert "secrets.json" in finding.advice


def test_journals_that_nobody_renders_are_named_with_their_age(config: Config) -> None:
    old(config.journals / "a.journal", minutes=130)
    old(config.journals / "b.journal", minutes=1)

    assert backlog.renderer_backlog(config).sentence == (
        "1 journals are waiting for the renderer, the oldest for 2 h 10 min."
    )


def test_events_that_do_not_reach_the_web_are_named(config: Config) -> None:
    old(config.spool("switch") / ("0" * 32) / "00000001.event", minutes=3)
    assert (
        "1 events have not reached the web, the oldest for 3 min"
        in backlog.undelivered_events(config).sentence
    )


def test_events_that_were_set_aside_are_counted_with_the_reason_of_the_first(config: Config) -> None:
    spool, call = Spool(config.spool("renderer"), "renderer"), "0" * 32
    for seq, reason in enumerate(["It is not JSON.", "The web refused it with 400."], start=1):
        spool.append(call, "recording.processing", None, {})
        spool.quarantine(call, seq, reason)
    finding = backlog.events_quarantined(config)

    assert finding.level is Level.WARN
    assert finding.sentence == f"2 events were set aside. The first, {call}-00000001.event: It is not JSON."
    assert str(config.spool("renderer") / "quarantine") in finding.advice


@pytest.mark.parametrize(("off", "says"), [(0, "agree"), (-600, "s behind"), (600, "s ahead of")])
def test_the_host_whose_clock_differs_is_named_with_the_seconds(config: Config, off: int, says: str) -> None:
    with answering(200, b"", off=off) as address:
        finding = processes.switch_clock(replace(config, switch_address=address))

    assert finding.level is (Level.WARN if off else Level.OK)
    assert says in finding.sentence
    if off:
        assert f"The clock of the switch's host ({address}) is " in finding.sentence
        assert re.search(r" (599|600|601) s ", finding.sentence)


@pytest.mark.parametrize(("said", "level"), [(998, "ok"), (997, "warn"), (1003, "ok"), (1004, "warn")])
def test_whole_seconds_and_the_time_of_the_answer_are_no_difference(said: int, level: str) -> None:
    assert processes.judge_difference("web", "web:8000", said, began=1000.9, ended=1001.2).level == level


def test_few_open_files_are_named_with_what_to_set(config: Config) -> None:
    code = "from onrecord.ops.doctor import program; print(program.open_files(None))"
    command = ["sh", "-c", f'ulimit -n 1024; exec {sys.executable} -c "{code}"']
    said = subprocess.check_output(command, text=True)

    assert "A process can open 1024 files, enough for 153 connections." in said
    assert "LimitNOFILE=65536" in said


def examined(config: Config) -> subprocess.CompletedProcess[str]:
    environ = {
        "ONRECORD_HOME": str(config.home),
        "ONRECORD_WEB": config.web_address,
        "ONRECORD_SWITCH": config.switch_address,
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(
        [sys.executable, "-m", "onrecord", "doctor"], capture_output=True, text=True, env=environ, check=False
    )


def test_a_database_of_another_version_is_a_fault(config: Config) -> None:
    path = config.home / "db.sqlite3"
    sqlite3.connect(path).close()
    path.touch()
    outcome = examined(config)

    assert "FAIL  The database lacks" in outcome.stdout
    assert "-> Run `onrecord migrate`." in outcome.stdout
    assert outcome.returncode == 1


def test_a_database_that_is_no_database_is_a_fault(config: Config) -> None:
    (config.home / "db.sqlite3").write_text("something else, long enough to be read as a header\n" * 200)
    outcome = examined(config)

    assert "cannot be read" in outcome.stdout
    assert outcome.returncode == 1


def test_damaged_secrets_are_one_sentence_not_a_traceback(config: Config) -> None:
    (config.home / "secrets.json").write_text("{}")
    outcome = examined(config)

    assert outcome.returncode == 2
    assert "is not a secrets file" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_the_exit_status_is_1_only_for_a_fault() -> None:
    fine, careful, broken = (Finding(level=level, sentence="So.") for level in Level)

    assert doctor.exit_status([fine, careful]) == 0
    assert doctor.exit_status([fine, broken]) == 1


def test_the_report_says_what_to_do_below_what_is_wrong() -> None:
    finding = Finding(level=Level.FAIL, sentence="It rains.", advice="Take an umbrella.")

    assert doctor.report([finding]) == "FAIL  It rains.\n      -> Take an umbrella."


def test_a_check_that_breaks_is_a_finding_of_its_own(config: Config) -> None:
    gone = replace(config, home=config.home / "gone")

    assert "The check of secrets file ended with FileNotFoundError" in (
        doctor._attempt(data.secrets_file, gone).sentence
    )
