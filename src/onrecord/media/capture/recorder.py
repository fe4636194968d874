"""Capture of all calls of one host: the gate in front, sealed journals behind.

All methods belong to the thread of the media loop. None of them waits for a disk, except `open_call`, which
creates the journal, and `recover`, `drain` and `close`, which are for before and after.
"""

import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture import journal
from onrecord.media.capture.clock import CallClock
from onrecord.media.capture.gate import (
    PAYLOAD_TYPES,
    AboveCeilingError,
    CommandRefusedError,
    Gate,
    NotChangeableError,
    Side,
)
from onrecord.media.capture.loss import Loss, count, joined, lost_with
from onrecord.media.capture.recovery import LastWord, RecoveredCall, recover
from onrecord.media.capture.writer import Handover, JournalFile, Writer
from onrecord.policy.mode import Mode
from onrecord.protocol.recording_state import LossCause, RecordingState

__all__ = [
    "AboveCeilingError",
    "CallCapture",
    "CallEndedError",
    "CaptureHost",
    "CommandRefusedError",
    "NotChangeableError",
    "RecoveredCall",
]

#: Most bytes of an RTP payload that is speech: 128 ms of G.711, far above every real packet time.
MAX_PAYLOAD = 1024
#: How often the media loop calls `tick`.
TICK_NS = 100_000_000
#: Age at which a chunk is handed over. With the receiver's rows, a tick each 100 ms and the write itself,
#: everything older than a second is in the file.
CHUNK_NS = 700_000_000
#: No chunk covers more than a second, even if ticks come late.
MAX_CHUNK_NS = 1_000_000_000
#: Bytes at which a chunk is handed over early.
MAX_CHUNK_BYTES = 256 << 10

_TRANSITIONS = {
    (RecordingState.OFF, RecordingState.RECORDING): "start",
    (RecordingState.RECORDING, RecordingState.PAUSED): "pause",
    (RecordingState.PAUSED, RecordingState.RECORDING): "resume",
}


class CallEndedError(Exception):
    """The call's journal has its last frame; nothing can follow."""


class Intake(Protocol):
    """A source of packets that keeps some back, such as the batch receiver of `bench`."""

    def settle(self) -> None:
        """Pass on whatever has arrived until now, under the gates as they are now."""

    def regate(self, call: "CallCapture") -> None:
        """The gates of `call` have moved."""


class CaptureHost:
    """All journals of one host. Chunks go to a writing thread; the disk is synced once a second for all."""

    def __init__(
        self,
        folder: Path,
        master_key: bytes,
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        queue_bytes: int = 64 << 20,
    ) -> None:
        """`queue_bytes`: how much may wait for a slow disk before media is dropped and counted."""
        folder.mkdir(parents=True, exist_ok=True)
        self.monotonic_ns = monotonic_ns
        self.writer = Writer(folder, queue_bytes)
        #: Media frames dropped because the queue was full, over all calls.
        self.queue_drops = 0
        self._folder = folder
        self._master_key = master_key
        self._calls: dict[str, CallCapture] = {}
        self._intakes: list[Intake] = []

    @property
    def drops(self) -> int:
        """Media frames lost because the disk could not keep up, over all calls."""
        return self.queue_drops + self.writer.drops

    def open_call(
        self, call_id: str, *, mode: Mode, record_at_start: bool, may_change: bool, policy_version: int
    ) -> "CallCapture":
        """Begin a journal with its `policy` frame. Raises FileExistsError when the call has one, OSError."""
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
        due = [handover for call in self._calls.values() if (handover := call.take_due(now))]
        if due:
            self.writer.put(due)

    def recover(self, last_word: Callable[[str], LastWord]) -> list[RecoveredCall]:
        """End the journals that a crash left open. For the start, before the first call."""
        return recover(self._folder, self._master_key, last_word)

    def journals(self) -> list[str]:
        """The calls that have a journal in the folder or below it. Not for the media loop."""
        return [path.stem for path in self._folder.rglob("*.journal")]

    def attach(self, intake: Intake) -> None:
        """From now on `intake` is settled before every gate movement and tick."""
        self._intakes.append(intake)

    def settle(self) -> None:
        """Take in all that has arrived until now."""
        for intake in self._intakes:
            intake.settle()

    def regate(self, call: "CallCapture") -> None:
        """Tell the intakes that gates of `call` have moved."""
        for intake in self._intakes:
            intake.regate(call)

    def forget(self, call_id: str) -> None:
        """The call has ended."""
        del self._calls[call_id]

    def drain(self) -> None:
        """Hand everything over and wait until it is in the files. Not for the media loop."""
        self.settle()
        self.writer.put([handover for call in self._calls.values() if (handover := call.take())])
        self.writer.drain()

    def close(self) -> None:
        """Write and sync everything. Calls that were not ended can be recovered later."""
        try:
            self.settle()
        finally:
            self.writer.put([call.finish() for call in self._calls.values()])
            self._calls.clear()
            self.writer.close()


