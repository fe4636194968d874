"""Captures one call: commands move its gate, and packets that pass become frames of its journal."""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture import journal
from onrecord.media.capture.chunk_buffer import ChunkBuffer
from onrecord.media.capture.clock import CallClock
from onrecord.media.capture.gate import PAYLOAD_TYPES, Gate, Side
from onrecord.media.capture.loss import Loss, count
from onrecord.media.capture.writer import JournalFile, Writer
from onrecord.policy.mode import Mode
from onrecord.protocol.recording_state import LossCause, RecordingState

#: Largest RTP payload of speech, in bytes: 128 ms of G.711, far above any real packet time.
MAX_PAYLOAD = 1024

_TRANSITIONS = {
    (RecordingState.OFF, RecordingState.RECORDING): "start",
    (RecordingState.RECORDING, RecordingState.PAUSED): "pause",
    (RecordingState.PAUSED, RecordingState.RECORDING): "resume",
}


class CallEndedError(Exception):
    """The call's journal has its last frame. Nothing can be added."""


class Host(Protocol):
    """What a call needs from its host."""

    writer: Writer
    monotonic_ns: Callable[[], int]

    def settle(self) -> None:
        """Take in everything that has arrived so far."""

    def regate(self, call: "CallCapture") -> None:
        """The gates of `call` have changed."""

    def forget(self, call_id: str) -> None:
        """The call has ended."""


class CallCapture:
    """The capture of one call. Created by `CaptureHost.open_call`."""

    def __init__(
        self,
        host: Host,
        call_id: str,
        file: JournalFile,
        *,
        gate: Gate,
        record_at_start: bool,
        policy_version: int,
    ) -> None:
        self.call_id = call_id
        #: Packets that were not valid G.711: empty, too long, or with numbers out of range.
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
        #: The fields of their `join` frames.
        self._joined: dict[int, dict[str, Any]] = {}
        #: Parties in the call who have not heard the announcement.
        self._uninformed: set[int] = set()
        self._open: frozenset[int] = frozenset()
        #: Body of the next chunk's `state` frame; None if something has changed since it was built.
        self._state: bytes | None = None
        #: Waiting frames. The host hands them over when they are due.
        self.chunks = ChunkBuffer(file, host.writer, self._state_frame)
        self._policy_frame(gate.mode, policy_version)

    @property
    def clock_ms(self) -> int | None:
        """Milliseconds since answer; None before it."""
        return self._clock.ms

    @property
    def captured(self) -> bool:
        """Whether any media frame was captured."""
        return self.chunks.has_media

    @property
    def ended(self) -> bool:
        """Whether the `end` frame has been written."""
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
        return count(self.losses) + self.chunks.untold_drops

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What the disk did not accept, in order. Losses still queued with other frames are added later."""
        return self._file.losses.all

    @property
    def losses_told(self) -> tuple[Loss, ...]:
        """The losses after which writing has resumed."""
        return self._file.losses.told

    @property
    def fault(self) -> LossCause | None:
        """Why nothing is being stored; None while the disk accepts writes."""
        if self.chunks.untold_drops:
            return LossCause.DISK_SLOW
        return self._file.losses.fault or self._host.writer.sync_fault

    def join(self, party: int, *, side: Side, role: str, user: str | None, informed: bool = True) -> None:
        """Add a voice. `party`: unused, 0-254; `role`: see docs/reference/journal.md. Raises ValueError.

        A party that is not `informed` has yet to hear the announcement and is not captured before `inform`.
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
        """Remove a voice. Raises KeyError if the party is not in the call."""
        if party not in self._sides:
            raise KeyError(party)
        self._control("leave", party=party)
        del self._sides[party], self._joined[party]
        self._uninformed.discard(party)
        self._regate()

    def inform(self) -> None:
        """Everyone in the call has now heard the whole announcement."""
        self._control("informed")
        self._uninformed.clear()
        self._regate()

    def answer(self, at: datetime) -> None:
        """Start the call clock, and recording if requested and allowed. `at`: aware wall-clock time."""
        if self._clock.answered_ns is not None:
            raise ValueError("The call was already answered.")
        self._clock.start()
        self._control("answer", at=at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
        if self._record_at_start and self.mode is not Mode.NONE:
            self._move(self._gate.record(None), self._starter)

    def allows(self, party: int) -> bool:
        """Whether speech of `party` is captured right now."""
        return party in self._open

    def media(self, party: int, packet: RtpPacket) -> bool:
        """The gate: takes one RTP packet as it arrives. True if it was captured."""
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
        self.chunks.add_media(head + payload, 1, now)
        return True

    def append(self, frames: bytes | memoryview, count: int, now_ns: int) -> None:
        """Add media frames that have passed the gate. At most MAX_CHUNK_BYTES at once."""
        self.chunks.add_media(frames, count, now_ns)

    def record(self, actor: str | None) -> int:
        """Start or resume. Returns the call clock, ms.

        Raises AboveCeilingError, NotChangeableError, CallEndedError.
        Nothing can be recorded before answer: recording then starts at answer, and `recording` stays off
        until then.
        """
        self._check_alive()
        gate = self._gate.record(actor)
        if self._clock.answered_ns is None:
            self._record_at_start, self._starter = True, actor
            return 0
        return self._move(gate, actor)

    def pause(self, actor: str | None) -> int:
        """Close the gate. No packet that arrives after this returns is captured.

        Returns the call clock, ms. Raises NotChangeableError, CallEndedError. Before answer it cancels a
        request to start recording at answer.
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
        """Write the last frame and hand everything over. Returns the duration in ms; 0 if never answered.

        Raises CallEndedError when the call has already ended.
        """
        duration = self._control("end", status=status, reason=reason)
        self._ended = True
        self._regate()
        self._host.writer.put([self.chunks.finish()])
        self._host.forget(self.call_id)
        return duration

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
        """Write a control frame and return its clock, so that all reports of it have the same millisecond."""
        self._check_alive()
        # Packets that arrived before now are subject to the old gate.
        self._host.settle()
        clock = self._ms()
        frame = journal.control_frame(kind, clock=clock, party=party, **fields)
        self.chunks.add_control(frame, self._host.monotonic_ns())
        return clock

    def _check_alive(self) -> None:
        if self._ended:
            raise CallEndedError(f"Call {self.call_id} has ended.")

    def _state_frame(self) -> bytes:
        """Everything a reader needs to know if all earlier chunks are missing."""
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
