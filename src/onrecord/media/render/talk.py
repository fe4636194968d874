"""Who talks when, from the energy of each channel, 20 ms at a time.

Each side has its own channel, so the only question is whether there is a voice, not whose. Energy answers
that as well as a speech model does, with identical results on every machine.
"""

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE
from onrecord.media.capture.gate import Side
from onrecord.media.render.peaks import POINT, reduced
from onrecord.protocol.events import Interruptions, Monologues, Stretch, Talk

#: Length of a frame in ms.
FRAME_MS = POINT * 1000 // RATE
#: A frame is speech from this many times the level of the line's own noise (10 dB) ...
_ABOVE_NOISE = 3
#: ... which is what the quietest tenth of the sounding frames stays below ...
_QUIETEST = 0.1
#: ... but never below -46 dB of full scale, and always from -30 dB: telephone speech is at about -20.
_LEAST, _MOST = 164, 1036
#: Hangover: a voice may pause this long between words within one stretch of talk, in frames (300 ms).
_HANGOVER = 15
#: Sounds shorter than this are clicks, not speech, in frames (60 ms).
_CLICK = 3
#: A monologue continues across pauses of up to 2 s, and across remarks of the other side under 1 s, in
#: frames.
_PAUSE, _REMARK = 100, 50

_SIDES = (Side.OURS, Side.CONTACT)


class TalkAnalysis:
    """Collects the level of each frame from the PCM stream: 4 bytes per 20 ms."""

    def __init__(self) -> None:
        self._rest = np.empty((0, 2), np.int16)
        self._levels = bytearray()
        self._samples = 0

    def add(self, pcm: NDArray[np.int16]) -> None:
        """Take the next samples, int16[n, 2]. The result does not depend on how they are sliced."""
        self._samples += len(pcm)
        pcm = np.concatenate((self._rest, pcm))
        whole = len(pcm) // POINT * POINT
        self._levels += _levels(pcm[:whole].reshape(-1, POINT, 2)).tobytes()
        self._rest = pcm[whole:].copy()

    def finish(self, captured: set[Side]) -> Talk:
        """Who talked. `captured`: the sides with any audio."""
        levels = [np.frombuffer(self._levels, np.uint16).reshape(-1, 2)]
        if len(self._rest):
            padded = np.zeros((1, POINT, 2), np.int16)
            padded[0, : len(self._rest)] = self._rest
            levels.append(_levels(padded))
        ours, contact = (_speech(channel) for channel in np.concatenate(levels).T)
        duration = round(self._samples * 1000 / RATE)
        widths = np.full(len(ours), FRAME_MS)
        if len(widths):
            widths[-1] += duration - int(widths.sum())
        ours_ms, contact_ms, both_ms = (
            int(widths[where].sum()) for where in (ours & ~contact, contact & ~ours, ours & contact)
        )
        total = ours_ms + contact_ms + 2 * both_ms
        return Talk(
            ours_ms=ours_ms,
            contact_ms=contact_ms,
            both_ms=both_ms,
            silence_ms=duration - ours_ms - contact_ms - both_ms,
            ratio=round((ours_ms + both_ms) / total, 4) if total and captured == set(_SIDES) else None,
            longest_monologue=Monologues(ours=_monologue(ours, contact), contact=_monologue(contact, ours)),
            interruptions=Interruptions(
                ours=_interruptions(ours, contact), contact=_interruptions(contact, ours)
            ),
        )


def _levels(frames: NDArray[np.int16]) -> NDArray[np.uint16]:
    """Root mean square per frame and channel, uint16[n, 2], of int16[n, POINT, 2]."""
    # Divide by 256 before adding, so that a frame's sum fits 32 bits. The rounding is far below speech.
    sums = reduced(np.add, np.square(frames, dtype=np.int32) >> 8)
    levels: NDArray[np.uint16] = np.sqrt(sums * (256 / POINT)).astype(np.uint16)
    return levels


def _speech(levels: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Whether the side talks, per frame."""
    sounding = np.sort(levels[levels > 0])
    if not len(sounding):
        return np.zeros(len(levels), np.bool_)
    noise = int(sounding[int(len(sounding) * _QUIETEST)])
    loud = levels >= min(max(_ABOVE_NOISE * noise, _LEAST), _MOST)
    return _closed(_without_short(loud, _CLICK), _HANGOVER)


def _runs(where: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Stretches of True as intp[n, 2]: first frame, and the one after the last."""
    edges = np.diff(np.concatenate(([False], where, [False])).astype(np.int8))
    return np.stack((np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)), axis=1)


def _painted(runs: NDArray[np.intp], frames: int) -> NDArray[np.bool_]:
    """The opposite of `_runs`."""
    edges = np.zeros(frames + 1, np.int32)
    np.add.at(edges, runs[:, 0], 1)
    np.add.at(edges, runs[:, 1], -1)
    return np.cumsum(edges[:frames]) > 0


def _without_short(where: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """`where` without stretches shorter than `frames`."""
    runs = _runs(where)
    return _painted(runs[runs[:, 1] - runs[:, 0] >= frames], len(where))


def _closed(where: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """`where` with gaps of up to `frames` between two stretches closed."""
    runs = _runs(~where)
    inside = (runs[:, 0] > 0) & (runs[:, 1] < len(where))
    return where | _painted(runs[inside & (runs[:, 1] - runs[:, 0] <= frames)], len(where))


def _monologue(own: NDArray[np.bool_], other: NDArray[np.bool_]) -> Stretch | None:
    """The longest stretch in which one side holds the floor; None when it never talks."""
    yielded = _without_short(other, _REMARK)
    runs = _runs(_closed(own & ~yielded, _PAUSE) & ~yielded)
    if not len(runs):
        return None
    start, end = runs[np.argmax(runs[:, 1] - runs[:, 0])].tolist()
    return Stretch(start_ms=start * FRAME_MS, end_ms=end * FRAME_MS)


def _interruptions(own: NDArray[np.bool_], other: NDArray[np.bool_]) -> int:
    """How often a side starts while the other is talking and the other stops first."""
    theirs = _runs(other)
    if not len(theirs):
        return 0
    starts, ends = _runs(own).T
    # For each of ours, the other side's last stretch that began before it.
    before = np.searchsorted(theirs[:, 0], starts) - 1
    cut = theirs[before, 1]
    return int(np.count_nonzero((before >= 0) & (starts < cut) & (cut < ends)))
