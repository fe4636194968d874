"""Turns placed frames into stereo PCM: our side left, the contact right. Keeps only a few seconds."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from onrecord.audio.g711 import ALAW, PCMA, PCMU, ULAW
from onrecord.media.capture.gate import Side
from onrecord.media.render.errors import RenderError
from onrecord.media.render.sender_timeline import PLACED

#: Most samples yielded at once (10 s), so that a long gap does not cost memory.
BLOCK = 80_000

_TABLES = {PCMU: ULAW, PCMA: ALAW}
#: Which codes are louder than -40 dB of full scale: a frame without any is silence, apart from noise.
_LOUD = {kind: np.abs(table.astype(np.int32)) > 328 for kind, table in _TABLES.items()}
_SIDES = (Side.OURS, Side.CONTACT)
_Sample = TypeVar("_Sample", np.uint8, np.int16)


class Mixdown:
    """Collects frames and yields the samples before a limit, in order, once each."""

    def __init__(self) -> None:
        #: Position of the recording's first sample; None until something is yielded.
        self.begin: int | None = None
        #: Position after the last sample yielded.
        self.position = 0
        self._end = 0
        #: End of the missing stretches that need silence although there are no frames.
        self._covered: int | None = None
        self._frames = np.empty(0, PLACED)
        self._tape = np.empty(0, np.uint8)
        self._tape_begins = 0

    @property
    def tape_end(self) -> int:
        """Where on the tape the next payload will be."""
        return self._tape_begins + len(self._tape)

    def extend_tape(self, plaintexts: list[bytes]) -> None:
        """Add bytes that frames will refer to by `at`."""
        self._tape = np.concatenate([self._tape, *(np.frombuffer(text, np.uint8) for text in plaintexts)])

    def quiet(self, frames: NDArray[np.void]) -> NDArray[np.bool_]:
        """Which frames of PLACED[n], whose payloads are on the tape, are silence; bool[n]."""
        starts = frames["at"] - self._tape_begins
        found = zip(starts.tolist(), frames["size"].tolist(), frames["payload_type"].tolist(), strict=True)
        return np.array(
            [kind in _LOUD and not _LOUD[kind][self._tape[at : at + size]].any() for at, size, kind in found],
            np.bool_,
        )

    def add(self, frames: NDArray[np.void]) -> None:
        """Add PLACED[n]. No frame may be before a limit already used."""
        if len(frames):
            known = np.concatenate((self._frames, frames))
            self._frames = known[np.argsort(known["order"], kind="stable")]
            self._end = max(self._end, int((frames["position"] + frames["size"]).max()))

    def cover(self, begin: int, end: int) -> None:
        """Make the recording cover [begin, end) even without frames."""
        self._covered = begin if self._covered is None else min(begin, self._covered)
        self._end = max(self._end, end)

    def before(self, limit: int | None, sides: Mapping[int, Side]) -> Iterator[NDArray[np.int16]]:
        """Stereo blocks, int16[n, 2], up to position `limit` or the last captured sample, whichever is less.

        They begin at the first frame or missing stretch; there is silence (zeros) where nothing was captured.
        `sides` has the side of each party. Raises RenderError for a party that never joined and for payloads
        other than G.711.
        """
        frames = self._frames
        limit = self._end if limit is None else min(limit, self._end)
        if self.begin is None:
            first = int(frames["position"].min()) if len(frames) else limit
            if self._covered is not None:
                first = min(first, self._covered)
            if first >= limit:
                return
            self.begin = self.position = first
        while self.position < limit:
            end = min(self.position + BLOCK, limit)
            yield self._mix(self.position, end, sides)
            self.position = end
        self._frames = frames[frames["position"] + frames["size"] > self.position]

    def forget_tape(self, oldest_waiting: int | None) -> None:
        """Drop the part of the tape that no frame here and none from `oldest_waiting` on needs any longer."""
        needed = [self.tape_end if oldest_waiting is None else oldest_waiting]
        if len(self._frames):
            needed.append(int(self._frames["at"].min()))
        keep = min(needed)
        self._tape = self._tape[keep - self._tape_begins :]
        self._tape_begins = keep

    def _mix(self, begin: int, end: int, sides: Mapping[int, Side]) -> NDArray[np.int16]:
        inside = self._frames["position"] < end
        inside &= self._frames["position"] + self._frames["size"] > begin
        frames = self._frames[inside]
        voices: dict[Side, list[NDArray[np.int16]]] = {side: [] for side in _SIDES}
        for party in np.unique(frames["party"]).tolist():
            if party not in sides:
                raise RenderError(f"Party {party} has audio but never joined the call.")
            voices[sides[party]].append(self._paint(frames[frames["party"] == party], begin, end))
        stereo = np.zeros((end - begin, 2), np.int16)
        for channel, side in enumerate(_SIDES):
            stereo[:, channel] = _sum(voices[side])
        return stereo

    def _paint(self, frames: NDArray[np.void], begin: int, end: int) -> NDArray[np.int16]:
        """One party's samples in [begin, end), int16[n]. Later frames overwrite earlier ones."""
        margin = int(frames["size"].max())
        canvas = np.zeros(end - begin + 2 * margin, np.int16)
        kinds = frames["size"].astype(np.int32) << 8 | frames["payload_type"]
        for run in np.split(frames, np.flatnonzero(np.diff(kinds)) + 1):
            size, payload_type = int(run["size"][0]), int(run["payload_type"][0])
            if payload_type not in _TABLES:
                raise RenderError(f"The journal holds audio of RTP payload type {payload_type}, not G.711.")
            payloads = _windows(self._tape, size)[run["at"] - self._tape_begins]
            _windows(canvas, size)[run["position"] - begin + margin] = _TABLES[payload_type][payloads]
        return canvas[margin : margin + end - begin]


def _windows(array: NDArray[_Sample], size: int) -> NDArray[_Sample]:
    """All windows of `size` elements as rows of a view: one index per frame copies whole payloads."""
    step = array.strides[0]
    return as_strided(array, (len(array) - size + 1, size), (step, step))


def _sum(voices: list[NDArray[np.int16]]) -> NDArray[np.int16] | int:
    """The sum of the voices, clipped to 16 bits; silence if there are none."""
    if not voices:
        return 0
    if len(voices) == 1:
        return voices[0]
    return np.sum(voices, axis=0, dtype=np.int32).clip(-32768, 32767).astype(np.int16)
