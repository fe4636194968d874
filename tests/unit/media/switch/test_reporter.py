"""Events on their way to the spool."""

import logging
from pathlib import Path

import pytest

from harness.installation import eventually
from onrecord.media.outbox.spool import Spool
from onrecord.media.switch.reporter import Reporter
from onrecord.protocol.events import AnnouncementPlayed, CallAnswered, CallRinging

CALL = "0" * 32


def test_events_wait_in_memory_for_a_disk_that_takes_nothing_and_keep_their_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path, "switch")
    (tmp_path / CALL).write_text("where the call's folder should be")
    reporter = Reporter(spool)
    for event in (CallRinging(), CallAnswered()):
        reporter.report(CALL, None, event)
    eventually(lambda: "events wait for the disk" in caplog.text, "it says that they wait")
    first = spool.first(CALL)
    assert first is not None
    assert b"call.ringing" in first.body
    (tmp_path / CALL).unlink()
    eventually(lambda: len(list(tmp_path.glob(f"{CALL}/*.event"))) == 2, "both are stored")
    reporter.close()
    assert Spool(tmp_path, "switch").first(CALL) == first


def test_what_the_disk_does_not_take_can_be_delivered_and_is_not_stored_afterwards(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    (tmp_path / CALL).write_text("where the call's folder should be")
    reporter = Reporter(spool)
    for event in (CallRinging(), CallAnswered()):
        reporter.report(CALL, None, event)
    eventually(lambda: spool.pending == 2, "both wait")
    spool.ack(CALL, 1)
    (tmp_path / CALL).unlink()
    eventually(lambda: list(tmp_path.glob(f"{CALL}/*.event")), "what waits is stored")
    reporter.close()
    assert [path.name for path in (tmp_path / CALL).iterdir()] == ["00000002.event"]


def test_what_cannot_be_stored_to_the_end_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / CALL).write_text("where the call's folder should be")
    reporter = Reporter(Spool(tmp_path, "switch"))
    reporter.report(CALL, 5, AnnouncementPlayed())
    reporter.close()
    assert [record.levelno for record in caplog.records if "will be lost" in record.message] == [
        logging.ERROR
    ]
