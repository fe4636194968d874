"""Media frames that passed the gate but never reached the journal: how many, whose, when and why. Pure."""

import errno
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from onrecord.audio.g711 import RATE
from onrecord.media.capture import journal
from onrecord.protocol.recording_state import LossCause

_PER_MS = RATE // 1000


def cause_of(error: OSError) -> LossCause:
    return LossCause.DISK_FULL if error.errno in {errno.ENOSPC, errno.EDQUOT} else LossCause.DISK_FAILED


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """Consecutive frames lost for one cause."""

    cause: LossCause
    #: Call clock in ms: when the first frame began, and when the last one's sound ended.
    start_ms: int
    until_ms: int
    #: Number of frames, by party.
    frames: Mapping[int, int]

    @property
    def count(self) -> int:
        return sum(self.frames.values())

    def control_frame(self) -> bytes:
        """The `drops` frame that records it (docs/reference/journal.md)."""
        return journal.control_frame(
            "drops",
            clock=self.start_ms,
            until=self.until_ms,
            cause=self.cause,
            frames=self.count,
            parties=[{"party": party, "frames": frames} for party, frames in sorted(self.frames.items())],
        )


def lost_with(plaintext: bytes, cause: LossCause) -> tuple[Loss, ...]:
    """The losses when `plaintext` is dropped; empty if it contains no media."""
    media = journal.Chunk(number=0, epoch=0, plaintext=plaintext).media().headers
    if not len(media):
        return ()
    ends = media["clock"].astype(np.int64) + media["size"] // _PER_MS
    frames = Counter(media["party"].tolist())
    return (Loss(cause=cause, start_ms=int(media["clock"].min()), until_ms=int(ends.max()), frames=frames),)


def joined(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Losses in order; consecutive ones with the same cause are merged."""
    found: list[Loss] = []
    for loss in losses:
        if found and found[-1].cause is loss.cause:
            last = found[-1]
            found[-1] = Loss(
                cause=loss.cause,
                start_ms=min(last.start_ms, loss.start_ms),
                until_ms=max(last.until_ms, loss.until_ms),
                frames=Counter(last.frames) + Counter(loss.frames),
            )
        else:
            found.append(loss)
    return tuple(found)


def count(losses: Iterable[Loss], cause: LossCause | None = None) -> int:
    """Number of frames lost, for one cause or for all."""
    return sum(loss.count for loss in losses if cause in {None, loss.cause})


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses of one journal. Immutable, so that another thread can read it at any time."""

    #: Recorded in the journal, in order.
    told: tuple[Loss, ...] = ()
    #: Not yet recorded there, because nothing has been written since.
    owed: tuple[Loss, ...] = ()
    #: Why the last write failed; None if it succeeded.
    fault: LossCause | None = None

    def owing(self, losses: Iterable[Loss]) -> "Losses":
        return replace(self, owed=joined((*self.owed, *losses)))

    def failed(self, cause: LossCause) -> "Losses":
        return replace(self, fault=cause)

    def written(self) -> "Losses":
        """These losses once everything owed has been written to the journal."""
        return Losses(told=(*self.told, *self.owed)) if self.owed or self.fault else self

    @property
    def all(self) -> tuple[Loss, ...]:
        return (*self.told, *self.owed)
