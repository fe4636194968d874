"""Who is captured at each moment, from the journal's control frames alone. Pure."""

from collections.abc import Mapping
from typing import Any

from onrecord.media.capture.gate import Side, is_open
from onrecord.media.capture.journal import ControlFrame
from onrecord.policy.mode import Mode
from onrecord.protocol.recording_state import RecordingState

_STATES = {
    "start": RecordingState.RECORDING,
    "resume": RecordingState.RECORDING,
    "pause": RecordingState.PAUSED,
    "end": RecordingState.OFF,
}


def entering(control: ControlFrame) -> list[tuple[int, Mapping[str, Any]]]:
    """Who is in the call according to a control frame: a `join`, or a `state` if the `join` was lost.

    Returns the party numbers, each with `side`, `role` and `user`.
    """
    if control.type == "join":
        return [(control.party, control.fields)]
    if control.type == "state":
        return [(party["party"], party) for party in control.fields["parties"]]
    return []


class Gating:
    """Reconstructs the gate. Feed it the control frames in journal order.

    After a `hole` nobody counts as captured until a `state` says who is in the call and what the gate allows.
    """

    def __init__(self) -> None:
        self._mode = Mode.NONE
        self._state = RecordingState.OFF
        self._sides: dict[int, Side] = {}
        self._uninformed: set[int] = set()
        #: Whether anything is known about the ceiling.
        self.is_known = False

    @property
    def captured(self) -> frozenset[int]:
        """The parties being captured now."""
        return frozenset(
            party
            for party, side in self._sides.items()
            if party not in self._uninformed and is_open(self._mode, self._state, side)
        )

    @property
    def allowed(self) -> frozenset[int]:
        """The parties that the ceiling allows, whether recording is on now or not."""
        return frozenset(
            party
            for party, side in self._sides.items()
            if is_open(self._mode, RecordingState.RECORDING, side)
        )

    def follow(self, control: ControlFrame) -> None:
        """Take the next control frame."""
        match control.type:
            case "policy":
                self._mode = Mode(control.fields["mode"])
                self.is_known = True
            case "join":
                self._join(control.party, control.fields)
            case "leave":
                self._sides.pop(control.party, None)
                self._uninformed.discard(control.party)
            case "informed":
                self._uninformed.clear()
            case "hole":
                self._forget()
            case "state":
                self._forget()
                self.is_known = True
                self._mode = Mode(control.fields["mode"])
                self._state = RecordingState(control.fields["recording"])
                for party in control.fields["parties"]:
                    self._join(party["party"], party)
        self._state = _STATES.get(control.type, self._state)

    def _join(self, party: int, fields: dict[str, Any]) -> None:
        self._sides[party] = Side(fields["side"])
        if not fields.get("informed", True):
            self._uninformed.add(party)

    def _forget(self) -> None:
        self._mode, self._state = Mode.NONE, RecordingState.OFF
        self.is_known = False
        self._sides.clear()
        self._uninformed.clear()
