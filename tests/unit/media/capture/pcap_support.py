"""What the tests of network captures share: packets between hosts, files of them, what became of each."""

import math
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import dpkt
from capture_support import MASTER_KEY, Held, read_journal, rtp_packet

from onrecord.media.capture.pcap import PcapReport, capture_pcap

START = 1_769_871_845.25
#: Captures as others sent them in.
CAPTURES = Path(__file__).parent / "captures"

#: (time, frame) of one link type.
Packets = list[tuple[float, bytes]]
Wrap = Callable[[bytes], bytes]


def ip_packet(data: bytes, source: str, destination: str) -> bytes:
    """UDP from one `address:port` to another (IPv6 without brackets), in an IP packet."""
    (src, sport), (dst, dport) = (end.rsplit(":", 1) for end in (source, destination))
    udp = dpkt.udp.UDP(sport=int(sport), dport=int(dport), data=data, ulen=8 + len(data))
    if ":" in src:
        ends = (socket.inet_pton(socket.AF_INET6, end) for end in (src, dst))
        return bytes(dpkt.ip6.IP6(src=next(ends), dst=next(ends), nxt=17, plen=len(udp), hlim=64, data=udp))
    ends = (socket.inet_aton(end) for end in (src, dst))
    return bytes(dpkt.ip.IP(src=next(ends), dst=next(ends), p=17, data=udp, len=28 + len(data)))


def ethernet(packet: bytes) -> bytes:
    return bytes(dpkt.ethernet.Ethernet(type=0x0800 if packet[0] >> 4 == 4 else 0x86DD, data=packet))


def tone(hertz: int, number: int) -> bytes:
    """20 ms of a tone in a crude mu-law; no two packets of a voice are alike where `hertz` is odd."""
    samples = (math.sin(2 * math.pi * hertz * (number * 160 + i) / 8000) for i in range(160))
    return bytes(0x80 + round(70 * (1 + sample) / 2) for sample in samples)


@dataclass(frozen=True, kw_only=True)
class Voice:
    """20 ms packets from one `address:port` to another."""

    source: str
    destination: str
    ssrc: int
    hertz: int = 401
    #: Seconds after the start.
    begins: float = 0.0
    count: int = 50
    #: Number of the first packet's sound; its sequence number too.
    first: int = 0
    payload_type: int = 0

    def packets(self, wrap: Wrap = ethernet) -> Packets:
        return [
            (
                START + self.begins + i * 0.02,
                wrap(
                    ip_packet(
                        rtp_packet(
                            self.first + i,
                            ssrc=self.ssrc,
                            payload=tone(self.hertz, self.first + i),
                            payload_type=self.payload_type,
                        ),
                        self.source,
                        self.destination,
                    )
                ),
            )
            for i in range(self.count)
        ]


def together(*parts: Packets) -> Packets:
    """Packets in order of time."""
    return sorted((each for part in parts for each in part), key=lambda each: each[0])


def write(path: Path, packets: Packets, link: int = dpkt.pcap.DLT_EN10MB, *, ng: bool = False) -> Path:
    with path.open("wb") as file:
        writer = (
            dpkt.pcapng.Writer(file, idb=dpkt.pcapng.InterfaceDescriptionBlockLE(linktype=link))
            if ng
            else dpkt.pcap.Writer(file, linktype=link)
        )
        for at, packet in packets:
            writer.writepkt(packet, at)
    return path


def capture_file(tmp_path: Path, source: Path, ours: str | None = None) -> tuple[PcapReport, Held]:
    out = tmp_path / "out.journal"
    report = capture_pcap(source, out, MASTER_KEY, ours)
    return report, read_journal(out)


def capture(
    tmp_path: Path, packets: Packets, link: int = dpkt.pcap.DLT_EN10MB, ours: str | None = None
) -> tuple[PcapReport, Held]:
    return capture_file(tmp_path, write(tmp_path / "in.pcap", packets, link), ours)


@dataclass(frozen=True, kw_only=True)
class Interface:
    """An interface of a pcapng file; `resolution` as `if_tsresol` has it."""

    link: int
    resolution: int = 6
    offset: int = 0


def pcapng(
    interfaces: Iterable[Interface], packets: Iterable[tuple[int, float, bytes]], order: str = "<"
) -> bytes:
    """A pcapng section: interfaces, then (interface, time, frame) as Enhanced Packet Blocks."""
    known = list(interfaces)
    text = block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    for each in known:
        options = struct.pack(f"{order}HHB3xHHqI", 9, 1, each.resolution, 14, 8, each.offset, 0)
        text += block(1, struct.pack(f"{order}HHI", each.link, 0, 0) + options, order)
    for number, at, frame in packets:
        each = known[number]
        units = 2 ** (each.resolution & 0x7F) if each.resolution & 0x80 else 10**each.resolution
        ticks = round((at - each.offset) * units)
        head = struct.pack(f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
        text += block(6, head + frame, order)
    return text


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length
