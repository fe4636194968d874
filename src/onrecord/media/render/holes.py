"""Holes: stretches of a call whose sound should be in the recording and is not, each with its cause. Pure.

This is the only form in which lost sound is told: in manifests, in `recording.completed` and on pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from onrecord.media.capture.journal import ControlFrame
from onrecord.media.capture.loss import LossCause
from onrecord.media.render.gating import Gating


class Cause(StrEnum):
    """Why the sound is not there."""

    #: What was written was altered or removed afterwards.
    DAMAGED = "damaged"
    #: The switch died before it had written it; at most a second. `end_ms` is the latest it can have been.
    TORN = "torn"
    #: Of a file from elsewhere: it stands there, and cannot be decoded.
    UNREADABLE = "unreadable"
    #: Of a file from elsewhere: it ends before the length that its header says. The hole begins where the
    #: audio ends.
    CUT = "cut"
    #: The disk did not take it while the call was live; from when to when is known to the frame.
    DISK_FULL = LossCause.DISK_FULL.value
    DISK_FAILED = LossCause.DISK_FAILED.value
    DISK_SLOW = LossCause.DISK_SLOW.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """A stretch of call time of which sound is missing."""

    #: Milliseconds since answer.
    start_ms: int
    end_ms: int
    cause: Cause
    #: Numbers of the parties whose sound may be missing, ascending.
    parties: tuple[int, ...]

    def __str__(self) -> str:
        return f"{(self.end_ms - self.start_ms) / 1000:.1f} s at {self.start_ms / 1000:.1f} s ({self.cause})"

    def document(self) -> dict[str, Any]:
        """As it stands in manifests and events."""
        return {
            "start_ms": self.start_ms,
            "end_ms": self.end_ms,
            "cause": self.cause.value,
            "parties": list(self.parties),
        }


def holes(controls: Iterable[ControlFrame]) -> list[Hole]:
    """The holes that the control frames, in journal order, describe; those that can lack somebody's sound.

    What happened in a damaged stretch is not known, so it may lack everyone whom the ceiling let in before it
    or after it. What a dying switch took along was captured as it stood. Where neither before nor after
    anything is known, a hole names nobody.
    """
    found: list[Hole] = []
    gating = Gating()
    waiting: ControlFrame | None = None
    #: None: unknown.
    parties: frozenset[int] | None = None

    def close() -> None:
        if waiting is not None and (parties is None or parties):
            found.append(
                Hole(
                    start_ms=waiting.clock,
                    end_ms=max(waiting.clock, waiting.fields["until"]),
                    cause=Cause(waiting.fields["cause"]),
                    parties=tuple(sorted(parties or ())),
                )
            )

    for control in controls:
        if control.type == "hole":
            close()
            # Between two holes nothing was learned: the second may lack whom the first does.
            if waiting is None or gating.is_known:
                is_torn = control.fields["cause"] == Cause.TORN
                known = gating.captured if is_torn else gating.allowed
                parties = known if gating.is_known else None
            waiting = control
        elif control.type == "drops" and "until" in control.fields:
            found.append(_dropped(control))
        gating.follow(control)
        if control.type == "state" and waiting is not None:
            parties = (parties or frozenset()) | gating.allowed
            close()
            waiting, parties = None, None
    close()
    return sorted(found, key=lambda hole: hole.start_ms)


def _dropped(drops: ControlFrame) -> Hole:
    """Here the switch itself counted what it lost: nothing has to be assumed."""
    return Hole(
        start_ms=drops.clock,
        end_ms=drops.fields["until"],
        cause=Cause(drops.fields["cause"]),
        parties=tuple(party["party"] for party in drops.fields["parties"]),
    )
