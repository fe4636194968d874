"""A recording as MP3, made while it is sent: nothing of it is ever on a disk."""

import io
from collections.abc import Iterator

import av

from onrecord.storage.sealed import SealedReader
from onrecord.storage.stream import as_file

#: Calls carry 8 kHz of sampling; MPEG-2's lowest rate above that, which every player knows.
_RATE = 16_000
_BITRATE = 48_000
#: Bytes handed over at once.
_PIECE = 64 * 1024


class _Sink(io.RawIOBase):
    """Collects what the encoder writes. It cannot be sought in, so that no header is written afterwards."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | memoryview[int]", /) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def __len__(self) -> int:
        return len(self._held)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def mp3_of(audio: SealedReader) -> Iterator[bytes]:
    """MPEG-2 layer III, both sides as left and right, in pieces; memory does not grow with the length."""
    sink = _Sink()
    with (
        av.open(as_file(audio), "r", format="ogg") as opus,
        av.open(sink, "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as mp3,
    ):
        # Joint stereo would let one side be heard in the other.
        stream = mp3.add_stream("libmp3lame", rate=_RATE, options={"joint_stereo": "0"})
        stream.layout = "stereo"
        stream.format = "s16p"
        stream.bit_rate = _BITRATE
        for frame in opus.decode(audio=0):
            mp3.mux(stream.encode(frame))
            if len(sink) >= _PIECE:
                yield sink.take()
        mp3.mux(stream.encode(None))
    yield sink.take()
