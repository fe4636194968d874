"""Turns a journal's chunks into stereo PCM while the journal is still growing. Pure: no files, no clock.

The PCM depends on the journal alone, not on how many chunks come at a time, because every rule
(docs/reference/journal.md) uses only the frames and their order.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY, Chunk, ControlFrame, MediaFrames
from onrecord.media.render.errors import RenderError
from onrecord.media.render.gating import entering
from onrecord.media.render.holes import holes
from onrecord.media.render.mixdown import Mixdown
from onrecord.media.render.placement import HORIZON, Placement
from onrecord.protocol.recording_state import HoleCause

_PER_MS = RATE // 1000


class JournalRenderer:
    """Renders one call from frames to samples. Holds only a few seconds of audio."""

    def __init__(self) -> None:
        #: Every control frame so far, in order.
        self.controls: list[ControlFrame] = []
        #: The side of every party that ever joined.
        self.sides: dict[int, Side] = {}
        #: The greatest clock of any frame so far, in ms.
        self.newest_ms = 0
        self._placement = Placement()
        self._mixdown = Mixdown()

    @property
    def begin(self) -> int | None:
        """Position of the first sample, counted from answer; None before there is one."""
        return self._mixdown.begin

    def captured(self) -> dict[int, dict[str, int]]:
        """Media frames per party: all, duplicates, and those left out because the sender's clock is fast."""
        placement = self._placement
        return {
            party: {
                "captured": count,
                "duplicate": placement.duplicates[party],
                "surplus": placement.surplus[party],
            }
            for party, count in sorted(placement.captured.items())
        }

    def feed(self, chunks: Sequence[Chunk]) -> Iterator[NDArray[np.int16]]:
        """Take the next chunks. Yields the samples that later frames can no longer change, int16[n, 2] each.

        Raises RenderError, JournalError.
        """
        if not chunks:
            return
        known = len(self.controls)
        media = [self._take(chunk) for chunk in chunks]
        starts = np.cumsum([self._mixdown.tape_end] + [len(frames.plaintext) for frames in media])
        at = np.concatenate([frames.offsets + start for frames, start in zip(media, starts, strict=False)])
        self._mixdown.extend_tape([frames.plaintext for frames in media])
        headers = np.concatenate([frames.headers for frames in media])
        self._mixdown.add(self._placement.place(headers, at, self._mixdown.quiet))
        if any(control.type in {"hole", "drops"} for control in self.controls[known:]):
            self._cover_holes()
        yield from self._mixdown.before(self._placement.newest * _PER_MS - HORIZON, self.sides)
        self._mixdown.forget_tape(self._placement.oldest_waiting)

    def finish(self) -> Iterator[NDArray[np.int16]]:
        """Yield the last samples, once the journal has ended. Raises RenderError."""
        self._mixdown.add(self._placement.finish())
        self._cover_holes()
        yield from self._mixdown.before(None, self.sides)

    def _take(self, chunk: Chunk) -> MediaFrames:
        if chunk.follows_gap:
            fields = {"cause": HoleCause.DAMAGED.value, "until": chunk.began_ms}
            self._follow(ControlFrame(type="hole", clock=self.newest_ms, party=NO_PARTY, fields=fields))
        for control in chunk.controls():
            self._follow(control)
        media = chunk.media()
        self.newest_ms = max(self.newest_ms, int(media.headers["clock"].max(initial=0)))
        return media

    def _cover_holes(self) -> None:
        """Missing sound becomes silence, so that damage does not shorten the recording."""
        for hole in holes(self.controls):
            self._mixdown.cover(hole.start_ms * _PER_MS, hole.end_ms * _PER_MS)

    def _follow(self, control: ControlFrame) -> None:
        self.controls.append(control)
        self.newest_ms = max(self.newest_ms, control.clock)
        for party, fields in entering(control):
            self._enter(party, fields)

    def _enter(self, party: int, fields: Mapping[str, Any]) -> None:
        try:
            side = Side(fields["side"])
        except (KeyError, ValueError) as error:
            raise RenderError(f"Party {party} joined without a known side ({error}).") from error
        if self.sides.setdefault(party, side) is not side:
            raise RenderError(f"Party {party} joined on both sides.")
