"""Turning an uploaded sound file, of which nothing is trusted, into what the telephone plays."""

from collections.abc import Iterator
from typing import IO, Any

import av
import numpy as np
from numpy.typing import NDArray

from onrecord.g711 import RATE, encode_ulaw

#: Seconds of the longest announcement.
LONGEST_S = 30

#: The largest file taken: 30 s of uncompressed studio sound (96 kHz, stereo, 24 bits) have 17 MB.
LARGEST_BYTES = 20_000_000

#: Containers that hold sound. Playlists and the like would have ffmpeg open other files and addresses on our
#: behalf.
_FORMATS = "wav,w64,aiff,au,mp3,aac,flac,ogg,mov,matroska,webm,caf"


class SoundError(ValueError):
    """The file cannot be used. The text says why and what to do."""


_UNREADABLE = "This is not a sound file that OnRecord can read. Upload a WAV, MP3, M4A, Ogg or FLAC file."


def to_pcmu(file: IO[bytes]) -> bytes:
    """PCMU of a sound file, 8000 bytes a second, mono. Raises SoundError."""
    try:
        samples = _decode(file)
    except av.error.FFmpegError as error:
        raise SoundError(_UNREADABLE) from error
    if not len(samples):
        raise SoundError("There is no sound in this file. Record it again.")
    return encode_ulaw(samples)


def _decode(file: IO[bytes]) -> NDArray[np.int16]:
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": ""}
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    pieces: list[NDArray[np.int16]] = []
    length = 0
    with av.open(file, mode="r", container_options=options, metadata_errors="replace") as container:
        if not container.streams.audio:
            raise SoundError(_UNREADABLE)
        for frame in _frames(container):
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray()[0])
                length += piece.samples
                if length > LONGEST_S * RATE:
                    raise SoundError(f"This is longer than {LONGEST_S} s. Cut it, then upload it again.")
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def _frames(container: Any) -> Iterator[av.AudioFrame | None]:
    """The first sound's frames, then None: what the resampler still holds."""
    yield from container.decode(container.streams.audio[0])
    yield None
