"""Small images of a recording as SVG, drawn by the server. Pure. Styles come from CSS classes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

#: Height of one side of a waveform.
HALF = 30
#: Percent of full scale.
_LEAST_HEIGHT = 10
#: One bar every 2 units, starting at the middle line.
_STARTS = [f"M{2 * number + 1} {HALF}v" for number in range(120)]


def full_height(thumbnail: Mapping[str, Sequence[int]]) -> int:
    """The height to scale both sides to: the louder one's, but not too low, so that silence stays flat."""
    return max(_LEAST_HEIGHT, *thumbnail["left"], *thumbnail["right"])


def bars(heights: Sequence[int], full: int, *, upwards: bool) -> str:
    """One side of a waveform as an SVG path: at most 120 bars, with heights up to `full`."""
    ends = _ends(full, upwards=upwards)
    return "".join([start + ends[height] for start, height in zip(_STARTS, heights, strict=False)])


@cache
def _ends(full: int, *, upwards: bool) -> list[str]:
    """The end of the path for each height. Silence is a dot on the line, not a gap."""
    sign = "-" if upwards else ""
    return [f"{sign}{max(1, round(height * HALF / full))}" for height in range(full + 1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A section of the talk bar."""

    #: `ours`, `both`, `contact` or `silence`.
    side: str
    #: Percent of the bar's width.
    start: float
    width: float


def talk_parts(talk: Mapping[str, Any]) -> Iterator[Part]:
    """How the recording's time is divided between the sides (docs/reference/storage.md, `talk`)."""
    sides = ("ours", "both", "contact", "silence")
    total, start = sum(talk[f"{side}_ms"] for side in sides), 0.0
    for side in sides:
        width = 100 * talk[f"{side}_ms"] / (total or 1)
        if width:
            yield Part(side=side, start=round(start, 2), width=round(width, 2))
        start += width
