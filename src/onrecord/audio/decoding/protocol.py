"""What the decoder and the process that started it say to each other over two pipes.

The decoder sends messages: a byte for the kind, the length of the payload (u32, big-endian), the payload. The
file stays with the other side, which answers each READ by a length (u32) and that many bytes; fewer than
asked for only at the file's end. Nothing else is sent to the decoder but the first line, its order.
"""

import struct
from collections.abc import Callable
from enum import Enum

#: Bytes of the longest payload, and of the longest piece of the file that is asked for at once.
LARGEST = 1 << 20

LENGTH = struct.Struct(">I")
_HEAD = struct.Struct(">cI")
#: Payload of READ: offset in the file, count of bytes.
RANGE = struct.Struct(">QI")
#: Payload of HOLE: samples per channel.
SAMPLES = struct.Struct(">Q")


class Kind(Enum):
    #: JSON: names of the protections that are in force; the first message.
    READY = b"Y"
    #: RANGE: a piece of the file is wanted.
    READ = b"R"
    #: JSON: `Facts`.
    FACTS = b"F"
    #: Interleaved s16le samples.
    PCM = b"P"
    #: SAMPLES that could not be decoded stand here.
    HOLE = b"H"
    #: JSON: `Ending`; the last message of a file that was decoded.
    END = b"E"
    #: UTF-8: why the file cannot be used; the last message.
    UNUSABLE = b"X"
    #: UTF-8: a traceback, for the log; the last message.
    BROKEN = b"B"


class ProtocolError(Exception):
    """The decoder said what no decoder says."""


def message(kind: Kind, payload: bytes) -> bytes:
    """One message as it is sent."""
    return _HEAD.pack(kind.value, len(payload)) + payload


def receive(read: Callable[[int], bytes]) -> tuple[Kind, bytes] | None:
    """The next message; None at the end. `read(n)` returns fewer than n bytes only there.

    Raises ProtocolError.
    """
    head = read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise ProtocolError("a message breaks off")
    kind, length = _HEAD.unpack(head)
    if length > LARGEST:
        raise ProtocolError("a message is too long")
    payload = read(length)
    if len(payload) < length:
        raise ProtocolError("a message breaks off")
    try:
        return Kind(kind), payload
    except ValueError as error:
        raise ProtocolError("a message of no known kind") from error
