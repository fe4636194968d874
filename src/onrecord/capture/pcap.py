"""Network captures (pcap, pcapng) through the real gate and journal. `dpkt` reads files and lower layers.

The time of each packet drives the call clock, so a capture of an hour takes seconds.
"""

import os
import socket
import struct
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dpkt

from onrecord.capture import rtp
from onrecord.capture.clock import NS_PER_MS
from onrecord.capture.gate import PAYLOAD_TYPES, Side
from onrecord.capture.journal import NO_PARTY
from onrecord.capture.recorder import TICK_NS, CaptureHost
from onrecord.policy.mode import Mode

#: Link types whose packets dpkt opens as one class; those not here and not raw IP are not understood.
_LINKS = {
    dpkt.pcap.DLT_EN10MB: dpkt.ethernet.Ethernet,
    dpkt.pcap.DLT_NULL: dpkt.loopback.Loopback,
    dpkt.pcap.DLT_LOOP: dpkt.loopback.Loopback,
    dpkt.pcap.DLT_LINUX_SLL: dpkt.sll.SLL,
    dpkt.pcap.DLT_LINUX_SLL2: dpkt.sll2.SLL2,
}
# 101 is the number in files; 12 and 14 are what some systems wrote before it.
_RAW_IP = {12, 14, 101, dpkt.pcap.DLT_IPV4, dpkt.pcap.DLT_IPV6}
#: Neighbours in sequence that make a flow of UDP an RTP stream; chance does not produce two.
_NEIGHBOURS = 2
_REORDER = 16
#: Payload types that are RTCP where both share a port (RFC 5761, section 4).
_RTCP = range(64, 96)
_MAX_CLOCK_NS = (2**32 - 1) * NS_PER_MS


