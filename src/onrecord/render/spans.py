"""When who was captured, by the journal's control frames alone. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from onrecord.capture.gate import RecordingState, Side, is_open
from onrecord.capture.journal import ControlFrame
from onrecord.policy.mode import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of call time in which a given set of parties was captured."""

    #: Milliseconds since answer.
    start_ms: int
    end_ms: int
    #: Numbers of the parties, ascending.
    parties: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """As it stands in manifests and events."""
        return {"start_ms": self.start_ms, "end_ms": self.end_ms, "parties": list(self.parties)}


_STATES = {
    "start": RecordingState.RECORDING,
    "resume": RecordingState.RECORDING,
    "pause": RecordingState.PAUSED,
    "end": RecordingState.OFF,
}


def spans(controls: Iterable[ControlFrame], *, until_ms: int) -> list[Span]:
    """The spans that the control frames, in journal order, describe.

    `until_ms` closes the last one when the journal has no `end`.
    """
    found: list[Span] = []
    mode, state = Mode.NONE, RecordingState.OFF
    sides: dict[int, Side] = {}
    uninformed: set[int] = set()
    since, captured = 0, tuple[int, ...]()

    def close(now: int) -> None:
        if captured and now > since:
            found.append(Span(start_ms=since, end_ms=now, parties=captured))

    for control in controls:
        if control.type == "policy":
            mode = Mode(control.fields["mode"])
        elif control.type == "join":
            sides[control.party] = Side(control.fields["side"])
            if not control.fields.get("informed", True):
                uninformed.add(control.party)
        elif control.type == "leave":
            sides.pop(control.party, None)
            uninformed.discard(control.party)
        elif control.type == "informed":
            uninformed.clear()
        state = _STATES.get(control.type, state)
        now_captured = tuple(
            sorted(
                party
                for party, side in sides.items()
                if party not in uninformed and is_open(mode, state, side)
            )
        )
        if now_captured != captured:
            close(control.clock)
            since, captured = control.clock, now_captured
    close(max(until_ms, since))
    return found
