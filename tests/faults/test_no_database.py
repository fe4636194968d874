"""A database that is locked, stopped or full: pausing, leaving and hanging up work all the same, at once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from harness import postgresql
from harness.databases import audited, full, locked, small_disk
from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY
from harness.web import SETTLED, User
from onrecord.media.capture.reader import JournalReader

#: An installation, and how to take its database away for a while.
Ailing = tuple[Installation, Callable[[], AbstractContextManager[None]]]


@contextmanager
def with_lock(home: Path, prepared: Path) -> Iterator[Ailing]:
    installation = Installation(home, like=prepared)
    yield installation.start(), lambda: locked(home / "db.sqlite3")


@contextmanager
def with_small_disk(home: Path, prepared: Path) -> Iterator[Ailing]:
    with small_disk(home.with_name("disk"), megabytes=48) as disk:
        shutil.copy(prepared / "db.sqlite3", disk)
        installation = Installation(home, like=prepared, database=f"sqlite://{disk / 'db.sqlite3'}")
        yield installation.start(), lambda: full(disk)


@contextmanager
def with_postgresql(home: Path, prepared: Path) -> Iterator[Ailing]:
    with postgresql.server() as server:
        installation = Installation(home, database=server.url)

        @contextmanager
        def stopped() -> Iterator[None]:
            server.stop()
            try:
                yield
            finally:
                server.start()

        yield installation.start("--demo"), stopped


@pytest.fixture(scope="module", params=[with_lock, with_small_disk, with_postgresql])
def ailing(
    request: pytest.FixtureRequest, prepared_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ailing]:
    with request.param(tmp_path_factory.mktemp("ailing") / "home", prepared_home) as (installation, outage):
        try:
            yield installation, outage
        finally:
            installation.stop()


@pytest.fixture
def installation(ailing: Ailing) -> Installation:
    return ailing[0]


def test_pause_leave_and_hang_up_take_effect_at_once_and_are_audited_once(
    ailing: Ailing, signed_in: Callable[[str], User], peers: Peers
) -> None:
    installation, outage = ailing
    ana, marcus = signed_in("ana"), signed_in("marcus")
    peer, colleague = peers.offer(), peers.offer()
    call, sdp = ana.call(STEADY, peer.sdp)
    call_id = call["id"]
    peer.accept(sdp)
    journal = installation.keep_journal(call_id)
    ana.until_answered(call_id)
    joined = marcus.send("POST", f"/calls/{call_id}/join", sdp=colleague.sdp).json()
    colleague.accept(joined["sdp"])
    marcus.ticket(call_id)
    eventually(lambda: ana.current()["recording"]["state"] == "recording", "it is recorded")
    before = audited(installation.config.database_url, call_id)

    with outage():
        paused = ana.pause(call_id)
        assert (paused["recording"], paused["generation"]) == ("paused", 1)
        assert marcus.command(call_id, "leave").status_code == 204
        assert ana.command(call_id, "hangup").json() == {"status": "completed"}
        eventually(lambda: list(reader(installation, journal).poll())[-1].ends, "the journal's end")

    eventually(lambda: ana.get(f"/calls/{call_id}").text.count("Hung up"), "the web has heard of the end")
    done = audited(installation.config.database_url, call_id)[len(before) :]
    assert done == ["recording.change_requested", "call.left", "call.hung_up"]
    eventually(lambda: ana.call_of(call_id)["recording"]["status"] in SETTLED, "it is recorded")
    chunks = list(reader(installation, journal).poll())
    clocks = [header["clock"] for chunk in chunks for header in chunk.media().headers]
    assert clocks
    assert max(clocks) <= paused["clock_ms"]


def reader(installation: Installation, journal: Path) -> JournalReader:
    return JournalReader(journal, installation.config.secrets.master_key)
