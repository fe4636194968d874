"""Events on their way to the spool."""

import logging
from pathlib import Path

import pytest

from harness.installation import eventually
from onrecord.events.spool import Spool
from onrecord.switch.reporter import Reporter

CALL = "0" * 32


def test_events_wait_for_a_disk_that_takes_nothing_and_keep_their_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path, "switch")
    (tmp_path / CALL).write_text("where the call's folder should be")
    reporter = Reporter(spool)
    for kind in ("call.ringing", "call.answered"):
        reporter.report(CALL, kind, None, {})
    eventually(lambda: "events wait for the disk" in caplog.text, "it says that they wait")
    (tmp_path / CALL).unlink()
    eventually(lambda: spool.pending == 2, "both are stored")
    reporter.close()
    first = spool.first(CALL)
    assert first is not None
    assert b"call.ringing" in first.body


def test_what_cannot_be_stored_to_the_end_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / CALL).write_text("where the call's folder should be")
    reporter = Reporter(Spool(tmp_path, "switch"))
    reporter.report(CALL, "call.ended", 5, {})
    reporter.close()
    assert [record.levelno for record in caplog.records if "is lost" in record.message] == [logging.ERROR]
