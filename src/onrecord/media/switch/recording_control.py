"""The commands that open and close a call's gate: who may give them, and which events they cause."""

from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.gate import CommandRefusedError
from onrecord.media.switch.call_events import CallEvents
from onrecord.media.switch.precedence import Precedence
from onrecord.media.switch.prompts import Prompts
from onrecord.policy.mode import Mode
from onrecord.protocol.commands import RecordingResponse, RestrictResponse
from onrecord.protocol.error_codes import ErrorCode
from onrecord.protocol.events import (
    RecordingHeld,
    RecordingPaused,
    RecordingRefused,
    RecordingRestricted,
    RecordingResumed,
    RecordingStarted,
)
from onrecord.protocol.recording_state import RecordingState

_RUNS: dict[RecordingState, type[RecordingStarted | RecordingResumed]] = {
    RecordingState.OFF: RecordingStarted,
    RecordingState.PAUSED: RecordingResumed,
}


class EndedError(Exception):
    """The call has ended."""


class NotPermittedError(CommandRefusedError):
    """The user may not change the recording."""

    code = ErrorCode.NOT_PERMITTED


class RecordingControl:
    """For one call. Nothing here waits for a disk or for the web."""

    def __init__(self, capture: CallCapture, events: CallEvents, prompts: Prompts) -> None:
        #: The user who asked for recording before the answer, or last.
        self.started_by: str | None = None
        self._capture = capture
        self._events = events
        self._prompts = prompts
        self._precedence = Precedence()
        #: Users who may change the recording.
        self._controllers: set[str] = set()

    @property
    def generation(self) -> int:
        """Counts what has made the call stricter."""
        return self._precedence.generation

    def let(self, user: str, *, control: bool) -> None:
        """Whether the user may change the recording from now on."""
        (self._controllers.add if control else self._controllers.discard)(user)

    def pause(self, *, actor: str, press: str) -> RecordingResponse:
        """Close the gate. The reply has its state and since when. Applies once per `press` of an actor.

        It is never stale, and voids every earlier request to record. Raises EndedError, and
        CommandRefusedError (not_changeable, not_permitted): nothing changed, and the refusal is reported to
        the web.
        """
        self._check_alive()
        if not self._precedence.is_repeated(actor, press):
            try:
                self._pause(actor)
            except CommandRefusedError as refusal:
                self._precedence.remember(actor, press, refusal)
                self._refused(refusal, actor, RecordingState.PAUSED)
                raise
            self._precedence.remember(actor, press)
        return self._recording_now()

    def _pause(self, actor: str) -> None:
        self._check_control(actor)
        before = self._capture.recording
        self._capture.pause(actor)
        self._precedence.tighten()
        generation = self._precedence.generation
        if self._capture.recording is not before:
            self._events.emit_move(RecordingPaused(actor=actor, generation=generation))
        else:
            self._events.emit_vain(RecordingHeld(actor=actor, generation=generation))

    def record(self, *, actor: str, generation: int) -> RecordingResponse:
        """Open the gate, unless the call became stricter since `generation`.

        Raises StaleError, EndedError, and CommandRefusedError (above_ceiling, not_changeable, not_permitted):
        nothing changed, and refusals are reported to the web.
        """
        self._check_alive()
        self._precedence.check(generation)
        before = self._capture.recording
        if before is not RecordingState.RECORDING:
            try:
                self._check_control(actor)
                self._capture.record(actor)
            except CommandRefusedError as refusal:
                self._refused(refusal, actor, RecordingState.RECORDING)
                raise
            self.started_by = actor
        if self._capture.recording is not before:
            self._events.emit_move(_RUNS[before](actor=actor, generation=generation))
            if before is RecordingState.OFF:
                self._prompts.owe_announcement()
        return self._recording_now()

    def restrict(self, mode: Mode, *, may_change: bool, policy_version: int) -> RestrictResponse:
        """Lower the ceiling or remove the users' control. Anything looser than the current state is ignored.

        It is never stale, and voids every earlier request to record. Raises EndedError.
        """
        self._check_alive()
        before = self._capture.mode, self._capture.may_change
        self._capture.restrict(
            Mode.strictest(self._capture.mode, mode), policy_version, may_change=may_change
        )
        if (self._capture.mode, self._capture.may_change) != before:
            self._precedence.tighten()
            self._events.emit_move(
                RecordingRestricted(
                    mode=self._capture.mode,
                    may_change=self._capture.may_change,
                    policy_version=policy_version,
                    recording=self._capture.recording,
                    generation=self._precedence.generation,
                )
            )
        return RestrictResponse(
            mode=self._capture.mode,
            may_change=self._capture.may_change,
            recording=self._capture.recording,
            clock_ms=self._capture.clock_ms,
            generation=self._precedence.generation,
        )

    def _check_control(self, actor: str) -> None:
        if actor not in self._controllers:
            raise NotPermittedError("This user may not change the recording of this call.")

    def _refused(self, refusal: CommandRefusedError, actor: str, wanted: RecordingState) -> None:
        self._events.emit_vain(RecordingRefused(actor=actor, wanted=wanted, code=refusal.code))

    def _recording_now(self) -> RecordingResponse:
        return RecordingResponse(
            recording=self._capture.recording,
            clock_ms=self._capture.clock_ms,
            generation=self._precedence.generation,
        )

    def _check_alive(self) -> None:
        if self._capture.ended:
            raise EndedError
