"""How soon pressing Pause stops capture while the database accepts no writes for 15 s."""

import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.row import Row
from harness.databases import audited, locked
from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY
from harness.web import User
from onrecord.media.capture.reader import JournalReader

LOCKED_S = 15.0
TARGET_MS = 250.0


def rows() -> Iterable[Row]:
    """Pause through the web while the database is locked; the audit row follows once it is unlocked."""
    with TemporaryDirectory() as folder:
        installation = Installation(Path(folder) / "home")
        peers = Peers()
        try:
            installation.start("--demo")
            yield from _press(installation, peers)
        finally:
            installation.stop()
            peers.close()


def _press(installation: Installation, peers: Peers) -> Iterable[Row]:
    ana, peer = User(installation, "ana"), peers.offer()
    call, sdp = ana.call(STEADY, peer.sdp)
    peer.accept(sdp)
    ana.until_answered(call["id"])
    journal = installation.keep_journal(call["id"])
    time.sleep(2)
    with locked(installation.home / "db.sqlite3"):
        began = time.monotonic()
        paused = ana.pause(call["id"])
        answered = time.monotonic()
        time.sleep(LOCKED_S - (answered - began))
        ana.hang_up(call["id"])
    done = ["recording.change_requested", "call.hung_up"]
    eventually(lambda: audited(installation.config.database_url, call["id"])[-2:] == done, "it is audited")
    reader = JournalReader(journal, installation.config.secrets.master_key)
    last = max(int(header["clock"]) for chunk in reader.poll() for header in chunk.media().headers)
    # The gate closed at `clock_ms`, at the latest when the response arrived. The last frame came no later
    # than this.
    after = (answered - began) * 1000 + last - paused["clock_ms"]
    ana.close()
    yield Row(
        name=f"Pause pressed to last captured frame, database locked for {LOCKED_S:.0f} s",
        value=f"{after:.0f} ms",
        target=f"<= {TARGET_MS:.0f} ms",
        met=after <= TARGET_MS,
    )
