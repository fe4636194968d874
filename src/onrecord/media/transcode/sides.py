"""Decides whose voice each channel of a file has, and what governance allows of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onrecord.media.capture.gate import Side
from onrecord.policy.mode import Mode
from onrecord.protocol.transcoding import Channel


class SidesMixedError(ValueError):
    """Only our side may be kept, but the file does not have it in a separate channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """The channel of the file for each side; None for a side that stays silent."""

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
    """Which channel each side is in, for a file with `count` channels (1 or 2).

    `channels` is what the dialer says about them, in order. If it says nothing or has a different count, the
    first channel is taken as ours and a single one as both. That is a guess, so it is not used when only our
    side may be kept. Raises SidesMixedError.
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
