"""Where an imported file could not be read, expressed as journal frames. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from onrecord.audio.g711 import RATE
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY, ControlFrame
from onrecord.protocol.recording_state import HoleCause, RecordingState

#: Most holes listed one by one. In a file with more, neighbors are merged, including the sound between them.
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Stretch:
    """In samples."""

    start: int
    end: int


class FileDamage:
    """Collects the holes in a file."""

    def __init__(self) -> None:
        self._found: list[_Stretch] = []
        #: Number of samples that could not be read.
        self.samples = 0

    def add(self, start: int, samples: int) -> None:
        """`samples` samples are missing from sample `start` on."""
        self.samples += samples
        if self._found and self._found[-1].end == start:
            self._found[-1] = replace(self._found[-1], end=start + samples)
            return
        self._found.append(_Stretch(start, start + samples))
        if len(self._found) > _MOST:
            pairs = zip(self._found[::2], [*self._found[1::2], self._found[-1]], strict=False)
            self._found = [_Stretch(one.start, other.end) for one, other in pairs]

    def controls(self, *, mode: str, parties: dict[int, Side]) -> list[ControlFrame]:
        """A `hole` for each, and the `state` frame that follows it (docs/reference/journal.md)."""
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
    """A `hole` after the file's end for sound that its header announces but the file does not contain."""
    if cut_s <= 0:
        return []
    return [_control("hole", at_ms, until=at_ms + round(cut_s * 1000), cause=HoleCause.CUT.value)]


def _control(kind: str, clock: int, **fields: Any) -> ControlFrame:
    return ControlFrame(type=kind, clock=clock, party=NO_PARTY, fields=fields)


def _ms(samples: int) -> int:
    return round(samples * 1000 / RATE)
