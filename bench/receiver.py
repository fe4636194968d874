"""Receives RTP over UDP into journals in batches: recvmmsg(2) and numpy, not a callback per packet.

According to `make bench`, an asyncio callback per packet costs several times as much. Each packet is received
into its own row of one array, at offset eight, so that its payload is where a frame has it.

    row      | 8 free bytes | RTP header 12 | payload ...
    becomes  | frame header 20              | payload ...

A batch is parsed, looked up and gated as it arrives. Rows that pass wait in the array until the host's next
tick at most, and are then gathered, framed and handed to their calls in one pass.
"""

import ctypes
import errno
import os
import select
import socket
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from onrecord.audio import rtp
from onrecord.media.capture import journal
from onrecord.media.capture.call_capture import MAX_PAYLOAD, CallCapture
from onrecord.media.capture.capture_host import TICK_NS, CaptureHost
from onrecord.media.capture.chunk_buffer import MAX_CHUNK_BYTES
from onrecord.media.capture.clock import NS_PER_MS
from onrecord.media.capture.gate import PAYLOAD_TYPES

#: Packets that may wait between two ticks.
ROWS = 32768
#: Packets received by one system call.
BATCH = 1024
#: System calls per `poll`, so that a flood cannot block the loop. Together they receive more than a socket
#: buffers, so that `settle` leaves nothing behind that arrived before it.
MAX_BATCHES = 16
#: Longest packet received: the longest payload plus a few header extensions. Longer ones count as malformed.
MAX_PACKET = 1080
#: Wait between batches at low load: fuller batches cost less, and arrival times are off by at most this.
PACE_SECONDS = 0.005

_PACKET_AT = journal.FRAME.itemsize - rtp.HEADER_SIZE
_PAYLOAD_AT = journal.FRAME.itemsize
# An odd number of cache lines: rows at a power-of-two distance would compete for a few cache sets.
_STRIDE = 17 * 64
_MSG_TRUNC = 0x20
_MAX_LEGS = 1 << 16
_NOBODY = -1
_ROWS_AT_ONCE = MAX_CHUNK_BYTES // (_PAYLOAD_AT + MAX_PAYLOAD)


