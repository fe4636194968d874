"""Ogg Opus (RFC 7845) by libopus, into anything that can be written to.

Settings were measured (bench/render.py): telephone speech at 8 kHz gains nothing audible above complexity 5.
"""

from fractions import Fraction
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from onrecord.g711 import RATE

BITRATE = 24_000
COMPLEXITY = 5
#: Milliseconds of audio in one Opus frame.
FRAME_MS = 20
#: Where the channel mapping family stands in the identification header (RFC 7845, section 5.1).
_FAMILY_AT = 18


class Sink(Protocol):
    """Where encoded bytes go, strictly one after another."""

    def write(self, data: bytes, /) -> int: ...


class OpusEncoder:
    """Encodes one recording; memory does not grow with its length."""

    def __init__(self, sink: Sink) -> None:
        self._container = av.open(sink, "w", format="ogg")
        options = {
            "application": "voip",
            "compression_level": str(COMPLEXITY),
            "frame_duration": str(FRAME_MS),
            # Each channel is a stream of its own. Coupled, the contact was heard in our channel at -4 dB.
            "mapping_family": "255",
        }
        self._stream = self._container.add_stream("libopus", rate=RATE, options=options)
        self._stream.layout = "stereo"
        self._stream.format = "s16"
        self._stream.bit_rate = BITRATE
        # libopus leaves channels uncoupled only in family 255, which names no left and right. Family 1 does,
        # and allows the very same streams.
        context = self._stream.codec_context
        context.open()
        head = bytearray(context.extradata or b"")
        head[_FAMILY_AT] = 1
        context.extradata = bytes(head)
        self._samples = 0

    def encode(self, pcm: NDArray[np.int16]) -> None:
        """Encode the next samples, int16[n, 2]. Large blocks are faster: libav cuts them into Opus frames."""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), "s16", "stereo")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = self._samples
        self._samples += len(pcm)
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Encode what is left and write the last page. The sink stays open."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
