"""Captures all calls of one host.

Call all methods from the media loop's thread. None of them waits for the disk, except `open_call`, which
creates the journal, and `recover`, `drain` and `close`, which are for startup and shutdown.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.gate import Gate
from onrecord.media.capture.recovery import LastWord, RecoveredCall, recover
from onrecord.media.capture.writer import JournalFile, Writer
from onrecord.policy.mode import Mode

#: How often the media loop calls `tick`.
TICK_NS = 100_000_000


class Intake(Protocol):
    """A source that buffers packets, such as the batch receiver of `bench`."""

    def settle(self) -> None:
        """Pass on everything that has arrived so far, using the current gates."""

    def regate(self, call: CallCapture) -> None:
        """The gates of `call` have changed."""


class CaptureHost:
    """All journals of one host. Chunks go to a writer thread; the disk is synced once a second for all."""

    def __init__(
        self,
        folder: Path,
        master_key: bytes,
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        queue_bytes: int = 64 << 20,
    ) -> None:
        """`queue_bytes`: how much may wait for a slow disk before media is dropped (and counted)."""
        folder.mkdir(parents=True, exist_ok=True)
        self.monotonic_ns = monotonic_ns
        self.writer = Writer(folder, queue_bytes)
        self._folder = folder
        self._master_key = master_key
        self._calls: dict[str, CallCapture] = {}
        self._intakes: list[Intake] = []

    @property
    def drops(self) -> int:
        """Media frames lost because the disk could not keep up, over all calls."""
        return self.writer.queue_drops + self.writer.drops

    def open_call(
        self, call_id: str, *, mode: Mode, record_at_start: bool, may_change: bool, policy_version: int
    ) -> CallCapture:
        """Start a journal with its `policy` frame. Raises FileExistsError when the call has one, OSError."""
        file = JournalFile.create(self._folder / f"{call_id}.journal", call_id, self._master_key)
        call = CallCapture(
            self,
            call_id,
            file,
            gate=Gate(mode=mode, may_change=may_change),
            record_at_start=record_at_start,
            policy_version=policy_version,
        )
        self._calls[call_id] = call
        return call

    def tick(self) -> None:
        """Hand over the chunks that are due. Call it every 100 ms."""
        self.settle()
        now = self.monotonic_ns()
        due = [handover for call in self._calls.values() if (handover := call.chunks.take_due(now))]
        if due:
            self.writer.put(due)

    def recover(self, last_word: Callable[[str], LastWord]) -> list[RecoveredCall]:
        """End the journals that a crash left open. Call it at startup, before the first call."""
        return recover(self._folder, self._master_key, last_word)

    def journals(self) -> list[str]:
        """The IDs of calls with a journal in the folder or below it. Do not call it from the media loop."""
        return [path.stem for path in self._folder.rglob("*.journal")]

    def attach(self, intake: Intake) -> None:
        """From now on, settle `intake` before every gate change and tick."""
        self._intakes.append(intake)

    def settle(self) -> None:
        """Take in everything that has arrived so far."""
        for intake in self._intakes:
            intake.settle()

    def regate(self, call: CallCapture) -> None:
        """Notify the intakes that the gates of `call` have changed."""
        for intake in self._intakes:
            intake.regate(call)

    def forget(self, call_id: str) -> None:
        """The call has ended."""
        del self._calls[call_id]

    def drain(self) -> None:
        """Hand everything over and wait until it is in the files. Do not call it from the media loop."""
        self.settle()
        self.writer.put([handover for call in self._calls.values() if (handover := call.chunks.take())])
        self.writer.drain()

    def close(self) -> None:
        """Write and sync everything. Calls that have not ended can be recovered later."""
        try:
            self.settle()
        finally:
            self.writer.put([call.chunks.finish() for call in self._calls.values()])
            self._calls.clear()
            self.writer.close()
