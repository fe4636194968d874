"""Where in a recording a packet belongs, when some before it could not be decoded: pure.

A damaged stretch must not pull what follows it forward: a comment at a second, and who spoke when, would be
wrong. Where packets carry times, the times say how much is missing. MP3 and the like carry none: libav counts
frames, and a stretch in which it finds none is one packet to it, of whatever size.
"""

from dataclasses import dataclass
from fractions import Fraction

#: Times are rounded by containers; less than this between two packets is no gap.
_LEAST_GAP = Fraction(1, 50)
#: Packets that are decoded before their size says how long others are.
_ENOUGH = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """What is known of a packet before it is decoded. Times in seconds."""

    #: Bytes.
    size: int
    #: When it begins; None where the container does not say.
    at: Fraction | None
    #: 0 where it is not known.
    duration: Fraction


class GapTracker:
    """Counts what is missing. Feed it every packet in the file's order."""

    def __init__(self, *, timed: bool, longest_gap: Fraction) -> None:
        """`timed`: whether the times are the file's own. A gap beyond `longest_gap` is a broken time."""
        self._timed = timed
        self._longest_gap = longest_gap
        #: When the next packet is expected.
        self._next: Fraction | None = None
        self._size = 0
        self._length = Fraction(0)
        self._decoded = 0
        #: Seconds lost since the last packet that could be decoded.
        self.lost = Fraction(0)

    @property
    def end(self) -> Fraction:
        """When the last packet ended, by the container."""
        return self._next or Fraction(0)

    def good(self, packet: Packet) -> Fraction:
        """Take a packet that was decoded; seconds of sound that are missing before it."""
        lost, self.lost = self.lost + self._gap(packet), Fraction(0)
        self._pass(packet)
        self._size += packet.size
        self._length += packet.duration
        self._decoded += 1
        return lost

    def bad(self, packet: Packet) -> None:
        """Take a packet that could not be decoded."""
        self.lost += self._gap(packet) + max(packet.duration, self._by_size(packet))
        self._pass(packet)

    def _gap(self, packet: Packet) -> Fraction:
        """From where the packet was expected to where it is."""
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
