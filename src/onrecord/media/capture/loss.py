"""Media frames that passed the gate and never reached the journal: how many, whose, when and why. Pure."""

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
    """Frames lost in a row for one cause."""

    cause: LossCause
    #: Call clock, ms: the first frame's, and where the last one's sound ends.
    start_ms: int
    until_ms: int
    #: Frames by party.
    frames: Mapping[int, int]

    @property
    def count(self) -> int:
        return sum(self.frames.values())

    def control_frame(self) -> bytes:
        """The `drops` frame that tells of it (docs/reference/journal.md)."""
        return journal.control_frame(
            "drops",
            clock=self.start_ms,
            until=self.until_ms,
            cause=self.cause,
            frames=self.count,
            parties=[{"party": party, "frames": frames} for party, frames in sorted(self.frames.items())],
        )


def lost_with(plaintext: bytes, cause: LossCause) -> tuple[Loss, ...]:
    """What goes with frames that are dropped; nothing where no media is among them."""
    media = journal.Chunk(number=0, epoch=0, plaintext=plaintext).media().headers
    if not len(media):
        return ()
    ends = media["clock"].astype(np.int64) + media["size"] // _PER_MS
    frames = Counter(media["party"].tolist())
    return (Loss(cause=cause, start_ms=int(media["clock"].min()), until_ms=int(ends.max()), frames=frames),)


def joined(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Losses in order, those that follow one another for the same cause as one."""
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
    """Frames lost, for one cause or all."""
    return sum(loss.count for loss in losses if cause in {None, loss.cause})


@dataclass(frozen=True, slots=True)
class Losses:
    """What one journal has lost. A value, so that another thread may read it at any time."""

    #: Told in the journal, in order.
    told: tuple[Loss, ...] = ()
    #: Not yet told there: nothing has been written since.
    owed: tuple[Loss, ...] = ()
    #: Why the last write failed; None if it did not.
    fault: LossCause | None = None

    def owing(self, losses: Iterable[Loss]) -> "Losses":
        return replace(self, owed=joined((*self.owed, *losses)))

    def failed(self, cause: LossCause) -> "Losses":
        return replace(self, fault=cause)

    def written(self) -> "Losses":
        """All that was owed is in the journal."""
        return Losses(told=(*self.told, *self.owed)) if self.owed or self.fault else self

    @property
    def all(self) -> tuple[Loss, ...]:
        return (*self.told, *self.owed)
