"""Where in a recording a packet belongs when some before it could not be decoded. Pure.

A damaged stretch must not shift the rest forward, or comments and talk times would be wrong. If packets have
timestamps, these show how much is missing. MP3 and similar formats have none: libav counts frames, and treats
a stretch without any as one packet, whatever its size.
"""

from dataclasses import dataclass
from fractions import Fraction

#: Containers round times; less than this between two packets is not a gap.
_LEAST_GAP = Fraction(1, 50)
#: How many packets must be decoded before their sizes can be used to estimate the length of others.
_ENOUGH = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """What is known about a packet before it is decoded. Times are in seconds."""

    #: In bytes.
    size: int
    #: When it begins; None if the container does not say.
    at: Fraction | None
    #: 0 if unknown.
    duration: Fraction


class GapTracker:
    """Measures what is missing. Feed it every packet in file order."""

    def __init__(self, *, timed: bool, longest_gap: Fraction) -> None:
        """`timed`: whether the file has its own times. A gap over `longest_gap` means a bad time."""
        self._timed = timed
        self._longest_gap = longest_gap
        #: When the next packet is expected.
        self._next: Fraction | None = None
        self._size = 0
        self._length = Fraction(0)
        self._decoded = 0
        #: Seconds lost since the last packet that was decoded.
        self.lost = Fraction(0)

    @property
    def end(self) -> Fraction:
        """When the last packet ended, according to the container."""
        return self._next or Fraction(0)

    def good(self, packet: Packet) -> Fraction:
        """Add a packet that was decoded. Returns the seconds of sound missing before it."""
        lost, self.lost = self.lost + self._gap(packet), Fraction(0)
        self._pass(packet)
        self._size += packet.size
        self._length += packet.duration
        self._decoded += 1
        return lost

    def bad(self, packet: Packet) -> None:
        """Add a packet that could not be decoded."""
        self.lost += self._gap(packet) + max(packet.duration, self._by_size(packet))
        self._pass(packet)

    def _gap(self, packet: Packet) -> Fraction:
        """Time between where the packet was expected and where it is."""
        if not self._timed or packet.at is None or self._next is None:
            return Fraction(0)
        gap = packet.at - self._next
        return gap if _LEAST_GAP < gap <= self._longest_gap else Fraction(0)

    def _by_size(self, packet: Packet) -> Fraction:
        if self._timed or self._decoded < _ENOUGH:
            return Fraction(0)
        return self._length * packet.size / self._size

    def _pass(self, packet: Packet) -> None:
        begin = packet.at if packet.at is not None else self.end
        self._next = begin + packet.duration
