"""Extracts UDP datagrams from captured frames, and counts what could not be opened, and why.

Ethernet, VLAN tags (IEEE 802.1Q), PPPoE (RFC 2516), loopback, Linux cooked captures and raw IP; IPv4, IPv6
with its extension headers, and fragments of both.
"""

import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from onrecord.media.capture.pcap.files import Frame
from onrecord.media.capture.pcap.fragments import Fragment, Reassembly

_IPV4, _IPV6, _PPPOE = 0x0800, 0x86DD, 0x8864
_VLAN = {0x8100, 0x88A8, 0x9100}
#: PPP protocol numbers inside PPPoE.
_PPP = {0x0021: _IPV4, 0x0057: _IPV6}
_UDP = 17
_DISORDER_NS = 1_000_000_000
_FRAGMENT_HEADER, _AUTHENTICATION_HEADER = 44, 51
#: IPv6 extension headers that may come before UDP (RFC 8200, section 4).
_EXTENSIONS = {0, 43, 60, _FRAGMENT_HEADER, _AUTHENTICATION_HEADER}


class Endpoint(NamedTuple):
    """Where a datagram comes from or goes to."""

    #: In standard notation: `192.0.2.10`, `2001:db8::1`.
    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Datagram:
    #: Nanoseconds since 1970.
    time: int
    source: Endpoint
    destination: Endpoint
    payload: bytes


@dataclass(kw_only=True, slots=True)
class Seen:
    """Counts of what a file contained."""

    frames: int = 0
    #: UDP datagrams, including truncated ones.
    udp: int = 0
    #: UDP datagrams truncated by the capture, and the most bytes that any of their frames kept.
    cut: int = 0
    cut_at: int = 0
    #: Fragments whose datagram was never complete.
    fragments: int = 0
    #: Frames without a timestamp, or from an interface that the file does not describe.
    untimed: int = 0
    #: Frames more than a second older than one before them: the file is out of order, not the network.
    disordered: int = 0
    #: Number of frames that we cannot open, by (interface, link type).
    links: Counter[tuple[int, int]] = field(default_factory=Counter)

    def count_cut(self, frame: Frame, *, begins: bool) -> None:
        """Count `frame`, which holds a truncated datagram (`begins`) or a truncated later fragment."""
        self.udp += begins
        self.cut += 1
        self.cut_at = max(self.cut_at, len(frame.data))


@lru_cache(maxsize=1024)
def _endpoint(address: bytes, port: int) -> Endpoint:
    family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
    return Endpoint(socket.inet_ntop(family, address), port)


def _ethernet(data: bytes) -> tuple[int, bytes]:
    return int.from_bytes(data[12:14]), data[14:]


def _cooked(data: bytes) -> tuple[int, bytes]:
    return int.from_bytes(data[14:16]), data[16:]


def _cooked_2(data: bytes) -> tuple[int, bytes]:
    return int.from_bytes(data[0:2]), data[20:]


def _raw(data: bytes) -> tuple[int, bytes]:
    return {4: _IPV4, 6: _IPV6}.get(data[0] >> 4 if data else 0, 0), data


def _loopback(data: bytes) -> tuple[int, bytes]:
    return _raw(data[4:])


#: By LINKTYPE_: a frame's protocol (an EtherType) and what it carries. 12 and 14 are raw IP as some systems
#: wrote it before it had the number 101.
_LINKS: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
    0: _loopback,
    1: _ethernet,
    12: _raw,
    14: _raw,
    101: _raw,
    108: _loopback,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_2,
}


def datagrams(frames: Iterable[Frame], seen: Seen) -> Iterator[Datagram]:
    """The complete UDP datagrams in `frames`, in order. `seen` counts them and everything unusable."""
    reassembly, newest = Reassembly(), 0
    for frame in frames:
        seen.frames += 1
        seen.disordered += 0 < (frame.time or 0) < newest - _DISORDER_NS
        newest = max(newest, frame.time or 0)
        if frame.link is None or frame.time is None:
            seen.untimed += 1
        elif (opened := _LINKS.get(frame.link)) is None:
            seen.links[frame.interface, frame.link] += 1
        # Other protocols are not counted: most captures are full of them.
        elif (packet := _udp_packet(*_untagged(*opened(frame.data)))) is None:
            continue
        elif not packet.whole:
            seen.count_cut(frame, begins=packet.offset == 0)
        elif (data := reassembly.add(packet, frame.time) if packet.is_fragment else packet.data) is not None:
            yield from _udp(packet, data, frame, seen)
    seen.fragments += reassembly.lost()


def _udp(packet: Fragment, data: bytes, frame: Frame, seen: Seen) -> Iterator[Datagram]:
    """The datagram (RFC 768) in `data`, which `frame` completed."""
    if len(data) < 8:
        return
    source, destination, length = struct.unpack_from(">HHH", data)
    if len(data) < length:
        seen.count_cut(frame, begins=True)
        return
    seen.udp += 1
    yield Datagram(
        time=frame.time or 0,
        source=_endpoint(packet.source, source),
        destination=_endpoint(packet.destination, destination),
        # 0: a jumbogram, or a length left to the network card (segmentation offload).
        payload=data[8 : length or len(data)],
    )


def _untagged(protocol: int, data: bytes) -> tuple[int, bytes]:
    """Strip VLAN tags and PPPoE."""
    while protocol in _VLAN:
        protocol, data = int.from_bytes(data[2:4]), data[4:]
    if protocol == _PPPOE:
        return _PPP.get(int.from_bytes(data[6:8]), 0), data[8:]
    return protocol, data


def _udp_packet(protocol: int, data: bytes) -> Fragment | None:
    """The IP packet or fragment if it carries UDP."""
    if protocol == _IPV4 and len(data) >= 20:
        return _ipv4(data)
    if protocol == _IPV6 and len(data) >= 40:
        return _ipv6(data)
    return None


def _ipv4(data: bytes) -> Fragment | None:
    first, _, length, name, fragment, _, protocol = struct.unpack_from(">BBHHHBB", data)
    start = (first & 0x0F) * 4
    # A length of 0 was left to the network card (segmentation offload).
    length = length or len(data)
    if protocol != _UDP or first >> 4 != 4 or not 20 <= start <= length:
        return None
    return Fragment(
        source=data[12:16],
        destination=data[16:20],
        name=name,
        offset=(fragment & 0x1FFF) * 8,
        more=bool(fragment & 0x2000),
        data=data[start:length],
        whole=len(data) >= length,
    )


def _ipv6(data: bytes) -> Fragment | None:
    length, protocol = struct.unpack_from(">HB", data, 4)
    end = 40 + length if length else len(data)
    at, name, offset, more = 40, 0, 0, False
    while protocol in _EXTENSIONS and at + 8 <= len(data):
        kind, protocol, size = protocol, data[at], (data[at + 1] + 1) * 8
        if kind == _FRAGMENT_HEADER:
            place, name = struct.unpack_from(">HI", data, at + 2)
            offset, more, size = place & 0xFFF8, bool(place & 1), 8
        elif kind == _AUTHENTICATION_HEADER:
            size = (data[at + 1] + 2) * 4
        at += size
        if offset:
            break  # after the header of a later fragment comes the middle of a datagram
    if protocol != _UDP or data[0] >> 4 != 6 or at > end:
        return None
    return Fragment(
        source=data[8:24],
        destination=data[24:40],
        name=name,
        offset=offset,
        more=more,
        data=data[at:end],
        whole=len(data) >= end,
    )
