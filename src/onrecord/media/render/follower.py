"""Follows one call's growing journal and seals its audio as it is rendered.

No plaintext touches the disk: encoded bytes are sealed before they reach the file.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE
from onrecord.media.capture.reader import JournalReader
from onrecord.media.render import manifest
from onrecord.media.render.holes import holes
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.media.render.recording_writer import RecordingWriter
from onrecord.media.render.rendered_recording import RenderedRecording
from onrecord.protocol.recording_state import HoleCause

_PER_MS = RATE // 1000


class JournalFollower:
    """Renders one journal, a slice at a time. Except for the peaks, memory does not grow with the call."""

    def __init__(self, journal: Path, master_key: bytes, unfinished: Path) -> None:
        """`unfinished`: folder for the sealed audio. Raises JournalError when the header is unusable."""
        self.journal = journal
        self.reader = JournalReader(journal, master_key)
        self.call_id = self.reader.header.call_id
        #: Whether the last slice left chunks that are already in the file.
        self.behind = True
        self._renderer = JournalRenderer()
        self._unfinished = unfinished
        self._writer: RecordingWriter | None = None

    @property
    def clock_ms(self) -> int:
        """Greatest call clock in the journal so far."""
        return self._renderer.newest_ms

    def has_made(self, signed: dict[str, Any]) -> bool:
        """Whether a manifest was made from this journal."""
        return bool(signed["journal"]["header"] == self.reader.header.digest.hex())

    @property
    def damaged(self) -> bool:
        """Whether sound of the call may have been lost to damage."""
        return any(hole.cause is HoleCause.DAMAGED for hole in holes(self._renderer.controls))

    @property
    def captured(self) -> bool:
        """Whether the journal has media."""
        return bool(self._renderer.captured())

    def advance(self, most: int) -> bool:
        """Render up to `most` chunks. True if there were any. Raises JournalError, RenderError, OSError."""
        if not self.reader.has_news():
            self.behind = False
            return False
        chunks = list(islice(self.reader.poll(), most))
        self.behind = len(chunks) == most and not self.reader.ended
        self._write(self._renderer.feed(chunks))
        return bool(chunks)

    def finish(self) -> RenderedRecording | None:
        """The recording; None if nothing was captured. Call it after the `end` frame has been read."""
        self._write(self._renderer.finish())
        if self._writer is None:
            return None
        peaks = self._writer.finish()
        return RenderedRecording(
            call_id=self.call_id,
            data_key=self._writer.data_key,
            manifest=manifest.sign(self._manifest(self._writer, peaks), self._writer.data_key),
            peaks=peaks,
            sealed_audio=self._writer.path,
        )

    def close(self) -> None:
        """Abandon: delete the unfinished audio."""
        if self._writer is not None:
            self._writer.discard()

    def _write(self, blocks: Iterator[NDArray[np.int16]]) -> None:
        for pcm in blocks:
            if self._writer is None:
                self._writer = RecordingWriter(self._unfinished / f"{self.call_id}.audio", self.call_id)
            self._writer.add(pcm)

    def _manifest(self, writer: RecordingWriter, peaks: bytes) -> dict[str, Any]:
        renderer, header = self._renderer, self.reader.header.digest
        return {
            "version": manifest.VERSION,
            "call_id": self.call_id,
            "journal": {
                "header": header.hex(),
                "chain": self.reader.chain.hex(),
                "chunks": self.reader.chunks,
                "torn": self.reader.torn_bytes > 0,
                "damage": self.reader.damage.document(),
            },
            **manifest.course(renderer.controls, header, until_ms=renderer.newest_ms),
            **writer.document(peaks),
            "begins_at_ms": (renderer.begin or 0) // _PER_MS,
            "talk": writer.talk.finish({renderer.sides[party] for party in renderer.captured()}).document(),
            "frames": {str(party): counts for party, counts in renderer.captured().items()},
            "drops": sum(c.fields["frames"] for c in renderer.controls if c.type == "drops"),
        }
