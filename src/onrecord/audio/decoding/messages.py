"""The messages between the decoder and the process that started it, and the limits that every file keeps.

The request is the first line on the decoder's standard input. The decoder answers with messages: a byte for
the kind, the length of the payload (u32, big-endian), the payload. The file stays with the other side, which
answers each READ with a length (u32) and that many bytes, fewer only at the file's end.
"""

import struct
from collections.abc import Callable
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field

from onrecord.config.limits import LARGEST_RECORDING

#: Samples a second: telephone sound has 8,000, studio sound 192,000. A file that claims 1 would make each of
#: its samples a second of sound, one that claims 4 billion would need filters of gigabytes.
LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DecodeRequest(_Message):
    """What the decoder has to do."""

    #: Bytes of the file.
    size: int = Field(ge=0)
    most_bytes: int = LARGEST_RECORDING
    #: Seconds; a longer file is refused.
    longest_s: int
    #: Mix all channels into one; else files of more than two are refused.
    mono: bool = False
    #: Seconds of processor time, and bytes of address space.
    cpu_s: int
    memory: int = 512 << 20


class SoundFormat(_Message):
    """What the file turned out to be."""

    #: Container and codec as libav names them.
    container: str = Field(max_length=100)
    codec: str = Field(max_length=100)
    #: Samples a second.
    rate: int = Field(ge=LOWEST_RATE, le=HIGHEST_RATE)
    #: Of the samples that follow.
    channels: int = Field(ge=1, le=2)


class DecodeEnd(_Message):
    """What is known once the whole file was read."""

    #: Seconds by which the file breaks off before its end; 0 for one that is whole.
    cut_s: float = Field(ge=0, allow_inf_nan=False)


#: Bytes of the longest payload, and of the longest piece of the file that is asked for at once.
LARGEST = 1 << 20

LENGTH = struct.Struct(">I")
_HEAD = struct.Struct(">cI")
#: Payload of READ: offset in the file, count of bytes.
RANGE = struct.Struct(">QI")
#: Payload of HOLE: samples per channel.
SAMPLES = struct.Struct(">Q")


class MessageKind(Enum):
    #: JSON: names of the protections that are in force; the first message.
    READY = b"Y"
    #: RANGE: a piece of the file is wanted.
    READ = b"R"
    #: JSON: `SoundFormat`.
    FORMAT = b"F"
    #: Interleaved s16le samples.
    PCM = b"P"
    #: SAMPLES that could not be decoded stand here.
    HOLE = b"H"
    #: JSON: `DecodeEnd`; the last message of a file that was decoded.
    END = b"E"
    #: UTF-8: why the file cannot be used; the last message.
    UNUSABLE = b"X"
    #: UTF-8: a traceback, for the log; the last message.
    BROKEN = b"B"


class DecoderMessageError(Exception):
    """The decoder sent something that no decoder sends."""


def message(kind: MessageKind, payload: bytes) -> bytes:
    """One message as it is sent."""
    return _HEAD.pack(kind.value, len(payload)) + payload


def receive_message(read: Callable[[int], bytes]) -> tuple[MessageKind, bytes] | None:
    """The next message; None at the end. `read(n)` returns fewer than n bytes only there.

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
