"""What was captured from a file, and what could not be used and why, in sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.media.capture.gate import Side
from onrecord.media.capture.pcap.datagrams import Seen
from onrecord.media.capture.pcap.streams import StreamKey

#: Names of common link types that we do not support (https://www.tcpdump.org/linktypes.html).
_LINKS = {
    9: "PPP",
    105: "Wi-Fi",
    127: "Wi-Fi with radiotap",
    189: "USB",
    220: "USB",
    249: "USB",
    251: "Bluetooth",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PcapStream:
    """A stream that was assigned to a party, which may have several in a row."""

    party: int
    side: Side
    key: StreamKey
    #: RTP packets in the stream.
    packets: int
    #: RTP packets captured: speech with a known payload type.
    captured: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PcapReport:
    """The result of running a network capture."""

    call_id: str
    #: Ours first.
    streams: tuple[PcapStream, ...]
    #: Which rule chose our side, as a sentence.
    rule: str
    #: What could not be used, and what to do about it, as sentences.
    unused: tuple[str, ...]
    #: Packets in the file.
    packets: int
    #: UDP packets truncated by the capture.
    truncated: int
    #: From the first packet of any stream to the last one, in ms.
    duration_ms: int

    def __str__(self) -> str:
        lines = [
            f"Party {each.party} ({each.side}): {each.key}: "
            f"{each.captured} of {each.packets} packets captured"
            for each in self.streams
        ]
        lines.append(f"Call {self.call_id}: {self.duration_ms / 1000:.3f} s from {self.packets} packets")
        return "\n".join((*lines, self.rule, *self.unused))


def unused(seen: Seen, *, torn: bool) -> Iterator[str]:
    """A sentence for everything in a file that could not be opened."""
    for (interface, link), count in sorted(seen.links.items()):
        name = f" ({_LINKS[link]})" if link in _LINKS else ""
        yield (
            f"{_packets(count)} of interface {interface} {'has' if count == 1 else 'have'} link type "
            f"{link}{name}, which is not supported. Capture with -i any."
        )
    if seen.cut:
        amount = f"All {seen.udp}" if seen.cut >= seen.udp else f"{seen.cut} of {seen.udp}"
        yield f"{amount} UDP packets were cut at {seen.cut_at} bytes. Capture with -s 0."
    if seen.fragments:
        yield f"{seen.fragments} IP fragments could not be joined: other parts of their packets are missing."
    if seen.untimed:
        yield f"{_packets(seen.untimed)} without a time or an interface could not be placed."
    if seen.disordered:
        yield (
            f"{_packets(seen.disordered)} arrived more than a second out of order. Sort the file with "
            "reordercap and capture again."
        )
    if torn:
        yield "The end of the file is cut off. Everything before that was read."


def nothing_found(seen: Seen) -> str:
    """The start of the error message: how far the search for speech got."""
    if not seen.frames:
        return "It holds no packets."
    if not seen.udp:
        return f"None of its {seen.frames} packets is UDP that can be read."
    return f"None of its {seen.udp} UDP packets is speech in a supported format."


def _packets(count: int) -> str:
    return f"{count} packet{'s' if count != 1 else ''}"
