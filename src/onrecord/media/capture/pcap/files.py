"""Frames of a capture file: pcap and pcapng (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).

Each frame has the link type and clock of its own interface; a pcapng file may have several of each. A file
whose writer was killed yields every complete frame, and `torn` says that its end is cut off.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_NS = 1_000_000_000
#: Any time after the year 9999 is treated as damage.
_LATEST = 253_402_300_800 * _NS
#: Longest frame that libpcap writes (MAXIMUM_SNAPLEN); anything longer is damage.
_MAX_FRAME = 262_144
#: Likewise for a pcapng block: a frame and its options.
_MAX_BLOCK = 16 << 20

#: By the magic number of a pcap file: clock units per second, and size of a record header in bytes.
_PCAP = {0xA1B2C3D4: (1_000_000, 16), 0xA1B23C4D: (_NS, 16), 0xA1B2CD34: (1_000_000, 24)}
_SECTION = 0x0A0D0D0A
_BYTE_ORDER = 0x1A2B3C4D
_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 1, 2, 3, 6
_OPTION_RESOLUTION, _OPTION_OFFSET = 9, 14


class PcapError(ValueError):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One captured packet in the file."""

    #: Number of its interface, counted over the whole file.
    interface: int
    #: LINKTYPE_ value (https://www.tcpdump.org/linktypes.html); None if the interface was never described.
    link: int | None
    #: Nanoseconds since 1970; None when the file has no time for it, or an impossible one.
    time: int | None
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Interface:
    number: int
    link: int
    #: Clock units per second.
    resolution: int = 1_000_000
    #: Seconds to add to each timestamp.
    offset: int = 0

    def frame(self, ticks: int | None, data: bytes) -> Frame:
        time = None if ticks is None else ticks * _NS // self.resolution + self.offset * _NS
        if time is not None and not 0 <= time < _LATEST:
            time = None
        return Frame(interface=self.number, link=self.link, time=time, data=data)


class CaptureFile:
    """Reads a file once, from the beginning."""

    def __init__(self, path: Path) -> None:
        #: Whether the file ends or is damaged in the middle of a frame. Set once everything has been read.
        self.torn = False
        self._path = path
        self._interfaces = 0

    def frames(self) -> Iterator[Frame]:
        """Every frame, up to the end or to where the file is torn. Raises PcapError, OSError."""
        with self._path.open("rb") as file:
            start = file.read(4)
            for order in "<>":
                if len(start) == 4 and (magic := struct.unpack(f"{order}I", start)[0]) in _PCAP:
                    yield from self._pcap(file, order, *_PCAP[magic])
                    return
            if start != _SECTION.to_bytes(4):
                raise PcapError(f"{self._path} cannot be read as pcap or pcapng: it begins like neither.")
            file.seek(0)
            yield from self._pcapng(file)

    def _pcap(self, file: BinaryIO, order: str, resolution: int, head_size: int) -> Iterator[Frame]:
        rest = file.read(20)
        if len(rest) < 20:
            raise PcapError(f"{self._path} cannot be read as pcap or pcapng: it ends within its header.")
        # The upper half is the length of the frames' checksums.
        link = struct.unpack_from(f"{order}I", rest, 16)[0] & 0xFFFF
        interface = _Interface(number=0, link=link, resolution=resolution)
        record = struct.Struct(f"{order}III")
        while head := file.read(head_size):
            if len(head) < head_size:
                break
            seconds, fraction, length = record.unpack_from(head)
            data = file.read(length) if length <= _MAX_FRAME else b""
            if length > _MAX_FRAME or len(data) < length:
                break
            yield interface.frame(seconds * resolution + fraction, data)
        self.torn = bool(head)

    def _pcapng(self, file: BinaryIO) -> Iterator[Frame]:
        order = "<"
        interfaces: list[_Interface] = []
        while head := file.read(12):
            if len(head) == 12 and head[:4] == _SECTION.to_bytes(4):
                order = "<" if head[8:] == _BYTE_ORDER.to_bytes(4, "little") else ">"
                interfaces = []
            block = self._block(file, head, order)
            if block is None:
                self.torn = True
                return
            kind, body = block
            if kind == _INTERFACE:
                interfaces.append(_described(body, order, self._interfaces))
                self._interfaces += 1
            elif frame := _packet(kind, body, order, interfaces):
                yield frame

    def _block(self, file: BinaryIO, head: bytes, order: str) -> tuple[int, bytes] | None:
        """Type and body of the block whose first 12 bytes are `head`; None when it is incomplete."""
        if len(head) < 12:
            return None
        kind, length = struct.unpack_from(f"{order}II", head)
        if not 12 <= length <= _MAX_BLOCK or length % 4:
            return None
        rest = file.read(length - 12)
        text = head[8:] + rest
        if len(rest) < length - 12 or struct.unpack(f"{order}I", text[-4:])[0] != length:
            return None
        return kind, text[:-4]


def _described(body: bytes, order: str, number: int) -> _Interface:
    """The interface of an Interface Description Block (section 4.2)."""
    link = struct.unpack_from(f"{order}H", body.ljust(8, b"\0"))[0]
    resolution, offset, at = 1_000_000, 0, 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(f"{order}HH", body, at)
        value = body[at + 4 : at + 4 + length]
        if code == 0 or len(value) < length:
            break
        if code == _OPTION_RESOLUTION and length == 1:
            resolution = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == _OPTION_OFFSET and length == 8:
            offset = struct.unpack(f"{order}q", value)[0]
        at += 4 + (length + 3) // 4 * 4
    return _Interface(number=number, link=link, resolution=resolution, offset=offset)


def _packet(kind: int, body: bytes, order: str, interfaces: list[_Interface]) -> Frame | None:
    """The frame in a packet block; None for other kinds of blocks."""
    if kind in {_PACKET, _OLD_PACKET} and len(body) >= 20:
        number: int
        number, high, low, length = struct.unpack_from(f"{order}IIII", body)
        if kind == _OLD_PACKET:
            number = struct.unpack_from(f"{order}H", body)[0]
        data = body[20 : 20 + length]
        if number < len(interfaces):
            return interfaces[number].frame(high << 32 | low, data)
        return Frame(interface=number, link=None, time=None, data=data)
    if kind == _SIMPLE_PACKET and len(body) >= 4:
        length = struct.unpack_from(f"{order}I", body)[0]
        if interfaces:
            return interfaces[0].frame(None, body[4 : 4 + length])
        return Frame(interface=0, link=None, time=None, data=body[4 : 4 + length])
    return None
