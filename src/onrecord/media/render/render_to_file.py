"""Renders one journal into an unencrypted file, for `onrecord render`."""

import hashlib
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE
from onrecord.media.capture.journal import JournalError
from onrecord.media.capture.reader import JournalReader
from onrecord.media.render.encoder import OpusEncoder
from onrecord.media.render.errors import RenderError
from onrecord.media.render.holes import holes
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.protocol.events import Hole

#: Chunks rendered together; larger batches are no faster.
BATCH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderReport:
    """The result of rendering."""

    #: The file that was written.
    out: Path
    #: Per channel, at 8 kHz.
    samples: int
    #: Call clock of the first sample.
    begins_at_ms: int
    #: Hash of the interleaved s16le samples, the same as in the stored recording's manifest.
    pcm_sha256: str
    #: The stretches that are missing.
    holes: tuple[Hole, ...]
    #: Whether something in the journal was altered, moved or removed.
    damaged: bool
    #: Whether the journal has its `end` frame.
    ended: bool

    def __str__(self) -> str:
        lines = [
            f"{self.out}: {self.samples / RATE:.2f} s, from {self.begins_at_ms / 1000:.3f} s of the call.",
            f"SHA-256 of the PCM: {self.pcm_sha256}",
        ]
        lines += [f"Missing: {hole}." for hole in self.holes]
        if self.damaged:
            lines.append("The journal was damaged: this is what could be read.")
        if not self.ended:
            lines.append("The call has not ended: this is what was captured so far.")
        return "\n".join(lines)


def render_to_file(journal: Path, out: Path, master_key: bytes) -> RenderReport:
    """Render `journal` to `out` as Ogg Opus (`.ogg`) or 16-bit PCM (`.wav`), depending on its suffix.

    Raises ValueError for any other suffix, and for a journal that cannot be rendered or has no audio; then
    `out` is not written.
    """
    if out.suffix not in (".ogg", ".wav"):
        raise ValueError(f"{out.name}: the name must end in .ogg or .wav.")
    reader, renderer = JournalReader(journal, master_key), JournalRenderer()
    digest, samples = hashlib.sha256(), 0
    try:
        blocks = render(reader, renderer)
        first = next(blocks, None)
        if first is None:
            raise ValueError(f"{journal.name} holds no audio.")
        with _output(out) as write:
            for pcm in chain([first], blocks):
                digest.update(pcm.data)
                samples += len(pcm)
                write(pcm)
    except (JournalError, RenderError) as error:
        raise ValueError(f"{journal.name} cannot be rendered: {error}") from error
    return RenderReport(
        out=out,
        samples=samples,
        begins_at_ms=(renderer.begin or 0) * 1000 // RATE,
        pcm_sha256=digest.hexdigest(),
        holes=tuple(holes(renderer.controls)),
        damaged=bool(reader.damage),
        ended=reader.ended,
    )


def render(reader: JournalReader, renderer: JournalRenderer) -> Iterator[NDArray[np.int16]]:
    """All samples of a journal in its current state, int16[n, 2] each. Raises JournalError, RenderError."""
    batch = []
    for chunk in reader.read_all():
        batch.append(chunk)
        if len(batch) == BATCH:
            yield from renderer.feed(batch)
            batch = []
    yield from renderer.feed(batch)
    yield from renderer.finish()


@contextmanager
def _output(path: Path) -> Iterator[Callable[[NDArray[np.int16]], None]]:
    """Opens a sound file for writing. Call the result with the next samples, int16[n, 2]."""
    with path.open("wb") as file:
        if path.suffix == ".ogg":
            encoder = OpusEncoder(file)
            yield encoder.encode
            encoder.finish()
        else:
            with wave.open(file, "wb") as sound:
                sound.setnchannels(2)
                sound.setsampwidth(2)
                sound.setframerate(RATE)
                yield lambda pcm: sound.writeframesraw(pcm.astype("<i2").tobytes())
