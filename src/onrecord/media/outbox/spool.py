"""The events of one source that the web has not acknowledged, numbered for each call."""

import errno
import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.media.outbox.event_files import EventFiles, newest_event, parse_event
from onrecord.protocol.fields import CALL_ID

log = logging.getLogger(__name__)

#: More than any call's number of events.
SKIPPED = 10_000

#: Temporary errors that do not concern the file: it can be read later.
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN})

_CALL_ID = re.compile(CALL_ID)


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
        self._files = EventFiles(folder)
        for call_id in self._files.calls():
            try:
                self._claim(call_id)
            except OSError as error:  # one bad folder must not block the others
                log.error("spool: the events of call %s cannot be claimed: %s", call_id, error)

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
        return self._add(call_id, type, clock_ms, data, at=at, keep=self._files.write)

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
                self._files.write(call_id, seq, body)
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
                body = self._held.get((call_id, seq)) or self._files.read(call_id, seq)
                parse_event(body, call_id, seq)
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
        """The web has applied the event."""
        self._settle(call_id, seq, lambda: self._files.acknowledge(call_id, seq))

    def quarantine(self, call_id: str, seq: int, reason: str) -> None:
        """Set aside an event that can never be delivered, with the reason. The call's others continue."""
        self._settle(call_id, seq, lambda: self._files.quarantine(call_id, seq, reason))

    def last_type(self, call_id: str) -> str | None:
        """The type of the call's newest event, delivered or not; None when it has none here."""
        event = newest_event(self.folder, call_id)
        return None if event is None else str(event["type"])

    def _settle(self, call_id: str, seq: int, mark: Callable[[], None]) -> None:
        with self._lock:
            seqs = self._pending.get(call_id, [])
            if seq not in seqs:
                raise ValueError(f"Event {seq} of call {call_id} is not waiting.")
            mark()
            self._held.pop((call_id, seq), None)
            seqs.remove(seq)
            if not seqs:
                del self._pending[call_id]

    def _remember(self, call_id: str, seq: int, body: bytes) -> None:
        self._held[call_id, seq] = body

    def _claim(self, call_id: str) -> None:
        last, waiting = self._files.claim(call_id)
        if last is not None:
            self._last[call_id] = last
        if waiting:
            self._pending[call_id] = waiting
