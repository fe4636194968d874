"""Finds out what a sound file really contains, whatever its name, and decodes it for recordings.

Runs only in the confined process. A packet that cannot be decoded does not affect others: as in all players,
decoding continues with the next one, and silence takes its place.

Some parts of PyAV are imported explicitly, because otherwise it would load them later, when no file can be
opened.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.audio.codeccontext
import av.subtitles.codeccontext
import av.subtitles.stream
import av.video.codeccontext
import av.video.stream
import numpy as np
from numpy.typing import NDArray

from onrecord.audio.decoding.gaps import GapTracker, Packet
from onrecord.audio.decoding.headers import mpeg_tells_length, wave_cut_s
from onrecord.audio.decoding.messages import HIGHEST_RATE, LOWEST_RATE, DecodeRequest, SoundFormat
from onrecord.audio.g711 import RATE

#: Playlists and similar formats would make libav open other files and addresses.
_CONTAINERS = "wav,w64,aiff,au,mp3,aac,flac,ogg,mov,matroska,webm,caf"
#: Containers without timestamps.
_UNTIMED = {"mp3", "aac", "flac", "aiff", "au", "wav", "w64"}
#: Samples passed on at once, because frames of a sound file can be very short.
_BLOCK = 4 * RATE
#: A file that ends this many seconds before its header says was cut. Headers round, and encoders pad.
_CUT_S = 1
#: Consecutive errors after which to give up on a container.
_MOST_ERRORS = 100
#: Most channels accepted; no real audio has more.
_MOST_CHANNELS = 8

_UNREADABLE = "This is not a sound file that OnRecord can read. Send an MP3, WAV, Ogg, or M4A file."


class UnusableError(ValueError):
    """The file cannot be used. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Undecoded:
    """A stretch of samples that could not be decoded."""

    samples: int