class PcapError(ValueError):
    """The file cannot be captured from; the message says why."""


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What makes an RTP stream one."""

    #: `address:port`, IPv6 in brackets.
    source: str
    destination: str
    ssrc: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PcapStream:
    """A stream that became a party."""

    party: int
    side: Side
    key: StreamKey
    #: RTP packets of the stream.
    packets: int
    #: Those captured: speech of a known payload type.
    captured: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PcapReport:
    """What a network capture gave."""

    call_id: str
    #: The first stream is ours, the others are the contact's.
    streams: tuple[PcapStream, ...]
    #: Packets in the file.
    packets: int
    #: UDP packets that were not there whole: cut short when captured, or fragments.
    truncated: int
    #: From the first packet of a stream to the last, ms.
    duration_ms: int

    def __str__(self) -> str:
        lines = [
            f"Party {each.party} ({each.side}): {each.key.source} to {each.key.destination}, "
            f"SSRC {each.key.ssrc:#010x}: {each.captured} of {each.packets} packets captured"
            for each in self.streams
        ]
        lines.append(
            f"Call {self.call_id}: {self.duration_ms / 1000:.3f} s from {self.packets} packets, "
            f"{self.truncated} of them not whole"
        )
        return "\n".join(lines)


@dataclass(slots=True)
class _Flow:
    """A candidate for a stream, first pass."""

    packets: int = 0
    speech: int = 0
    neighbours: int = 0
    sequence: int = 0

    def add(self, packet: rtp.RtpPacket) -> None:
        step = (packet.sequence - self.sequence + 0x8000) % 0x10000 - 0x8000
        if self.packets and 0 < abs(step) <= _REORDER:
            self.neighbours += 1
        self.packets += 1
        self.speech += packet.payload_type in PAYLOAD_TYPES
        self.sequence = packet.sequence

    @property
    def is_speech(self) -> bool:
        return self.neighbours >= _NEIGHBOURS and self.speech > 0


@dataclass(slots=True)
class _Scan:
    """The packets of a file that may be RTP, with counters of the rest."""

    path: Path
    packets: int = 0
    truncated: int = 0
    #: Latest time so far, ns; the call clock never runs backwards.
    now: int = 0

    def __iter__(self) -> Iterator[tuple[StreamKey, rtp.RtpPacket]]:
        try:
            with self.path.open("rb") as file:
                capture = dpkt.pcap.UniversalReader(file)
                link = capture.datalink()
                if link not in _LINKS and link not in _RAW_IP:
                    raise PcapError(f"{self.path} has link type {link}, which is not understood.")
                for seconds, data in capture:
                    self.packets += 1
                    self.now = max(self.now, int(float(seconds) * 1e9))
                    if (found := self._rtp(link, data)) is not None:
                        yield found
        except (ValueError, struct.error, dpkt.Error) as error:
            raise PcapError(f"{self.path} cannot be read as pcap or pcapng: {error}") from error

    def _rtp(self, link: int, data: bytes) -> tuple[StreamKey, rtp.RtpPacket] | None:
        packet = _ip(link, data)
        udp = getattr(packet, "data", None)
        if packet is None or not isinstance(udp, dpkt.udp.UDP):
            return None
        length = udp.ulen - 8
        if len(udp.data) < length:
            self.truncated += 1
            return None
        parsed = rtp.parse(bytes(udp.data)[:length])
        if parsed is None or parsed.payload_type in _RTCP:
            return None
        key = StreamKey(_endpoint(packet.src, udp.sport), _endpoint(packet.dst, udp.dport), parsed.ssrc)
        return key, parsed


def _ip(link: int, data: bytes) -> Any:
    """The IP packet in a captured frame, or None."""
    try:
        if link in _LINKS:
            inner = _LINKS[link](data).data
            return inner if isinstance(inner, dpkt.ip.IP | dpkt.ip6.IP6) else None
        return {4: dpkt.ip.IP, 6: dpkt.ip6.IP6}[data[0] >> 4](data)
    except (dpkt.Error, IndexError, KeyError):
        return None  # a frame of something else


def _endpoint(address: bytes, port: int) -> str:
    if len(address) == 4:
        return f"{socket.inet_ntop(socket.AF_INET, address)}:{port}"
    return f"[{socket.inet_ntop(socket.AF_INET6, address)}]:{port}"


def _find_streams(pcap: Path) -> list[StreamKey]:
    flows: dict[StreamKey, _Flow] = {}
    for key, packet in _Scan(pcap):
        flows.setdefault(key, _Flow()).add(packet)
    streams = [key for key, flow in flows.items() if flow.is_speech]
    if not streams:
        raise PcapError(f"{pcap} holds no RTP stream of G.711 speech (payload types 0 and 8).")
    if len(streams) > NO_PARTY:
        raise PcapError(f"{pcap} holds {len(streams)} RTP streams; a call has at most {NO_PARTY}.")
    return streams


@dataclass(slots=True)
class _Tally:
    packets: int = 0
    captured: int = 0


def _feed(scan: _Scan, streams: list[StreamKey], host: CaptureHost, call_id: str) -> tuple[list[_Tally], int]:
    call = host.open_call(call_id, mode=Mode.BOTH, record_at_start=True, may_change=False, policy_version=0)
    parties = {key: party for party, key in enumerate(streams)}
    tallies = [_Tally() for _ in streams]
    ticked = 0
    for key, packet in scan:
        if key not in parties:
            continue
        if call.answered_ns is None:
            for party in parties.values():
                side = Side.CONTACT if party else Side.OURS
                call.join(party, side=side, role="contact" if party else "rep", user=None)
            call.answer(datetime.fromtimestamp(scan.now / 1e9, UTC))
        if scan.now - (call.answered_ns or 0) > _MAX_CLOCK_NS:
            raise PcapError(f"{scan.path} covers more than 49 days; the call clock ends there.")
        tally = tallies[parties[key]]
        tally.packets += 1
        tally.captured += call.media(
            parties[key],
            packet.payload_type,
            packet.sequence,
            packet.timestamp,
            packet.ssrc,
            packet.payload,
        )
        if scan.now - ticked >= TICK_NS:
            host.tick()
            # A file is read faster than a disk may write: wait, where a live call would drop.
            host.writer.drain()
            ticked = scan.now
    return tallies, call.end("completed", "contact_hung_up")


def capture_pcap(pcap: Path, journal: Path, master_key: bytes) -> PcapReport:
    """Capture the RTP streams of `pcap` into a new journal file.

    Raises PcapError when the file is no network capture or holds no G.711 speech, FileExistsError when there
    is a journal already, OSError.
    """
    streams = _find_streams(pcap)
    scan, call_id = _Scan(pcap), uuid.uuid4().hex
    with tempfile.TemporaryDirectory(dir=journal.parent, prefix=".capture-") as folder:
        host = CaptureHost(Path(folder), master_key, monotonic_ns=lambda: scan.now)
        try:
            tallies, duration = _feed(scan, streams, host, call_id)
        finally:
            host.close()
        os.link(Path(folder) / f"{call_id}.journal", journal)
    return PcapReport(
        call_id=call_id,
        streams=tuple(
            PcapStream(
                party=party,
                side=Side.CONTACT if party else Side.OURS,
                key=key,
                packets=tally.packets,
                captured=tally.captured,
            )
            for party, (key, tally) in enumerate(zip(streams, tallies, strict=True))
        ),
        packets=scan.packets,
        truncated=scan.truncated,
        duration_ms=duration,
    )
