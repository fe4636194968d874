"""The messages between the decoder and its parent process, and the limits for all files.

The request is the first line on the decoder's standard input. The decoder responds with messages: a byte for
the kind, the length of the payload (u32, big-endian), the payload. The parent process holds the file and
answers each READ with a length (u32) and that many bytes, fewer than requested only at the end of the file.
"""

import struct
from collections.abc import Callable
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field

from onrecord.config.limits import LARGEST_RECORDING

#: In samples per second: telephone audio has 8,000, studio audio up to 192,000. In a file that claims 1, each
#: sample would be a second of sound; one that claims 4 billion would need gigabytes for filters.
LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DecodeRequest(_Message):
    """What to decode, and the limits."""

    #: Size of the file, in bytes.
    size: int = Field(ge=0)
    most_bytes: int = LARGEST_RECORDING
    #: In seconds; longer files are refused.
    longest_s: int
    #: Mix all channels into one. Otherwise files with more than two are refused.
    mono: bool = False
    #: CPU time in seconds, and address space in bytes.
    cpu_s: int
    memory: int = 512 << 20


class SoundFormat(_Message):
    """The actual format of the file."""

    #: Container and codec as libav names them.
    container: str = Field(max_length=100)
    codec: str = Field(max_length=100)
    #: Samples per second.
    rate: int = Field(ge=LOWEST_RATE, le=HIGHEST_RATE)
    #: Of the samples that follow.
    channels: int = Field(ge=1, le=2)


class DecodeEnd(_Message):
    """What is known after the whole file has been read."""

    #: Seconds missing at the end of the file; 0 if it is complete.
    cut_s: float = Field(ge=0, allow_inf_nan=False)


#: Longest payload, and largest piece of the file requested at once, in bytes.
LARGEST = 1 << 20

LENGTH = struct.Struct(">I")
_HEAD = struct.Struct(">cI")
#: Payload of READ: offset in the file, number of bytes.
RANGE = struct.Struct(">QI")
#: Payload of HOLE: samples per channel.
SAMPLES = struct.Struct(">Q")


class MessageKind(Enum):
    #: JSON: names of the protections in force; the first message.
    READY = b"Y"
    #: RANGE: requests a piece of the file.
    READ = b"R"
    #: JSON: `SoundFormat`.
    FORMAT = b"F"
    #: Interleaved s16le samples.
    PCM = b"P"
    #: SAMPLES: how many samples could not be decoded here.
    HOLE = b"H"
    #: JSON: `DecodeEnd`; the last message for a decoded file.
    END = b"E"
    #: UTF-8: why the file cannot be used; the last message.
    UNUSABLE = b"X"
    #: UTF-8: a traceback, for the log; the last message.
    BROKEN = b"B"


class DecoderMessageError(Exception):
    """The decoder sent an invalid message."""


def message(kind: MessageKind, payload: bytes) -> bytes:
    """A message in wire format."""
    return _HEAD.pack(kind.value, len(payload)) + payload


def receive_message(read: Callable[[int], bytes]) -> tuple[MessageKind, bytes] | None:
    """The next message; None at the end. `read(n)` returns fewer than n bytes only at the end.

    Raises DecoderMessageError.
    """
    head = read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise DecoderMessageError("a message breaks off")
    kind, length = _HEAD.unpack(head)
    if length > LARGEST:
        raise DecoderMessageError("a message is too long")
    payload = read(length)
    if len(payload) < length:
        raise DecoderMessageError("a message breaks off")
    try:
        return MessageKind(kind), payload
    except ValueError as error:
        raise DecoderMessageError("a message of an unknown kind") from error