class Sound:
    """A sound file, opened for one pass. Raises UnusableError."""

    def __init__(self, file: io.BufferedIOBase, request: DecodeRequest) -> None:
        _check_size(request)
        self._request = request
        self._wave_cut_s = wave_cut_s(file, request.size)
        self._is_told = mpeg_tells_length(file)
        file.seek(0)
        try:
            self._container = av.open(
                file,
                mode="r",
                # No protocol may open anything that the file refers to.
                container_options={"format_whitelist": _CONTAINERS, "protocol_whitelist": "none"},
                metadata_errors="replace",
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise UnusableError(_UNREADABLE) from error
        self._stream = _only_sound(self._container)
        context = self._stream.codec_context
        if context is None:  # an unsupported codec
            raise UnusableError(_UNREADABLE)
        context.thread_count = 1
        self.format = _sound_format(self._container, context, mono=request.mono)
        #: Samples yielded so far, including silence for missing ones.
        self._given = 0
        #: Seconds missing at the end of the file; known after the last sample.
        self.cut_s = self._wave_cut_s

    def pieces(self) -> Iterator[NDArray[np.int16] | Undecoded]:
        """All samples at 8 kHz, int16[n, channels] per block, and holes where some could not be decoded.

        Raises UnusableError.
        """
        block: list[NDArray[np.int16]] = []
        heard, begun = False, 0
        for piece in self._decoded():
            if isinstance(piece, Undecoded):
                self._count(piece.samples)
                yield from _joined(block)
                yield piece
                begun = self._given
                continue
            heard = heard or len(piece) > 0
            block.append(piece)
            self._count(len(piece))
            if self._given - begun >= _BLOCK:
                yield from _joined(block)
                begun = self._given
        if not heard:
            raise UnusableError("There is no sound in this file. Send it again.")
        yield from _joined(block)

    def _count(self, samples: int) -> None:
        self._given += samples
        if self._given > self._request.longest_s * RATE:
            raise UnusableError(
                f"This file is longer than {_length(self._request.longest_s)}. "
                "Shorten it, then send it again."
            )

    def _decoded(self) -> Iterator[NDArray[np.int16] | Undecoded]:
        gaps = GapTracker(
            timed=self.format.container not in _UNTIMED,
            longest_gap=self._duration if self._duration is not None else Fraction(self._request.longest_s),
        )
        resampler = _Resampler(self.format.channels)
        for raw in self._packets():
            packet = _packet(raw)
            try:
                frames = [frame for frame in raw.decode() if _is_plausible(frame)]
            except av.error.FFmpegError:
                gaps.bad(packet)
                continue
            if raw.size:
                lost = gaps.good(packet)
                if lost:
                    yield from resampler.flush()
                    yield Undecoded(round(lost * RATE))
            for frame in frames:
                yield from resampler.add(frame)
        yield from resampler.flush()
        yield from self._tail(gaps)

    def _packets(self) -> Iterator[Any]:
        """Every packet, then an empty one, which flushes the decoder."""
        errors = 0
        while errors < _MOST_ERRORS:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    yield packet
            except av.error.FFmpegError:
                errors += 1
            else:
                return

    def _tail(self, gaps: GapTracker) -> Iterator[Undecoded]:
        """What is missing at the end. Tags or padding may follow the sound."""
        left = None if self._duration is None else self._duration - Fraction(self._given, RATE)
        lost = gaps.lost if left is None else min(gaps.lost, left)
        if lost > 0 and self.format.container not in ("wav", "w64"):
            yield Undecoded(round(lost * RATE))
        if self._duration is not None and not self._wave_cut_s:
            missing = self._duration - max(gaps.end, Fraction(self._given, RATE))
            self.cut_s = float(missing) if missing > _CUT_S else 0.0

    @property
    def _duration(self) -> Fraction | None:
        """Duration in seconds from the header; None if it has none."""
        is_guess = self.format.container == "aac" or (self.format.container == "mp3" and not self._is_told)
        length = self._container.duration
        return None if is_guess or not length or length < 0 else Fraction(length, av.time_base)


def _joined(block: list[NDArray[np.int16]]) -> Iterator[NDArray[np.int16]]:
    """Join the block's arrays, and empty the block for the next ones."""
    if block:
        yield np.concatenate(block)
        block.clear()


class _Resampler:
    """Turns frames into int16[n, channels] at 8 kHz. The frames' format may change in midstream."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._form: object = None
        self._resampler: av.AudioResampler | None = None

    def add(self, frame: av.AudioFrame) -> Iterator[NDArray[np.int16]]:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            yield from self.flush()
            layout = "stereo" if self._channels == 2 else "mono"
            self._form = form
            self._resampler = av.AudioResampler(format="s16", layout=layout, rate=RATE)
        # Otherwise jumps in time would make it insert or drop samples.
        frame.pts = None
        yield from self._through(frame)

    def flush(self) -> Iterator[NDArray[np.int16]]:
        """The remaining samples."""
        if self._resampler is not None:
            yield from self._through(None)
        self._form = self._resampler = None

    def _through(self, frame: av.AudioFrame | None) -> Iterator[NDArray[np.int16]]:
        assert self._resampler is not None  # noqa: S101 - for the type checker: its callers have looked
        for piece in self._resampler.resample(frame):
            yield piece.to_ndarray().astype(np.int16, copy=False).reshape(-1, self._channels)


def _check_size(request: DecodeRequest) -> None:
    if request.size == 0:
        raise UnusableError("The file is empty. Send it again.")
    if request.size > request.most_bytes:
        raise UnusableError(
            f"The file is {request.size / 1e6:.0f} MB. The limit is {request.most_bytes / 1e6:.0f} MB. "
            "Send it in a compressed format."
        )


def _only_sound(container: Any) -> Any:
    pictures = av.stream.Disposition.attached_pic
    if any(not stream.disposition & pictures for stream in container.streams.video):
        raise UnusableError("This is a video. Send only the sound.")
    if not container.streams.audio:
        raise UnusableError("There is no sound in this file. Send an MP3, WAV, Ogg, or M4A file.")
    if len(container.streams.audio) > 1:
        raise UnusableError(
            f"The file has {len(container.streams.audio)} sound tracks. Send one track: mono, "
            "or stereo with one side in each channel."
        )
    return container.streams.audio[0]


def _sound_format(container: Any, context: Any, *, mono: bool) -> SoundFormat:
    if not 1 <= context.channels <= (_MOST_CHANNELS if mono else 2):
        raise UnusableError(
            f"The file has {context.channels} channels. Send it in mono, or in stereo with one side per "
            "channel."
        )
    if not LOWEST_RATE <= context.rate <= HIGHEST_RATE:
        raise UnusableError(
            f"The sample rate is {context.rate:,} Hz. Convert it to between {LOWEST_RATE:,} and "
            f"{HIGHEST_RATE:,} Hz, then send it again."
        )
    return SoundFormat(
        container=container.format.name.partition(",")[0],
        codec=context.name,
        rate=context.rate,
        channels=1 if mono else context.channels,
    )


def _is_plausible(frame: av.AudioFrame) -> bool:
    """Whether the frame is within the limits. It may differ from the header."""
    return LOWEST_RATE <= frame.sample_rate <= HIGHEST_RATE and frame.layout.nb_channels <= _MOST_CHANNELS


def _packet(raw: Any) -> Packet:
    base = raw.time_base or Fraction(0)
    return Packet(
        size=raw.size,
        at=None if raw.pts is None else raw.pts * base,
        duration=(raw.duration or 0) * base,
    )


def _length(seconds: int) -> str:
    return f"{seconds // 3600} hours" if seconds >= 3600 else f"{seconds} s"
