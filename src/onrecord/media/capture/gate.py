"""What may be captured: every command stays below a ceiling. Pure.

The ceiling (`Mode`) comes from governance and can only be lowered; commands move the recording state below
it. Anything unknown is not captured.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from onrecord.policy.mode import Mode
from onrecord.protocol.error_codes import ErrorCode
from onrecord.protocol.recording_state import RecordingState

#: RTP payload types that carry speech (RFC 3551): PCMU and PCMA. All others are dropped unread, above all
#: telephone-event (RFC 4733): digits typed during a call can be card numbers or secrets.
PAYLOAD_TYPES = frozenset({0, 8})


class Side(StrEnum):
    """The side that a voice belongs to."""

    OURS = "ours"
    CONTACT = "contact"


class CommandRefusedError(Exception):
    """A command was refused. Nothing changed."""

    #: The error code in the switch's replies and events.
    code: ClassVar[ErrorCode]


class AboveCeilingError(CommandRefusedError):
    """The command asks for more than governance allows on this call."""

    code = ErrorCode.ABOVE_CEILING


class NotChangeableError(CommandRefusedError):
    """Users may not change the recording of this call."""

    code = ErrorCode.NOT_CHANGEABLE


def is_open(mode: Mode, state: RecordingState, side: Side) -> bool:
    """Whether a voice of `side` is captured right now."""
    if state is not RecordingState.RECORDING:
        return False
    if mode is Mode.BOTH:
        return side is Side.OURS or side is Side.CONTACT
    return mode is Mode.ONE_SIDED and side is Side.OURS


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """The gate of one call. Every transition returns a new gate or raises `CommandRefusedError`."""

    #: The ceiling.
    mode: Mode
    #: Whether a user's command may move the gate. The policy decision itself (actor None) always may.
    may_change: bool
    state: RecordingState = RecordingState.OFF

    def allows(self, side: Side) -> bool:
        """Whether a voice of `side` may be captured now."""
        return is_open(self.mode, self.state, side)

    def record(self, actor: str | None) -> "Gate":
        """Open as far as the ceiling allows. Raises AboveCeilingError, NotChangeableError."""
        self._may_move(actor)
        if self.mode is not Mode.BOTH and self.mode is not Mode.ONE_SIDED:
            raise AboveCeilingError("This call must not be recorded.")
        return replace(self, state=RecordingState.RECORDING)

    def pause(self, actor: str | None) -> "Gate":
        """Close. A recording that has not started stays off. Raises NotChangeableError."""
        self._may_move(actor)
        return self._shut()

    def restrict(self, mode: Mode, *, may_change: bool) -> "Gate":
        """Lower the ceiling; `none` also closes the gate. Users who could not move the gate still cannot.

        Raises AboveCeilingError when `mode` is looser than the current one.
        """
        if mode.strictness < self.mode.strictness:
            raise AboveCeilingError(f"The ceiling of a call can only be lowered: {self.mode} stays.")
        lower = replace(self, mode=mode, may_change=self.may_change and may_change)
        return lower._shut() if mode is Mode.NONE else lower

    def _shut(self) -> "Gate":
        off = self.state is RecordingState.OFF
        return replace(self, state=RecordingState.OFF if off else RecordingState.PAUSED)

    def _may_move(self, actor: str | None) -> None:
        if actor is not None and not self.may_change:
            raise NotChangeableError("The policy does not allow users to change the recording of this call.")
