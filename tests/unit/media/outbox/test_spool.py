import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onrecord.media.outbox.event_files import KEEP_COUNTERS_S
from onrecord.media.outbox.spool import Spool

CALL = "0" * 31 + "1"
OTHER = "0" * 31 + "2"


def test_an_event_is_stored_as_the_reference_says(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    at = datetime(2026, 1, 31, 15, 4, 5, 678900, tzinfo=UTC)
    assert spool.append(CALL, "recording.paused", 6012, {"actor": "ann"}, at=at) == 1
    event = spool.first(CALL)
    assert event is not None
    assert json.loads(event.body) == {
        "call_id": CALL,
        "source": "switch",
        "seq": 1,
        "type": "recording.paused",
        "at": "2026-01-31T15:04:05.678Z",
        "clock_ms": 6012,
        "data": {"actor": "ann"},
    }


def test_an_event_that_was_posted_but_not_acknowledged_comes_again_after_a_crash(tmp_path: Path) -> None:
    before = Spool(tmp_path, "switch")
    before.append(CALL, "call.ringing", None, {})
    before.append(CALL, "call.answered", 0, {})
    posted = before.first(CALL)
    assert Spool(tmp_path, "switch").first(CALL) == posted


def test_a_write_that_a_crash_cut_short_is_no_event_and_its_number_is_free(tmp_path: Path) -> None:
    Spool(tmp_path, "switch").append(CALL, "call.ringing", None, {})
    (tmp_path / CALL / "00000002.draft").write_bytes(b'{"call_id":')
    spool = Spool(tmp_path, "switch")
    assert spool.pending == 1
    assert spool.append(CALL, "call.answered", 0, {}) == 2


def test_the_counter_survives_a_restart_when_all_is_acknowledged(tmp_path: Path) -> None:
    before = Spool(tmp_path, "switch")
    before.append(CALL, "call.ringing", None, {})
    before.ack(CALL, 1)
    after = Spool(tmp_path, "switch")
    assert after.pending == 0
    assert after.last_type(CALL) == "call.ringing"
    assert after.append(CALL, "call.ended", None, {}) == 2


def test_an_event_that_is_set_aside_is_kept_with_its_reason_and_lets_the_next_one_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    spool.append(CALL, "call.ringing", None, {})
    spool.append(CALL, "call.answered", 0, {})
    spool.quarantine(CALL, 1, "Nobody wants it.")
    event = spool.first(CALL)
    assert event is not None
    assert event.seq == 2
    kept = tmp_path / "quarantine" / f"{CALL}-00000001.event"
    assert json.loads(kept.read_bytes())["seq"] == 1
    assert kept.with_name(f"{kept.name}.reason").read_text() == "Nobody wants it.\n"
    assert Spool(tmp_path, "switch").append(CALL, "call.ended", 5, {}) == 3


def test_what_is_not_ours_is_set_aside_and_a_folder_instead_of_an_event_holds_up_nothing(
    tmp_path: Path,
) -> None:
    before = Spool(tmp_path, "switch")
    before.append(CALL, "call.ringing", None, {})
    (tmp_path / CALL / "notes.txt").write_text("of somebody's")
    (tmp_path / CALL / "00000002.event").mkdir()
    before.append(OTHER, "call.ringing", None, {})
    (tmp_path / "another folder").mkdir()

    spool = Spool(tmp_path, "switch")
    spool.ack(CALL, 1)
    assert spool.first(CALL) is None
    assert spool.first(OTHER) is not None
    assert (tmp_path / "quarantine" / f"{CALL}-notes.txt").read_text() == "of somebody's"
    reasons = {path.name: path.read_text() for path in (tmp_path / "quarantine").glob("*.reason")}
    assert reasons == {
        f"{CALL}-notes.txt.reason": "It is not one of our events.\n",
        f"{CALL}-00000002.event.reason": "It cannot be read: Is a directory.\n",
    }


def test_an_event_that_somebody_took_away_holds_up_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    for _ in range(2):
        spool.append(CALL, "call.ringing", None, {})
    (tmp_path / CALL / "00000001.event").unlink()
    event = spool.first(CALL)
    assert event is not None
    assert event.seq == 2
    assert spool.pending == 1


def test_the_newest_event_is_the_newest_that_can_be_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    spool.append(CALL, "call.answered", 0, {})
    spool.append(CALL, "call.ended", 5, {})
    (tmp_path / CALL / "00000002.event").write_bytes(b'{"call_id"')
    assert spool.last_type(CALL) == "call.answered"


def test_only_a_waiting_event_can_be_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    spool.append(CALL, "call.ringing", None, {})
    spool.ack(CALL, 1)
    with pytest.raises(ValueError, match="not waiting"):
        spool.ack(CALL, 1)


def test_a_call_id_that_would_leave_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a call ID"):
        Spool(tmp_path, "switch").append("../" + "0" * 29, "call.ringing", None, {})


def test_old_counters_are_swept_but_never_an_event_that_waits(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "switch")
    spool.append(CALL, "call.ringing", None, {})
    spool.ack(CALL, 1)
    spool.append(OTHER, "call.ringing", None, {})
    long_ago = time.time() - KEEP_COUNTERS_S - 60
    for call in (CALL, OTHER):
        os.utime(tmp_path / call, (long_ago, long_ago))
    after = Spool(tmp_path, "switch")
    assert not (tmp_path / CALL).exists()
    assert after.pending_calls() == [OTHER]


class SpoolAgainstModel(RuleBasedStateMachine):
    """Any mixture of appends, acknowledgements, rejections and crashes keeps order and numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.spool = Spool(Path(self.folder.name), "switch")
        self.waiting: dict[str, list[int]] = {CALL: [], OTHER: []}
        self.given = {CALL: 0, OTHER: 0}

    @rule(call=st.sampled_from([CALL, OTHER]))
    def append(self, call: str) -> None:
        self.given[call] += 1
        assert self.spool.append(call, "call.ringing", None, {}) == self.given[call]
        self.waiting[call].append(self.given[call])

    @rule(call=st.sampled_from([CALL, OTHER]), refused=st.booleans())
    def settle(self, call: str, refused: bool) -> None:
        event = self.spool.first(call)
        if event is not None:
            if refused:
                self.spool.quarantine(call, event.seq, "It is refused.")
            else:
                self.spool.ack(call, event.seq)
            assert self.waiting[call].pop(0) == event.seq

    @rule()
    def crash(self) -> None:
        self.spool = Spool(Path(self.folder.name), "switch")

    @invariant()
    def the_oldest_comes_first(self) -> None:
        for call, waiting in self.waiting.items():
            event = self.spool.first(call)
            assert (event.seq if event else None) == (waiting[0] if waiting else None)
        assert self.spool.pending == sum(map(len, self.waiting.values()))

    def teardown(self) -> None:
        self.folder.cleanup()


TestSpoolAgainstModel = SpoolAgainstModel.TestCase
TestSpoolAgainstModel.settings = settings(max_examples=40, stateful_step_count=25)
