"""What the web asks for when it places a call (docs/reference/switch.md)."""

from dataclasses import dataclass

from onrecord.policy.mode import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the web decided about recording."""

    mode: Mode
    record_at_start: bool
    may_change: bool
    policy_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A call to place."""

    call_id: str
    #: E.164.
    to: str
    #: The caller's number in E.164, or None for an anonymous call.
    caller: str | None
    user_id: str
    #: Whether the user may change the recording.
    controls: bool
    decision: Decision
    #: The consent announcement, PCMU at 8 kHz; None for none.
    announcement: bytes | None
    #: Seconds from one beep to the next while recording; None for no beep.
    beep_every_s: int | None
