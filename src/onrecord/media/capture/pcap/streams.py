"""The RTP streams among the datagrams of a file, and what is known about each."""

from collections import Counter
from dataclasses import dataclass, field

from onrecord.audio import rtp
from onrecord.media.capture.pcap.codecs import Codecs
from onrecord.media.capture.pcap.datagrams import Datagram, Endpoint

#: Packets with consecutive sequence numbers that make a UDP flow an RTP stream; two do not happen by chance.
_NEIGHBORS = 2
_REORDER = 16
#: Payload types that mean RTCP when it shares the port (RFC 5761, section 4).
_RTCP = range(64, 96)
#: Longest authentication tag and key identifier that SRTP adds to a payload, in bytes (RFC 3711, RFC 7714).
_LONGEST_TAG = 32
#: Share of a stream's packets that must agree before we draw a conclusion.
_MOST = 0.9
#: Payloads remembered to recognize a relayed stream: about five hours' worth.
_FINGERPRINTS = 1_000_000
#: This many distinct payloads do not match by chance.
_DISTINCT = 50
#: Two streams with packets in this many common time slots (ns) are two voices; with fewer, one replaces the
#: other.
_TOGETHER = 3
_SLOT_NS = 100_000_000


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What identifies an RTP stream."""

    source: Endpoint
    destination: Endpoint
    ssrc: int

    def __str__(self) -> str:
        return f"{self.source} to {self.destination}, SSRC {self.ssrc:#010x}"

    def answers(self, other: "StreamKey") -> bool:
        """Whether it is the opposite direction between the same ports."""
        return (self.source, self.destination) == (other.destination, other.source)


@dataclass(slots=True, eq=False)
class Stream:
    """What is known about the packets with one key."""

    key: StreamKey
    #: Times of the first and last packet, ns.
    first: int
    last: int = 0
    packets: int = 0
    #: Number of packets by payload type.
    types: Counter[int] = field(default_factory=Counter)
    #: Time slots in which it had a packet.
    slots: set[int] = field(default_factory=set)
    _neighbors: int = 0
    #: Hashes of its payloads, without silence.
    _fingerprints: set[int] = field(default_factory=set)
    #: Payload bytes beyond the number of samples up to the next timestamp.
    _excess: Counter[int] = field(default_factory=Counter)
    _previous: rtp.RtpPacket | None = None

    def add(self, packet: rtp.RtpPacket, time: int) -> None:
        if self._previous is not None:
            self._compare(self._previous, packet)
        self._previous = packet
        self.first, self.last = min(self.first, time), max(self.last, time)
        self.packets += 1
        self.types[packet.payload_type] += 1
        self.slots.add(time // _SLOT_NS)
        if len(set(packet.payload)) > 1 and len(self._fingerprints) < _FINGERPRINTS:
            self._fingerprints.add(hash(packet.payload))

    def _compare(self, previous: rtp.RtpPacket, packet: rtp.RtpPacket) -> None:
        step = (packet.sequence - previous.sequence + 0x8000) % 0x10000 - 0x8000
        self._neighbors += 0 < abs(step) <= _REORDER
        samples = (packet.timestamp - previous.timestamp) % 2**32
        excess = len(previous.payload) - samples
        # The packets of a DTMF digit (RFC 4733) share a timestamp.
        if step == 1 and samples and abs(excess) <= _LONGEST_TAG:
            self._excess[excess] += 1

    @property
    def is_rtp(self) -> bool:
        return self._neighbors >= _NEIGHBORS

    def together(self, other: "Stream") -> bool:
        """Whether both are active at the same time, so neither replaces the other."""
        return len(self.slots & other.slots) >= _TOGETHER

    def relays(self, other: "Stream") -> bool:
        """Whether it carries the same payloads as `other`, forwarded by a PBX or a router."""
        if not other.first <= self.first <= other.last or self.key.answers(other.key):
            return False
        mine, theirs = self._fingerprints, other._fingerprints
        if not mine or len(mine & theirs) < _MOST * len(mine):
            return False
        # A tone repeats a few payloads, which two voices may share. In that case the addresses must match
        # too.
        return (
            len(mine) >= _DISTINCT
            or self.key.ssrc == other.key.ssrc
            or self.key.source.address == other.key.destination.address
            or self.key.destination == other.key.destination
        )

    def obstacle(self, codecs: Codecs) -> str | None:
        """Why its speech cannot be captured; None if it can."""
        if not any(codecs.taken_as(number) is not None for number in self.types):
            return f"{codecs.name(self.types.most_common(1)[0][0])}; only G.711 (PCMU, PCMA) can be captured"
        excess, count = self._excess.most_common(1)[0] if self._excess else (0, 0)
        if excess > 0 and count >= _MOST * self._excess.total():
            return f"encrypted (SRTP): each payload is {excess} bytes longer than its samples"
        return None


def parse(datagram: Datagram) -> tuple[StreamKey, rtp.RtpPacket] | None:
    """The RTP packet in `datagram`, or None."""
    packet = rtp.parse(datagram.payload)
    if packet is None or packet.payload_type in _RTCP:
        return None
    return StreamKey(datagram.source, datagram.destination, packet.ssrc), packet
