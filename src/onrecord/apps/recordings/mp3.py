"""A recording as MP3, encoded while it is sent. None of it is written to disk."""

import io
from collections.abc import Iterator

import av

from onrecord.storage.sealed import SealedReader
from onrecord.storage.stream import as_file

#: Calls have a sample rate of 8 kHz. This is MPEG-2's lowest rate above that, and every player supports it.
_RATE = 16_000
_BITRATE = 48_000
#: Bytes per piece.
_PIECE = 64 * 1024


class _Sink(io.RawIOBase):
    """Collects the encoder's output. It is not seekable, so the encoder cannot go back to write a header."""

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
    """MPEG-2 Layer III, left and right as recorded, in pieces. Memory use does not depend on the length."""
    sink = _Sink()
    with (
        av.open(as_file(audio), "r", format="ogg") as opus,
        av.open(sink, "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as mp3,
    ):
        # With joint stereo, each side could be heard in the other.
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
