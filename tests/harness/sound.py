"""Audio analysis: what can be heard in decoded audio, and where."""

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

#: The sample rate used here; Opus decodes to 48 kHz, which ffmpeg resamples.
RATE = 8000


def decode(audio: bytes) -> Samples:
    """Decode any audio file to samples at 8 kHz, shape (channels, samples), full scale 1.0."""
    heard = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "2", "-ar", str(RATE), "pipe:1"],
        input=audio,
        capture_output=True,
        check=True,
    )
    return np.frombuffer(heard.stdout, "<i2").reshape(-1, 2).T / 32768


def decode_file(path: Path) -> Samples:
    return decode(path.read_bytes())


def seconds(channel: Samples, start: float, stop: float) -> Samples:
    """A stretch of one channel."""
    return channel[round(start * RATE) : round(stop * RATE)]


def level(channel: Samples) -> float:
    """Root mean square, full scale 1.0."""
    return float(np.sqrt(np.mean(channel**2))) if len(channel) else 0.0


def power_at(channel: Samples, hertz: float) -> float:
    """Share (0..1) of a stretch's power within 15 Hz of a frequency."""
    window = np.hanning(len(channel))
    spectrum = np.abs(np.fft.rfft(channel * window)) ** 2
    near = np.abs(np.fft.rfftfreq(len(channel), 1 / RATE) - hertz) <= max(15.0, 3 * RATE / len(channel))
    return float(spectrum[near].sum() / max(spectrum.sum(), 1e-12))


def has_only(channel: Samples, hertz: float, *, window: float = 0.1, share: float = 0.9) -> bool:
    """Whether every window of a stretch has this tone and little else; codec noise is up to 3%."""
    step = round(window * RATE)
    pieces = [channel[at : at + step] for at in range(0, len(channel) - step + 1, step)]
    return bool(pieces) and all(level(piece) > 0.05 and power_at(piece, hertz) >= share for piece in pieces)


def breaks(channel: Samples, hertz: float, *, tolerance: float = 0.35) -> list[float]:
    """The times, in seconds, at which a tone is interrupted.

    A sine obeys x[n+1] = 2 cos(w) x[n] - x[n-1]. A lost, repeated or shifted frame violates that at its
    edges; codec noise stays far below `tolerance`, which is relative to the tone's peak.
    """
    w = 2 * np.pi * hertz / RATE
    error = np.abs(channel[2:] - 2 * np.cos(w) * channel[1:-1] + channel[:-2])
    # The residual is about d for a break of size d, and peak * sin(step) for a phase step.
    found = np.flatnonzero(error > tolerance * np.max(np.abs(channel)))
    return [float(at) / RATE for at in found]


def phases(channel: Samples, hertz: float, *, window: float = 0.02) -> NDArray[np.float64]:
    """Phase of a tone in each window (rad), relative to an unbroken tone: a step is lost or added time."""
    step = round(window * RATE)
    count = len(channel) // step
    time = np.arange(count * step) / RATE
    mixed = channel[: count * step] * np.exp(-2j * np.pi * hertz * time)
    return np.unwrap(np.angle(mixed.reshape(count, step).mean(axis=1)))
