"""What a sound file really holds, whatever its name says, and its samples as recordings have them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from onrecord.blobs.waiting import WaitingFile
from onrecord.g711 import RATE
from onrecord.limits import LARGEST_RECORDING

#: Hours of the longest recording taken.
LONGEST_H = 12

#: Containers of .wav, .mp3, .ogg and .m4a. Playlists and the like would have libav open other files and
#: addresses on our behalf.
_CONTAINERS = "wav,w64,mp3,ogg,mov"
#: Samples handed on at once: frames of a sound file can be very short.
_BLOCK = 4 * RATE
#: Ends this much earlier than its header says: it was cut. Headers round, and encoders pad.
_CUT_S = 1.0

#: In a RIFF header.
_SIZE_UNKNOWN = 0xFFFFFFFF

_UNREADABLE = "This is not a sound file that can be read. Send an MP3, WAV, Ogg or M4A file."


class UnusableError(ValueError):
    """The file cannot be used. The text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a file was found to be."""

    #: Container and codec as libav names them.
    container: str
    codec: str
    #: Samples a second.
    rate: int
    #: 1 or 2.
    channels: int
    #: By the header; None where it does not say.
    duration_s: float | None


class Sound:
    """A sound file opened for one pass. Raises UnusableError."""

    def __init__(self, file: WaitingFile) -> None:
        size = file.size
        if size == 0:
            raise UnusableError("The file is empty. Send it again.")
        if size > LARGEST_RECORDING:
            raise UnusableError(
                f"The file has {size / 1e6:.0f} MB, and at most {LARGEST_RECORDING / 1e6:.0f} MB are taken. "
                "Send it in a compressed format."
            )
        is_cut_wave = _is_cut_wave(file)
        try:
            self._container = av.open(
                file,
                mode="r",
                # What the file names beside itself is opened by no protocol.
                container_options={"format_whitelist": _CONTAINERS, "protocol_whitelist": "none"},
                metadata_errors="replace",
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise UnusableError(_UNREADABLE) from error
        try:
            self.facts = _facts(self._container)
        except UnusableError:
            self._container.close()
            raise
        #: Whether the file breaks off before its end; known after the last sample.
        self.truncated = is_cut_wave

    def __enter__(self) -> "Sound":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def samples(self) -> Iterator[NDArray[np.int16]]:
        """All samples at 8 kHz, int16[n, channels] a block; up to where a damaged file can be read.

        Raises UnusableError.
        """
        waiting: list[NDArray[np.int16]] = []
        count = total = 0
        for piece in self._pieces():
            waiting.append(piece)
            count += len(piece)
            total += len(piece)
            if total > LONGEST_H * 3600 * RATE:
                raise UnusableError(f"This is longer than {LONGEST_H} hours. Cut it, then send it again.")
            if count >= _BLOCK:
                yield np.concatenate(waiting)
                waiting, count = [], 0
        if total == 0:
            raise UnusableError("There is no sound in this file. Send it again.")
        if waiting:
            yield np.concatenate(waiting)
        if self.facts.duration_s is not None and total / RATE < self.facts.duration_s - _CUT_S:
            self.truncated = True

    def _pieces(self) -> Iterator[NDArray[np.int16]]:
        channels = self.facts.channels
        layout = "stereo" if channels == 2 else "mono"
        resampler = av.AudioResampler(format="s16", layout=layout, rate=RATE)
        for frame in self._frames():
            for piece in resampler.resample(frame):
                yield piece.to_ndarray().astype(np.int16, copy=False).reshape(-1, channels)

    def _frames(self) -> Iterator[av.AudioFrame | None]:
        """The sound's frames, then None: what the resampler still holds."""
        try:
            yield from self._container.decode(self._container.streams.audio[0])
        except av.error.FFmpegError:
            # What came before is whole. Where nothing came the absence of sound is noticed.
            self.truncated = True
        yield None


def _is_cut_wave(file: WaitingFile) -> bool:
    """Whether a RIFF file is shorter than it says: libav takes the length that is there for the right one."""
    kind, size = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
    file.seek(0)
    # What was written as a stream says the greatest size, or nothing.
    end: int = size + 8
    return kind == b"RIFF" and size != _SIZE_UNKNOWN and end > file.size


def _facts(container: Any) -> Facts:
    pictures = av.stream.Disposition.attached_pic
    if any(not stream.disposition & pictures for stream in container.streams.video):
        raise UnusableError("This is a video. Send the sound alone.")
    if not container.streams.audio:
        raise UnusableError("There is no sound in this file. Send an MP3, WAV, Ogg or M4A file.")
    if len(container.streams.audio) > 1:
        raise UnusableError(
            f"The file holds {len(container.streams.audio)} sound tracks. Send one track: mono, "
            "or stereo with a side in each channel."
        )
    context = container.streams.audio[0].codec_context
    if not context.rate or context.channels not in (1, 2):
        raise UnusableError(
            f"The file has {context.channels} channels. Send it in mono, or in stereo with a side each."
        )
    return Facts(
        container=container.format.name,
        codec=context.name,
        rate=context.rate,
        channels=context.channels,
        duration_s=container.duration / av.time_base if container.duration else None,
    )
