"""Decides which of a browser's SCTP packets (RFC 9260) are passed to aiortc. Pure.

aiortc 1.16 loops forever on a parameter without a length, and iterates over every number of an acknowledged
gap, so one packet could stall all calls of the switch. Chunks that a browser with our page never sends are
dropped too.
"""

import struct
from collections.abc import Iterator

_HEAD = 12
_CHUNK = struct.Struct("!BBH")
_PARAMETER = struct.Struct("!HH")
_SACK = struct.Struct("!LLHH")
_GAP = struct.Struct("!HH")
_SACK_TYPE = 3
#: Abandons messages (RFC 3758), which our channel never does. aiortc allocates state for each stream named in
#: it.
_FORWARD_TSN = 192
#: Offset of the parameters in the body of a chunk, by chunk type: INIT, INIT ACK, HEARTBEAT and its
#: ACK, ABORT, ERROR, RE-CONFIG.
_PARAMETERS = {1: 16, 2: 16, 4: 0, 5: 0, 6: 0, 9: 0, 130: 0}
#: Most numbers that one packet may acknowledge after gaps. We never have that many messages in flight.
MOST_ACKNOWLEDGED = 2000


def is_readable(packet: bytes) -> bool:
    """Whether aiortc can process the packet quickly. The packet may still be invalid."""
    return all(_is_chunk_readable(kind, body) for kind, body in _chunks(packet))


def _chunks(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each chunk, as far as aiortc would read."""
    position = _HEAD
    while position <= len(packet) - _CHUNK.size:
        kind, _, length = _CHUNK.unpack_from(packet, position)
        if length < _CHUNK.size:
            return
        yield kind, packet[position + _CHUNK.size : position + length]
        position += length + -length % 4


def _is_chunk_readable(kind: int, body: bytes) -> bool:
    if kind == _FORWARD_TSN:
        return False
    if kind == _SACK_TYPE:
        return _acknowledged(body) <= MOST_ACKNOWLEDGED
    position = _PARAMETERS.get(kind, len(body))
    while position <= len(body) - _PARAMETER.size:
        _, length = _PARAMETER.unpack_from(body, position)
        if length < _PARAMETER.size:
            return False
        position += length + -length % 4
    return True


def _acknowledged(body: bytes) -> int:
    if len(body) < _SACK.size:
        return 0
    gaps = min(_SACK.unpack_from(body)[2], (len(body) - _SACK.size) // _GAP.size)
    blocks = (_GAP.unpack_from(body, _SACK.size + number * _GAP.size) for number in range(gaps))
    return sum(max(0, last - first + 1) for first, last in blocks)
