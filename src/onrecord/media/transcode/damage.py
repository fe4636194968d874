"""Where a file from elsewhere could not be read, as a journal would say it: pure."""

from dataclasses import dataclass, replace
from typing import Any

from onrecord.audio.g711 import RATE
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.protocol.recording_state import HoleCause, RecordingState

#: Holes that are told one by one. Of a file with more, neighbors are told as one, sound between them and all.
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Stretch:
    """In samples."""

    start: int
    end: int


class FileDamage:
    """Collects the holes of a file."""

    def __init__(self) -> None:
        self._found: list[_Stretch] = []
        #: Samples that could not be read.
        self.samples = 0

    def add(self, start: int, samples: int) -> None:
        """`samples` are missing from the sample `start` on."""
        self.samples += samples
        if self._found and self._found[-1].end == start:
            self._found[-1] = replace(self._found[-1], end=start + samples)
            return
        self._found.append(_Stretch(start, start + samples))
        if len(self._found) > _MOST:
            pairs = zip(self._found[::2], [*self._found[1::2], self._found[-1]], strict=False)
            self._found = [_Stretch(one.start, other.end) for one, other in pairs]

    def controls(self, *, mode: str, parties: dict[int, Side]) -> list[ControlFrame]:
        """A `hole` for each, and the `state` that goes on behind it (docs/reference/journal.md)."""
        there = [{"party": party, "side": side.value} for party, side in parties.items()]
        state = {"mode": mode, "recording": RecordingState.RECORDING.value, "parties": there}
        controls = []
        for hole in self._found:
            start, end = _ms(hole.start), _ms(hole.end)
            controls += [
                _control("hole", start, until=end, cause=HoleCause.UNREADABLE.value),
                _control("state", end, **state),
            ]
        return controls


def cut_hole(at_ms: int, cut_s: float) -> list[ControlFrame]:
    """The sound that a file announces and does not hold is missing behind its end."""
    if cut_s <= 0:
        return []
    return [_control("hole", at_ms, until=at_ms + round(cut_s * 1000), cause=HoleCause.CUT.value)]


def _control(kind: str, clock: int, **fields: Any) -> ControlFrame:
    return ControlFrame(type=kind, clock=clock, party=NO_PARTY, fields=fields)


def _ms(samples: int) -> int:
    return round(samples * 1000 / RATE)
