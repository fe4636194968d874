"""Recovery after a crash, or after damage to a journal's end: append the journal's last frames.

Nothing is truncated or rewritten: what cannot be read stays where it is, and readers skip it.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from onrecord.media.capture import journal
from onrecord.media.capture.header import OpenedHeader
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.writer import JournalFile, lock, sync_filesystem
from onrecord.protocol.call_status import EndReason

log = logging.getLogger(__name__)

#: How much a crashed process may not have written yet, in ms.
UNWRITTEN_MS = 1000
#: Events that have a frame in the journal; and the extra time allowed for a slow disk, in ms.
_IN_JOURNAL = {"call.answered", "recording.started", "recording.paused", "recording.resumed"}
_ROOM_MS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class LastWord:
    """The switch's last event about a call. It may be newer than the journal's last readable frame."""

    #: Call clock that the journal must reach, in ms.
    clock_ms: int
    #: `status` and `reason` of `call.ended`; None while the switch has not ended the call.
    ending: tuple[str, str] | None = None

    @classmethod
    def of(cls, event: Mapping[str, Any] | None) -> Self:
        """From the newest event (docs/reference/switch.md), or None if there is none."""
        if event is None:
            return cls(clock_ms=0)
        if event["type"] == "call.ended":
            data = event["data"]
            return cls(clock_ms=int(data["duration_ms"]), ending=(data["status"], data["reason"]))
        return cls(clock_ms=int(event.get("clock_ms") or 0) if event["type"] in _IN_JOURNAL else 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveredCall:
    """A call whose journal had no `end` frame."""

    call_id: str
    #: `completed` if it was answered, otherwise `failed`.
    status: str
    reason: str
    #: Call clock at its end, as far as known, in ms; 0 if never answered.
    duration_ms: int
    #: Whether the journal has media, or may have had some.
    captured: bool


@dataclass(slots=True)
class _Held:
    """What a journal contains."""

    clock: int = 0
    answered: bool = False
    captured: bool = False

    def add(self, chunk: journal.Chunk) -> None:
        media, controls = chunk.media().headers, chunk.controls()
        self.captured |= bool(len(media))
        self.clock = max([self.clock, *media["clock"].tolist(), *(frame.clock for frame in controls)])
        # If the `answer` frame itself is lost, a running clock proves that the call was answered.
        self.answered |= self.clock > 0 or any(frame.type == "answer" for frame in controls)


def recover(folder: Path, master_key: bytes, last_word: Callable[[str], LastWord]) -> list[RecoveredCall]:
    """End every journal in `folder` that has no `end` frame and that no process is writing.

    `last_word` returns what the switch last reported about a call. A journal that cannot be opened (another
    master key, both headers damaged) is left as it is and reported as a failed call that may have been
    recorded.
    """
    for draft in folder.glob("*.new"):
        draft.unlink()
    calls = []
    for path in sorted(folder.glob("*.journal")):
        word = last_word(path.stem)
        try:
            call = recover_journal(path, master_key, word)
        except BlockingIOError:
            log.info("%s: another process is using it", path)
            continue
        except (journal.JournalError, OSError) as error:
            log.error("%s: not recovered: %s", path, error)
            status, reason = word.ending or ("failed", EndReason.SWITCH_RESTARTED)
            call = RecoveredCall(
                call_id=path.stem, status=status, reason=reason, duration_ms=word.clock_ms, captured=True
            )
        if call is not None:
            calls.append(call)
    sync_filesystem(folder)
    return calls


def recover_journal(path: Path, master_key: bytes, word: LastWord) -> RecoveredCall | None:
    """End one journal; None if it has already ended.

    Raises BlockingIOError while a process is writing it, JournalError, OSError.
    """
    descriptor = lock(path)
    try:
        reader, held = JournalReader(path, master_key), _Held()
        for chunk in reader.read_all():
            held.add(chunk)
        if reader.ended:
            return None
        # Ownership passes on: it is closed with the file.
        continued = _continue(path, os.dup(descriptor), reader)
    finally:
        os.close(descriptor)
    call = _ended(reader, held, word)
    frames = _missing(reader, held, word) + journal.control_frame(
        "end", clock=call.duration_ms, status=call.status, reason=call.reason
    )
    try:
        continued.append(frames, controls=frames)
    finally:
        continued.close()
    return call


def _continue(path: Path, descriptor: int, reader: JournalReader) -> JournalFile:
    opened = OpenedHeader(header=reader.header, data_key=reader.data_key)
    return JournalFile(path, descriptor, opened, number=reader.next_number, previous=reader.last)


def _ended(reader: JournalReader, held: _Held, word: LastWord) -> RecoveredCall:
    status, reason = word.ending or ("completed" if held.answered else "failed", EndReason.SWITCH_RESTARTED)
    return RecoveredCall(
        call_id=reader.header.call_id,
        status=status,
        reason=reason,
        duration_ms=max(held.clock, word.clock_ms) if word.ending else held.clock,
        captured=held.captured or bool(reader.damage) or reader.has_altered_end,
    )


def _missing(reader: JournalReader, held: _Held, word: LastWord) -> bytes:
    """The `hole` frame for the missing end of the journal; empty if nothing can be missing."""
    if word.ending:
        # The switch wrote the end, so its absence is damage, however clean the cut.
        if word.clock_ms == 0:
            return b""
        cause, until = "damaged", word.clock_ms
    elif reader.has_altered_end or word.clock_ms > held.clock + UNWRITTEN_MS + _ROOM_MS:
        cause, until = "damaged", max(word.clock_ms, held.clock + UNWRITTEN_MS)
    else:
        cause, until = "torn", held.clock + UNWRITTEN_MS
    return journal.control_frame("hole", clock=held.clock, cause=cause, until=until)