def bind(address: tuple[str, int]) -> socket.socket:
    """A UDP socket that buffers about 50 ms of a fully loaded core's calls, as far as the system allows."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind(address)
    return sock


# struct iovec and struct mmsghdr of 64-bit Linux, for recvmmsg(2).
_VECTOR = np.dtype([("base", np.uintp), ("length", np.uintp)])
_MESSAGE = np.dtype(
    [
        ("name", np.uintp),
        ("name_length", np.uint32),
        ("vectors", np.uintp),
        ("vector_count", np.uintp),
        ("control", np.uintp),
        ("control_length", np.uintp),
        ("flags", np.int32),
        # struct msghdr ends here, padded to a whole number of pointers.
        ("length", np.uintp),
    ],
    align=True,
)

_libc = ctypes.CDLL(None, use_errno=True)
_recvmmsg = _libc.recvmmsg
_recvmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
_recvmmsg.restype = ctypes.c_int


class _Stage:
    """The rows, and the structures that tell the kernel where to put packets."""

    def __init__(self) -> None:
        self.rows = np.zeros((ROWS, _STRIDE), np.uint8)
        self.packets = self.rows[:, _PACKET_AT:]
        self.headers = rtp.headers(self.packets)
        # struct sockaddr_in; its first eight bytes (family, port, address) are the source as one number.
        self._names = np.zeros((ROWS, 2), np.uint64)
        self.sources = self._names[:, 0]
        row = np.arange(ROWS, dtype=np.uintp)
        self._vectors = np.zeros(ROWS, _VECTOR)
        self._vectors["base"] = self.packets.ctypes.data + row * np.uintp(_STRIDE)
        self._vectors["length"] = MAX_PACKET
        self._messages = np.zeros(ROWS, _MESSAGE)
        self._messages["name"] = self._names.ctypes.data + row * np.uintp(16)
        self._messages["name_length"] = 16
        self._messages["vectors"] = self._vectors.ctypes.data + row * np.uintp(_VECTOR.itemsize)
        self._messages["vector_count"] = 1
        self._address = self._messages.ctypes.data
        self.lengths = self._messages["length"]
        self.flags = self._messages["flags"]

    def receive(self, descriptor: int, start: int, most: int) -> int:
        """Receive packets from a non-blocking socket into rows from `start` on. Returns the count, or 0."""
        message = self._address + start * _MESSAGE.itemsize
        count = int(_recvmmsg(descriptor, message, most, socket.MSG_DONTWAIT, None))
        if count >= 0:
            return count
        number = ctypes.get_errno()
        if number in (errno.EAGAIN, errno.EINTR):
            return 0
        raise OSError(number, os.strerror(number))

    def gather(self, rows: NDArray[np.intp], width: int) -> NDArray[np.uint8]:
        """uint8[n, width]: the beginnings of `rows`."""
        # As opaque items of one width, rows are copied whole, several times faster than byte by byte.
        items = np.ndarray((ROWS,), np.dtype((np.void, width)), self.rows, strides=(_STRIDE,))
        return items[rows].view(np.uint8).reshape(-1, width)


class _Legs:
    """What is known about each leg, by number, and the lookup from (source, SSRC) to number."""

    def __init__(self) -> None:
        self.party = np.zeros(_MAX_LEGS, np.uint8)
        #: Number shared by the legs of one call: that of its first leg.
        self.group = np.zeros(_MAX_LEGS, np.uint16)
        self.open = np.zeros(_MAX_LEGS, np.bool_)
        self.answered_ns = np.zeros(_MAX_LEGS, np.int64)
        self._source = np.zeros(_MAX_LEGS, np.uint64)
        self._ssrc = np.zeros(_MAX_LEGS, np.uint64)
        #: Numbers by source.
        self._at: dict[int, set[int]] = {}
        self._free = list(range(_MAX_LEGS - 1, -1, -1))
        # Sorted hashes, and the leg of each. The last entry is a sentinel.
        self._keys = np.array([np.iinfo(np.uint64).max], np.uint64)
        self._numbers = np.zeros(1, np.int32)

    def add(self, source: int, ssrc: int, party: int) -> int:
        """The number of a new leg. Raises ValueError when the pair is taken."""
        if self._is_taken(source, ssrc):
            raise ValueError(f"SSRC {ssrc:#010x} from this source is already a leg.")
        if not self._free:
            raise ValueError(f"The receiver holds {_MAX_LEGS} legs; no more fit.")
        leg = self._free.pop()
        self.party[leg] = party
        self._at.setdefault(source, set()).add(leg)
        self._enter(leg, source, ssrc)
        return leg

    def remove(self, legs: list[int]) -> None:
        self.open[legs] = False
        for leg in legs:
            source = int(self._source[leg])
            self._at[source].remove(leg)
            if not self._at[source]:
                del self._at[source]
        self._forget(legs)
        self._free.extend(legs)

    def follow(self, sources: NDArray[np.uint64], ssrcs: NDArray[np.uint64]) -> bool:
        """For packets of no leg: the only leg of their source takes the SSRC of the last of them.

        Returns whether any leg did.
        """
        moved = False
        for source, ssrc in dict(zip(sources.tolist(), ssrcs.tolist(), strict=True)).items():
            legs = self._at.get(source, ())
            if len(legs) == 1 and not self._is_taken(source, ssrc):
                (leg,) = legs
                self._forget([leg])
                self._enter(leg, source, ssrc)
                moved = True
        return moved

    def _is_taken(self, source: int, ssrc: int) -> bool:
        key = _key(source, ssrc)
        return bool(self._keys[self._keys.searchsorted(key)] == key)

    def _enter(self, leg: int, source: int, ssrc: int) -> None:
        key = _key(source, ssrc)
        at = int(self._keys.searchsorted(key))
        self._source[leg], self._ssrc[leg] = source, ssrc
        self._keys = np.insert(self._keys, at, key)
        self._numbers = np.insert(self._numbers, at, leg)

    def _forget(self, legs: list[int]) -> None:
        kept = ~np.isin(self._numbers, legs)
        kept[-1] = True
        self._keys, self._numbers = self._keys[kept], self._numbers[kept]

    def find(
        self, sources: NDArray[np.uint64], ssrcs: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Leg numbers, and whether each really matches: equal hashes alone do not prove it."""
        keys = _hash(sources, ssrcs)
        at = self._keys.searchsorted(keys)
        legs = self._numbers[at]
        return legs, (self._keys[at] == keys) & (self._source[legs] == sources) & (self._ssrc[legs] == ssrcs)