class CallCapture:
    """Capture of one call. Made by `CaptureHost.open_call`."""

    def __init__(
        self,
        host: CaptureHost,
        call_id: str,
        file: JournalFile,
        *,
        gate: Gate,
        record_at_start: bool,
        policy_version: int,
    ) -> None:
        self.call_id = call_id
        #: Whether any media frame was captured.
        self.captured = False
        #: Media packets that were no G.711 packet: empty, too long, or with numbers out of range.
        self.malformed = 0
        self._host = host
        self._file = file
        self._gate = gate
        self._decision = {"record_at_start": record_at_start, "may_change": gate.may_change}
        self._record_at_start = record_at_start
        self._starter: str | None = None
        self._clock = CallClock(host.monotonic_ns)
        self._ended = False
        self._sides: dict[int, Side] = {}
        #: Their `join` frames' fields.
        self._joined: dict[int, dict[str, Any]] = {}
        #: Parties who are here and have not heard the announcement.
        self._uninformed: set[int] = set()
        self._open: frozenset[int] = frozenset()
        self._parts: list[bytes | memoryview] = []
        self._size = 0
        self._controls = b""
        #: Body of the next chunk's `state` frame; None where something has changed since the last.
        self._state: bytes | None = None
        self._frames = 0
        self._oldest_ns = 0
        self._queue_drops = 0
        self._lost: tuple[Loss, ...] = ()
        self._policy_frame(gate.mode, policy_version)

    @property
    def clock_ms(self) -> int | None:
        """Milliseconds since answer; None before it."""
        return self._clock.ms

    @property
    def ended(self) -> bool:
        """Whether the last frame was written."""
        return self._ended

    @property
    def answered_ns(self) -> int | None:
        """The host's monotonic nanoseconds at answer."""
        return self._clock.answered_ns

    @property
    def mode(self) -> Mode:
        """The ceiling."""
        return self._gate.mode

    @property
    def may_change(self) -> bool:
        """Whether a user's command may move the gate."""
        return self._gate.may_change

    @property
    def recording(self) -> RecordingState:
        return self._gate.state

    @property
    def drops(self) -> int:
        """Media frames lost because the disk could not keep up."""
        return count(self.losses) + self._untold

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What the disk did not take, in order; what waits for the disk with other frames follows later."""
        return self._file.losses.all

    @property
    def losses_told(self) -> tuple[Loss, ...]:
        """Of these, those after which frames were written again."""
        return self._file.losses.told

    @property
    def fault(self) -> LossCause | None:
        """Why nothing is being kept; None while the disk takes what it is given."""
        if self._untold:
            return LossCause.DISK_SLOW
        return self._file.losses.fault or self._host.writer.sync_fault

    @property
    def _untold(self) -> int:
        """Media frames dropped from the queue of which the writer does not know yet."""
        if not self._queue_drops:
            return 0
        return self._queue_drops - count(self.losses, LossCause.DISK_SLOW)

    def join(self, party: int, *, side: Side, role: str, user: str | None, informed: bool = True) -> None:
        """A voice comes in. `party` 0-254, free; `role` as in docs/reference/journal.md. Raises ValueError.

        One who is not `informed` has yet to hear the announcement: nothing of it is captured before `inform`.
        """
        if not 0 <= party < journal.NO_PARTY or party in self._sides:
            raise ValueError(f"Party {party} cannot join: use a free number from 0 to 254.")
        fields = {"side": side, "role": role, "user": user, "informed": informed}
        self._control("join", party=party, **fields)
        self._sides[party], self._joined[party] = side, fields
        if not informed:
            self._uninformed.add(party)
        self._regate()

    def leave(self, party: int) -> None:
        """A voice goes. Raises KeyError for one that is not here."""
        if party not in self._sides:
            raise KeyError(party)
        self._control("leave", party=party)
        del self._sides[party], self._joined[party]
        self._uninformed.discard(party)
        self._regate()

    def inform(self) -> None:
        """Everyone who is here has heard the announcement to its end."""
        self._control("informed")
        self._uninformed.clear()
        self._regate()

    def answer(self, at: datetime) -> None:
        """The call clock starts; recording too if it shall and may. `at` is the wall clock, zone included."""
        if self._clock.answered_ns is not None:
            raise ValueError("The call was answered before.")
        self._clock.start()
        self._control("answer", at=at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
        if self._record_at_start and self.mode is not Mode.NONE:
            self._move(self._gate.record(None), self._starter)

    def allows(self, party: int) -> bool:
        """Whether speech of `party` is captured right now."""
        return party in self._open

    def media(self, party: int, packet: RtpPacket) -> bool:
        """The gate: one RTP packet as it arrives. True if it was captured."""
        payload_type, sequence, timestamp, ssrc, payload, _ = packet
        if party not in self._open or payload_type not in PAYLOAD_TYPES:
            return False
        if not 0 < len(payload) <= MAX_PAYLOAD:
            self.malformed += 1
            return False
        now = self._host.monotonic_ns()
        clock = (now - (self._clock.answered_ns or 0)) // 1_000_000
        try:
            head = journal.FRAME_HEAD.pack(
                len(payload), journal.MEDIA, party, payload_type, 0, sequence, timestamp, ssrc, clock
            )
        except struct.error:
            self.malformed += 1
            return False
        self.append(head + payload, 1, now)
        return True

    def append(self, frames: bytes | memoryview, count: int, now_ns: int) -> None:
        """Add media frames that have passed the gate. At most MAX_CHUNK_BYTES at once."""
        self._add(frames, now_ns)
        self._frames += count
        self.captured = True

    def record(self, actor: str | None) -> int:
        """Start or resume. Returns the call clock, ms.

        Raises AboveCeilingError, NotChangeableError, CallEndedError.
        Before answer nothing can be recorded: the recording then starts at answer, and `recording` stays off.
        """
        self._check_alive()
        gate = self._gate.record(actor)
        if self._clock.answered_ns is None:
            self._record_at_start, self._starter = True, actor
            return 0
        return self._move(gate, actor)

    def pause(self, actor: str | None) -> int:
        """Shut the gate. No packet that arrives after the return is captured.

        Returns the call clock, ms. Raises NotChangeableError, CallEndedError. Before answer it withdraws the
        wish to start there.
        """
        self._check_alive()
        gate = self._gate.pause(actor)
        if self._clock.answered_ns is None:
            self._record_at_start = False
            return 0
        return self._move(gate, actor)

    def restrict(self, mode: Mode, policy_version: int, *, may_change: bool) -> int:
        """Lower the ceiling. Returns the call clock, ms. Raises AboveCeilingError, CallEndedError."""
        self._check_alive()
        gate, state, clock = self._gate.restrict(mode, may_change=may_change), self.recording, self._ms()
        if (gate.mode, gate.may_change) != (self.mode, self.may_change):
            self._decision["may_change"] = gate.may_change
            clock = self._policy_frame(mode, policy_version)
            self._gate = gate
            self._regate()
            if gate.state is not state:
                clock = self._control("pause", actor=None)
        return clock

    def end(self, status: str, reason: str) -> int:
        """Write the last frame and hand everything over. Returns the duration in ms, 0 if never answered.

        Raises CallEndedError when it had ended.
        """
        duration = self._control("end", status=status, reason=reason)
        self._ended = True
        self._regate()
        self._host.writer.put([self.finish()])
        self._host.forget(self.call_id)
        return duration

    def take_due(self, now_ns: int) -> Handover | None:
        """The chunk that is due, if one is."""
        return self.take() if self._parts and now_ns - self._oldest_ns >= CHUNK_NS else None

    def take(self) -> Handover | None:
        """All frames that wait, if any; the media among them is dropped while the disk is too slow."""
        self._drop_when_full()
        return self._hand_over(last=False) if self._parts else None

    def finish(self) -> Handover:
        """As `take`, for the last time: the file is closed after it."""
        self._drop_when_full()
        return self._hand_over(last=True)

    def _drop_when_full(self) -> None:
        if self._frames and self._host.writer.full:
            self._lost = joined((*self._lost, *lost_with(b"".join(self._parts), LossCause.DISK_SLOW)))
            self._queue_drops += self._frames
            self._host.queue_drops += self._frames
            self._parts = [self._controls] if self._controls else []
            self._size, self._frames = len(self._controls), 0

    def _hand_over(self, *, last: bool) -> Handover:
        handover = Handover(
            file=self._file,
            plaintext=b"".join(self._parts),
            controls=self._controls,
            frames=self._frames,
            lost=self._lost,
            last=last,
        )
        self._parts, self._controls = [], b""
        self._size = self._frames = 0
        self._lost = ()
        return handover

    def _ms(self) -> int:
        return self._clock.ms or 0

    def _move(self, gate: Gate, actor: str | None) -> int:
        clock = self._ms()
        if kind := _TRANSITIONS.get((self.recording, gate.state)):
            clock = self._control(kind, actor=actor)
            self._gate = gate
            self._regate()
        return clock

    def _regate(self) -> None:
        self._state = None
        answered = self._clock.answered_ns is not None and not self._ended
        self._open = frozenset(
            party
            for party, side in self._sides.items()
            if answered and party not in self._uninformed and self._gate.allows(side)
        )
        self._host.regate(self)

    def _policy_frame(self, mode: Mode, policy_version: int) -> int:
        return self._control("policy", mode=mode, policy_version=policy_version, **self._decision)

    def _control(self, kind: str, *, party: int = journal.NO_PARTY, **fields: Any) -> int:
        """Write a control frame and return its clock: whoever is told of it hears the same millisecond."""
        self._check_alive()
        # What arrived before this moment was decided by the gate as it was.
        self._host.settle()
        clock = self._ms()
        frame = journal.control_frame(kind, clock=clock, party=party, **fields)
        self._add(frame, self._host.monotonic_ns())
        self._controls += frame
        return clock

    def _check_alive(self) -> None:
        if self._ended:
            raise CallEndedError(f"Call {self.call_id} has ended.")

    def _add(self, frames: bytes | memoryview, now_ns: int) -> None:
        """Keep frames for the next chunk, which covers at most a second and MAX_CHUNK_BYTES before them."""
        full = now_ns - self._oldest_ns >= MAX_CHUNK_NS or self._size >= MAX_CHUNK_BYTES
        if self._parts and full and (handover := self.take()):
            self._host.writer.put([handover])
        if not self._parts:
            self._oldest_ns = now_ns
            state = self._state_frame()
            self._parts.append(state)
            self._size += len(state)
        self._parts.append(frames)
        self._size += len(frames)

    def _state_frame(self) -> bytes:
        """What whoever lacks all chunks before has to know."""
        if self._state is None:
            self._state = journal.control_body(
                "state",
                mode=self.mode,
                recording=self.recording,
                parties=[
                    {"party": party, **fields, "informed": party not in self._uninformed}
                    for party, fields in self._joined.items()
                ],
            )
        return journal.control_head(self._state, clock=self._ms()) + self._state
