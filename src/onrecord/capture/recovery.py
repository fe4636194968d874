"""After a crash: cut the torn end off each journal and write its last frame."""

import logging
from dataclasses import dataclass
from pathlib import Path

from onrecord.capture import journal
from onrecord.capture.writer import JournalFile, sync_filesystem

log = logging.getLogger(__name__)

REASON = "switch_restarted"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveredCall:
    """A call that the crash ended."""

    call_id: str
    #: `completed` if it had been answered, else `failed`.
    status: str
    reason: str
    #: Call clock of the last frame that reached the disk; 0 if never answered.
    duration_ms: int
    #: Whether the journal holds media.
    captured: bool


@dataclass(slots=True)
class _Found:
    """What the valid part of a journal tells."""

    clock: int = 0
    answered: bool = False
    captured: bool = False

    def add(self, chunk: journal.Chunk) -> None:
        media, controls = chunk.media().headers, chunk.controls()
        self.captured |= bool(len(media))
        self.answered |= any(frame.type == "answer" for frame in controls)
        self.clock = max([self.clock, *media["clock"].tolist(), *(frame.clock for frame in controls)])


def recover(folder: Path, master_key: bytes) -> list[RecoveredCall]:
    """End every unfinished journal of `folder`.

    A journal that cannot be opened (another master key, a damaged header) is left as it is and reported as a
    failed call.
    """
    for draft in folder.glob("*.journal.new"):
        draft.unlink()
    calls = []
    for path in sorted(folder.glob("*.journal")):
        try:
            call = _recover_journal(path, master_key)
        except (journal.JournalError, OSError) as error:
            log.error("%s: not recovered: %s", path, error)
            call = RecoveredCall(
                call_id=path.stem, status="failed", reason=REASON, duration_ms=0, captured=False
            )
        if call is not None:
            calls.append(call)
    sync_filesystem(folder)
    return calls


def _recover_journal(path: Path, master_key: bytes) -> RecoveredCall | None:
    reader, found = journal.JournalReader(path, master_key), _Found()
    for chunk in reader.poll():
        found.add(chunk)
    if reader.ended:
        return None
    epoch = _next_epoch(path, reader)
    with path.open("r+b") as file:
        file.truncate(reader.valid_bytes)
    status = "completed" if found.answered else "failed"
    end = journal.control_frame("end", clock=found.clock, status=status, reason=REASON)
    continued = JournalFile(path, reader.header, master_key, epoch=epoch, number=reader.chunks)
    try:
        continued.append(end, controls=end, frames=0, lost=0, clock=found.clock)
    finally:
        continued.close()
    return RecoveredCall(
        call_id=reader.header.call_id,
        status=status,
        reason=REASON,
        duration_ms=found.clock,
        captured=found.captured,
    )


def _next_epoch(path: Path, reader: journal.JournalReader) -> int:
    """An epoch that no chunk of the file has used, the torn one included."""
    with path.open("rb") as file:
        file.seek(reader.valid_bytes)
        torn = file.read(journal.CHUNK_HEAD.size)
    used = reader.epoch
    if len(torn) == journal.CHUNK_HEAD.size:
        _, epoch, number = journal.CHUNK_HEAD.unpack(torn)
        # A head that says anything else was never written by us.
        if number == reader.chunks and used < epoch <= used + 0xFFFF:
            used = epoch
    return used + 1
