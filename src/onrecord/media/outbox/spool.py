"""Events on disk, from the moment they happen until the web has acknowledged them.

    <folder>/<call id>/<seq>.event      waits for the web
    <folder>/<call id>/<seq>.done       the last one acknowledged; it keeps the call's counter
    <folder>/<call id>/<seq>.rejected   can never be delivered; it keeps its number
    <folder>/quarantine/<call id>-<name>     a copy, kept until somebody has looked into it
    <folder>/quarantine/<call id>-<name>.reason   why, as a sentence

The file's content is the exact request body. Files are written, synced and then renamed, so after a crash an
event exists either completely or not at all. The names alone show what is pending and which number comes
next. A disk can still damage files: an event that cannot be read is quarantined, and the call's other events
are delivered.
"""

import errno
import json
import logging
import os
import re
import shutil
import threading
import time
from bisect import insort
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.protocol.fields import CALL_ID

log = logging.getLogger(__name__)

#: A call's folder is deleted this long after its last event. Until then a late event (from a repeated render,
#: for example) still gets a number that the web has not seen.
KEEP_COUNTERS_S = 7 * 24 * 3600

#: More than any call's number of events.
SKIPPED = 10_000

#: Temporary errors that do not concern the file: it can be read later.
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN})
QUARANTINE = "quarantine"

_CALL_ID = re.compile(CALL_ID)
_NAME = re.compile(r"([0-9]{8})\.(event|done|rejected)")


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingEvent:
    """An event that the web has not acknowledged."""

    call_id: str
    #: From 1, per call and source.
    seq: int
    #: The request body: a JSON object.
    body: bytes


