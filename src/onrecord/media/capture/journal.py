"""Frames and chunks of the journal as docs/reference/journal.md specifies them."""

import json
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: The party number of a frame that belongs to no party.
NO_PARTY = 255

CONTROL, MEDIA = 0, 1
FRAME_HEAD = struct.Struct("<HBBBBHIII")
#: The 20-byte header of every frame.
FRAME = np.dtype(
    [
        ("size", "<u2"),
        ("kind", "u1"),
        ("party", "u1"),
        ("payload_type", "u1"),
        ("reserved", "u1"),
        ("sequence", "<u2"),
        ("timestamp", "<u4"),
        ("ssrc", "<u4"),
        ("clock", "<u4"),
    ]
)


class JournalError(Exception):
    """The file is not a journal, or cannot be read with this master key."""


def control_frame(kind: str, *, clock: int, party: int = NO_PARTY, **fields: Any) -> bytes:
    """A control frame. `clock`: milliseconds since answer. `party`: the voice that it is about, if any."""
    about = {} if party == NO_PARTY else {"party": party}
    body = control_body(kind, **about, **fields)
    return control_head(body, clock=clock, party=party) + body


def control_body(kind: str, **fields: Any) -> bytes:
    """The payload of a control frame."""
    return json.dumps({"type": kind, **fields}).encode()


def control_head(body: bytes, *, clock: int, party: int = NO_PARTY) -> bytes:
    """The 20-byte header of a control frame."""
    return FRAME_HEAD.pack(len(body), CONTROL, party, 0, 0, 0, 0, 0, clock)


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlFrame:
    """One event of the call."""

    type: str
    #: Milliseconds since answer; 0 before it.
    clock: int
    #: Number of the voice; 255 if there is none.
    party: int
    #: The other fields, including `actor` when a person caused the event.
    fields: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaFrames:
    """The media frames of a chunk in journal order."""

    #: FRAME[n].
    headers: NDArray[np.void]
    #: int64[n]: the offset of each payload in `plaintext`; its length is the header's `size`.
    offsets: NDArray[np.int64]
    plaintext: bytes


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A decrypted chunk."""

    number: int
    epoch: int
    plaintext: bytes
    #: Whether at least one chunk is missing between this one and the one read before it.
    follows_gap: bool = False

    def media(self) -> MediaFrames:
        """Its media frames. Raises JournalError when the frames' sizes do not match the chunk."""
        positions, headers = self._frames
        chosen = headers["kind"] == MEDIA
        return MediaFrames(
            headers=headers[chosen], offsets=positions[chosen] + FRAME.itemsize, plaintext=self.plaintext
        )

    def controls(self) -> list[ControlFrame]:
        """Its control frames in order. Raises JournalError when one cannot be read.

        If chunks before it are missing, its `state` frame is included, which makes up for their control
        frames.
        """
        positions, headers = self._frames
        frames = [self._control(int(positions[i])) for i in np.flatnonzero(headers["kind"] == CONTROL)]
        states = [frame for frame in frames if frame.type == "state"]
        told = states[:1] if self.follows_gap else []
        return [frame for frame in frames if frame.type != "state" or frame in told]

    @property
    def began_ms(self) -> int:
        """The call clock of the earliest sound or state in the chunk."""
        positions, headers = self._frames
        controls = np.flatnonzero(headers["kind"] == CONTROL)
        begins = headers["kind"] == MEDIA
        begins[[i for i in controls if self._control(int(positions[i])).type == "state"]] = True
        # Control frames delayed by a full disk are older. A recovery's chunk has only control frames.
        clocks = headers["clock"][begins] if begins.any() else headers["clock"]
        return int(clocks.min()) if len(clocks) else 0

    @property
    def ends(self) -> bool:
        """Whether the last frame is the call's `end`."""
        positions, headers = self._frames
        if not len(positions) or headers["kind"][-1] != CONTROL:
            return False
        return self._control(int(positions[-1])).type == "end"

    @cached_property
    def _frames(self) -> tuple[NDArray[np.int64], NDArray[np.void]]:
        positions, position = [], 0
        while position + FRAME.itemsize <= len(self.plaintext):
            positions.append(position)
            position += FRAME.itemsize + self.plaintext[position] + (self.plaintext[position + 1] << 8)
        if position != len(self.plaintext):
            raise JournalError(f"The frames of chunk {self.number} do not fit its length.")
        starts = np.array(positions, np.int64)
        view = np.frombuffer(self.plaintext, np.uint8)
        rows = view[starts[:, None] + np.arange(FRAME.itemsize)] if len(starts) else view.reshape(0, 20)
        return starts, rows.view(FRAME)[:, 0]

    def _control(self, position: int) -> ControlFrame:
        size, _, party, _, _, _, _, _, clock = FRAME_HEAD.unpack_from(self.plaintext, position)
        start = position + FRAME_HEAD.size
        try:
            fields = json.loads(self.plaintext[start : start + size])
            return ControlFrame(type=fields.pop("type"), clock=clock, party=party, fields=fields)
        except (AttributeError, KeyError, ValueError) as error:
            raise JournalError(f"Chunk {self.number} contains a control frame that is not valid.") from error
