"""Which channel of a file is whose voice, and what of it governance lets through. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from onrecord.media.capture.gate import Side
from onrecord.policy.mode import Mode


class Channel(StrEnum):
    """What a channel of a delivered file holds."""

    USER = "user"
    PERSON = "person"
    MIXED = "mixed"


class SidesMixedError(ValueError):
    """Only our side may be kept, and the file does not keep it apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """From which channel of the file each side comes; None for a side that stays silent."""

    ours: int | None
    contact: int | None

    @property
    def heard(self) -> list[Side]:
        """The sides that have sound."""
        sources = ((Side.OURS, self.ours), (Side.CONTACT, self.contact))
        return [side for side, source in sources if source is not None]

    def pick(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """int16[n, channels] -> int16[n, 2], ours on the left."""
        picked = np.zeros((len(samples), 2), np.int16)
        for column, source in enumerate((self.ours, self.contact)):
            if source is not None:
                picked[:, column] = samples[:, source]
        return picked


def sides(count: int, channels: Sequence[Channel] | None, mode: Mode) -> Sides:
    """Where the sides are in a file of `count` channels (1 or 2).

    `channels` is what the dialer says of them, in order. Where it says nothing, or speaks of another count,
    the first is taken as ours and a single one as both: a guess, which does not do where only our side may be
    kept.
    Raises SidesMixedError.
    """
    named = list(channels) if channels is not None and len(channels) == count else []
    if mode is Mode.ONE_SIDED:
        if Channel.USER not in named:
            raise SidesMixedError(
                "Only our side of this call may be kept, and the file does not say which channel that is."
            )
        return Sides(ours=named.index(Channel.USER), contact=None)
    if not named or Channel.MIXED in named:
        return Sides(ours=0, contact=count - 1)
    return Sides(ours=_index(named, Channel.USER), contact=_index(named, Channel.PERSON))


def _index(named: list[Channel], channel: Channel) -> int | None:
    return named.index(channel) if channel in named else None