def _key(source: int, ssrc: int) -> np.uint64:
    return np.uint64(_hash(np.array([source], np.uint64), np.array([ssrc], np.uint64))[0])


def _hash(sources: NDArray[np.uint64], ssrcs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = sources * np.uint64(0x9E3779B97F4A7C15) ^ ssrcs * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    return mixed


class Receiver:
    """Feeds the RTP of one UDP port into the journals of a host. Belongs to the host's media loop."""

    def __init__(self, host: CaptureHost, sock: socket.socket) -> None:
        """`sock`: a bound IPv4 UDP socket. Raises ValueError for any other."""
        if sock.family != socket.AF_INET or sock.type != socket.SOCK_DGRAM:
            raise ValueError("The receiver needs an IPv4 UDP socket.")
        sock.setblocking(False)
        #: Packets taken from the socket; of these:
        self.packets = 0
        #: captured,
        self.captured = 0
        #: from unknown senders,
        self.unknown = 0
        #: not RTP, too long or empty,
        self.malformed = 0
        #: stopped by the gate.
        self.gated = 0
        self._host = host
        self._socket = sock
        self._stage = _Stage()
        self._staged = 0
        self._staged_legs = np.full(ROWS, _NOBODY, np.int32)
        self._staged_ns = np.zeros(ROWS, np.int64)
        self._legs = _Legs()
        self._of_call: dict[CallCapture, list[int]] = {}
        self._call_of: dict[int, CallCapture] = {}
        self._speech = np.isin(np.arange(256) & 0x7F, list(PAYLOAD_TYPES))
        host.attach(self)

    def add(self, call: CallCapture, party: int, *, ssrc: int, source: tuple[str, int]) -> None:
        """Packets with `ssrc` from `source` (IPv4 address, port) are `party`'s voice while the call lasts.

        If `source` sends for nobody else, speech with another SSRC is the same voice: a re-INVITE, hold or
        transfer changes it. A new port must be added. Raises ValueError when the pair is taken.
        """
        address, port = source
        name = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2) + socket.inet_aton(address)
        leg = self._legs.add(int.from_bytes(name, sys.byteorder), ssrc, party)
        legs = self._of_call.setdefault(call, [])
        legs.append(leg)
        self._legs.group[leg] = legs[0]
        self._call_of[legs[0]] = call
        self.regate(call)

    def regate(self, call: CallCapture) -> None:
        """The gates of `call` have changed. Legs of an ended call are removed."""
        legs = self._of_call.get(call, [])
        if call.ended and legs:
            self._legs.remove(legs)
            del self._of_call[call], self._call_of[legs[0]]
            return
        for leg in legs:
            self._legs.open[leg] = call.allows(int(self._legs.party[leg]))
            self._legs.answered_ns[leg] = call.answered_ns or 0

    def poll(self) -> int:
        """Receive what is waiting in the socket, using the current gates. Returns the number of packets."""
        total = 0
        for _ in range(MAX_BATCHES):
            if ROWS - self._staged < BATCH:
                self._flush()
            count = self._stage.receive(self._socket.fileno(), self._staged, BATCH)
            if count:
                self._gate(self._staged, count)
                self._staged += count
                total += count
            if count < BATCH:
                break
        self.packets += total
        return total

    def settle(self) -> None:
        """Receive what is waiting and pass everything on to the calls."""
        self.poll()
        self._flush()

    def serve(self, stopped: Callable[[], bool]) -> None:
        """Receive and tick until `stopped()`; the loop of a process that does nothing else."""
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        due = time.monotonic_ns() + TICK_NS
        while not stopped():
            count = self.poll()
            if time.monotonic_ns() >= due:
                self._host.tick()
                due = time.monotonic_ns() + TICK_NS
            if not count:
                waiting.poll(TICK_NS // 1_000_000)
            elif count < BATCH:
                time.sleep(PACE_SECONDS)

    def _gate(self, start: int, count: int) -> None:
        """Decide about a batch that has just arrived."""
        batch = slice(start, start + count)
        stage, legs = self._stage, self._legs
        head = stage.headers[batch]
        odd = np.flatnonzero(head["first"] != rtp.PLAIN)
        if len(odd):
            self._straighten(odd + start)
        # One comparison for both bounds: a negative size wraps around to a large number.
        sizes = stage.lengths[batch] - np.uintp(rtp.HEADER_SIZE + 1)
        whole = (sizes < MAX_PAYLOAD) & (stage.flags[batch] & _MSG_TRUNC == 0)
        sources, ssrcs = stage.sources[batch], head["ssrc"].astype(np.uint64)
        spoken = self._speech[head["marked_type"]]
        numbers, known = legs.find(sources, ssrcs)
        known &= whole
        strangers = np.flatnonzero(whole & spoken & ~known)
        if len(strangers) and legs.follow(sources[strangers], ssrcs[strangers]):
            numbers[strangers], known[strangers] = legs.find(sources[strangers], ssrcs[strangers])
        passed = known & spoken & legs.open[numbers]
        self._staged_legs[batch] = np.where(passed, numbers, _NOBODY)
        self._staged_ns[batch] = self._host.monotonic_ns()

        good, ours, through = (int(np.count_nonzero(each)) for each in (whole, known, passed))
        self.malformed += count - good
        self.unknown += good - ours
        self.gated += ours - through
        self.captured += through

    def _straighten(self, rows: NDArray[np.intp]) -> None:
        """Move payloads after contributing sources or extensions to where a plain packet has them."""
        for row in rows:
            packet = self._stage.packets[row]
            parsed = rtp.parse(packet[: self._stage.lengths[row]].tobytes())
            size = 0
            if parsed is not None:
                size = rtp.HEADER_SIZE + len(parsed.payload)
                packet[rtp.HEADER_SIZE : size] = np.frombuffer(parsed.payload, np.uint8)
            self._stage.lengths[row] = size

    def _flush(self) -> None:
        """Gather the rows that passed, call by call in order of arrival, and hand each call its frames."""
        rows = np.flatnonzero(self._staged_legs[: self._staged] != _NOBODY)
        self._staged = 0
        if not len(rows):
            return
        groups = self._legs.group[self._staged_legs[rows]]
        order = np.argsort(groups, kind="stable")
        rows, groups = rows[order], groups[order]
        sizes = self._stage.lengths[rows].astype(np.int64) + _PACKET_AT
        widest = int(sizes.max())
        block = self._stage.gather(rows, widest)
        self._write_heads(block, rows, sizes)
        data = block.reshape(-1)
        if int(sizes.min()) < widest:
            data = block[np.arange(widest) < sizes[:, None]]
        stops = np.append(np.flatnonzero(groups[1:] != groups[:-1]) + 1, len(rows))
        if np.diff(stops, prepend=0).max() > _ROWS_AT_ONCE:
            stops = np.union1d(stops, np.arange(_ROWS_AT_ONCE, len(rows), _ROWS_AT_ONCE))
        self._hand_out(data.tobytes(), groups[stops - 1], stops, np.cumsum(sizes)[stops - 1])

    def _write_heads(
        self, block: NDArray[np.uint8], rows: NDArray[np.intp], sizes: NDArray[np.int64]
    ) -> None:
        """Write the frames' headers over the packets'."""
        numbers = self._staged_legs[rows]
        head = rtp.headers(block[:, _PACKET_AT:]).copy()
        frames = block[:, :_PAYLOAD_AT].view(journal.FRAME)[:, 0]
        frames["size"] = sizes - _PAYLOAD_AT
        frames["kind"] = journal.MEDIA
        frames["party"] = self._legs.party[numbers]
        frames["payload_type"] = head["marked_type"] & 0x7F
        frames["reserved"] = 0
        frames["sequence"] = head["sequence"]
        frames["timestamp"] = head["timestamp"]
        frames["ssrc"] = head["ssrc"]
        frames["clock"] = (self._staged_ns[rows] - self._legs.answered_ns[numbers]) // NS_PER_MS

    def _hand_out(
        self, data: bytes, groups: NDArray[np.uint16], stops: NDArray[np.intp], ends: NDArray[np.int64]
    ) -> None:
        """Give each piece of `data` to its call: where its rows stop, and where its bytes end."""
        now = self._host.monotonic_ns()
        first = begin = 0
        for group, stop, end in zip(groups.tolist(), stops.tolist(), ends.tolist(), strict=True):
            self._call_of[group].append(data[begin:end], stop - first, now)
            first, begin = stop, end