class Spool:
    """The events of one source (`switch` or `renderer`) on one host. Safe to use from several threads."""

    def __init__(self, folder: Path, source: str) -> None:
        """Open the folder, creating it if needed, and take over what an earlier process left."""
        self.folder = folder
        self.source = source
        #: Called after each append, in the appending thread. The delivery sets it to be notified.
        self.on_append: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._last: dict[str, int] = {}
        self._pending: dict[str, list[int]] = {}
        # Events that could not be written to disk, by call and number.
        self._held: dict[tuple[str, int], bytes] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for call in folder.iterdir():
            if _CALL_ID.fullmatch(call.name) and call.is_dir():
                try:
                    self._claim(call)
                except OSError as error:  # one bad folder must not block the others
                    log.error("spool: the events in %s cannot be claimed: %s", call, error)

    def append(
        self,
        call_id: str,
        type: str,  # noqa: A002 - the contract's word
        clock_ms: int | None,
        data: dict[str, Any],
        *,
        at: datetime | None = None,
    ) -> int:
        """Store an event durably and return its `seq`. Blocks for two disk syncs (milliseconds).

        `clock_ms` is the call clock, None before answer; `at` the wall clock, default now.
        Raises ValueError for a call id that is not 32 lower-case hexadecimal digits, OSError.
        """
        return self._add(call_id, type, clock_ms, data, at=at, keep=self._write)

    def hold(
        self,
        call_id: str,
        type: str,  # noqa: A002 - the contract's word
        clock_ms: int | None,
        data: dict[str, Any],
        *,
        at: datetime | None = None,
    ) -> int:
        """As `append`, where the disk takes nothing: the event waits in memory, and goes with the process."""
        return self._add(call_id, type, clock_ms, data, at=at, keep=self._remember)

    def keep_held(self) -> None:
        """Write the waiting events that are in memory only to disk. Raises OSError."""
        with self._lock:
            for (call_id, seq), body in list(self._held.items()):
                self._write(call_id, seq, body)
                del self._held[call_id, seq]

    def skip(self, call_id: str) -> None:
        """Skip numbers that an earlier process may have used for events that never reached the disk."""
        with self._lock:
            self._last[call_id] = self._last.get(call_id, 0) + SKIPPED

    def _add(
        self,
        call_id: str,
        type: str,  # noqa: A002
        clock_ms: int | None,
        data: dict[str, Any],
        *,
        at: datetime | None,
        keep: Callable[[str, int, bytes], None],
    ) -> int:
        if not _CALL_ID.fullmatch(call_id):
            raise ValueError(f"{call_id!r} is not a call ID. It must be 32 lowercase hexadecimal digits.")
        moment = (at or datetime.now(UTC)).astimezone(UTC)
        with self._lock:
            seq = self._last.get(call_id, 0) + 1
            event = {
                "call_id": call_id,
                "source": self.source,
                "seq": seq,
                "type": type,
                "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "clock_ms": clock_ms,
                "data": data,
            }
            keep(call_id, seq, json.dumps(event, separators=(",", ":")).encode())
            self._last[call_id] = seq
            self._pending.setdefault(call_id, []).append(seq)
        if self.on_append is not None:
            self.on_append()
        return seq

    @property
    def pending(self) -> int:
        """The number of waiting events."""
        with self._lock:
            return sum(map(len, self._pending.values()))

    def pending_calls(self) -> list[str]:
        """The calls with waiting events."""
        with self._lock:
            return list(self._pending)

    def first(self, call_id: str) -> PendingEvent | None:
        """The oldest waiting event of a call: the only one that may be posted next.

        Unreadable events before it are quarantined. Raises OSError for temporary errors.
        """
        while (seq := self._first_pending(call_id)) is not None:
            try:
                body = self._held.get((call_id, seq)) or self._path(call_id, seq, "event").read_bytes()
                _parse(body, call_id, seq)
            except OSError as error:
                if error.errno in _PASSING:
                    raise
                self.quarantine(call_id, seq, f"It cannot be read: {error.strerror}.")
            except ValueError as error:
                self.quarantine(call_id, seq, str(error))
            else:
                return PendingEvent(call_id=call_id, seq=seq, body=body)
        return None

    def _first_pending(self, call_id: str) -> int | None:
        with self._lock:
            seqs = self._pending.get(call_id)
            return seqs[0] if seqs else None

    def ack(self, call_id: str, seq: int) -> None:
        """The web has applied the event. Its file keeps the call's counter until the next one replaces it."""
        self._settle(call_id, seq, "done")
        for earlier in self._folder(call_id).glob("*.done"):
            if int(earlier.stem) < seq:
                with suppress(OSError):  # an extra file does no harm
                    earlier.unlink()

    def quarantine(self, call_id: str, seq: int, reason: str) -> None:
        """Set aside an event that can never be delivered, with the reason. The call's others continue."""
        path = self._path(call_id, seq, "event")
        self._give_reason(path, reason)
        with suppress(OSError):  # there is no file, or it is a folder
            os.link(path, self._quarantined(path))
        self._settle(call_id, seq, "rejected")

    def _quarantined(self, path: Path) -> Path:
        return self.folder / QUARANTINE / f"{path.parent.name}-{path.name}"

    def _give_reason(self, path: Path, reason: str) -> None:
        log.error("spool: %s is quarantined. %s", path, reason)
        quarantined = self._quarantined(path)
        try:
            quarantined.parent.mkdir(exist_ok=True)
            quarantined.with_name(f"{quarantined.name}.reason").write_text(f"{reason}\n")
        except OSError as error:  # a full disk; the reason is in the log
            log.error("spool: the reason could not be saved: %s", error)

    def last_type(self, call_id: str) -> str | None:
        """The type of the call's newest event, delivered or not; None when it has none here."""
        event = newest_event(self.folder, call_id)
        return None if event is None else str(event["type"])

    def _settle(self, call_id: str, seq: int, suffix: str) -> None:
        with self._lock:
            seqs = self._pending.get(call_id, [])
            if seq not in seqs:
                raise ValueError(f"Event {seq} of call {call_id} is not waiting.")
            try:
                self._path(call_id, seq, "event").rename(self._path(call_id, seq, suffix))
            except FileNotFoundError:  # somebody removed it, or it never reached the disk
                pass
            except OSError as error:  # it will be posted again after a restart
                log.error("spool: event %d of call %s cannot be marked: %s", seq, call_id, error)
            self._held.pop((call_id, seq), None)
            seqs.remove(seq)
            if not seqs:
                del self._pending[call_id]

    def _remember(self, call_id: str, seq: int, body: bytes) -> None:
        self._held[call_id, seq] = body

    def _write(self, call_id: str, seq: int, body: bytes) -> None:
        folder = self._folder(call_id)
        if not folder.exists():
            folder.mkdir()
            _sync_folder(self.folder)
        draft = folder / f"{seq:08d}.draft"
        with open(draft, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._path(call_id, seq, "event"))
        _sync_folder(folder)

    def _claim(self, folder: Path) -> None:
        call_id, seqs, waiting = folder.name, [0], False
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match is None:
                self._clear_away(path)
                continue
            seqs.append(int(match[1]))
            if match[2] == "event":
                waiting = True
                insort(self._pending.setdefault(call_id, []), int(match[1]))
        if not waiting and time.time() - folder.stat().st_mtime > KEEP_COUNTERS_S:
            shutil.rmtree(folder)
        else:
            self._last[call_id] = max(seqs)

    def _clear_away(self, path: Path) -> None:
        """Remove a file that is not an event from a call's folder."""
        if path.suffix == ".draft" and path.is_file():
            log.warning("spool: %s was left by a write that a crash cut short; removed", path)
            path.unlink()
        else:
            self._give_reason(path, "It is not one of our events.")
            path.rename(self._quarantined(path))

    def _folder(self, call_id: str) -> Path:
        return self.folder / call_id

    def _path(self, call_id: str, seq: int, suffix: str) -> Path:
        return self._folder(call_id) / f"{seq:08d}.{suffix}"


def newest_event(folder: Path, call_id: str) -> dict[str, Any] | None:
    """The newest readable event of a call in a source's folder, delivered or not; None if there is none.

    Safe in any process: it only reads events.
    """
    damaged: set[str] = set()
    while True:
        paths = [path for path in (folder / call_id).glob("*") if _NAME.fullmatch(path.name)]
        newest = max((path for path in paths if path.stem not in damaged), default=None)
        if newest is None:
            return None
        try:
            return _parse(newest.read_bytes(), call_id, int(newest.stem))
        except FileNotFoundError:
            continue  # acknowledged in the meantime, and so renamed
        except (OSError, ValueError) as error:
            log.warning("spool: %s is skipped: %s", newest, error)
            damaged.add(newest.stem)


def _parse(body: bytes, call_id: str, seq: int) -> dict[str, Any]:
    """The event in a file's content. Raises ValueError with a sentence unless it matches the file's name."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"It is not JSON: {error}.") from error
    if not isinstance(event, dict) or (event.get("call_id"), event.get("seq")) != (call_id, seq):
        raise ValueError(f"It is not event {seq} of call {call_id}.")
    if not isinstance(event.get("type"), str):
        raise ValueError("It has no type.")
    return event


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename alone is not, fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
