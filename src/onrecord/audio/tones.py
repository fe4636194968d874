"""Telephone tones as PCMU (8000 bytes a second). Pure.

Ringback and busy tones are North American (ITU-T E.180, supplement 2).
"""

from collections.abc import Iterator
from functools import cache
from itertools import repeat

import numpy as np

from onrecord.audio.g711 import RATE, encode_ulaw
from onrecord.audio.rtp import FRAME_MS, FRAME_SAMPLES

#: The PCMU code of a zero sample.
ZERO = b"\xff"
SILENT_FRAME = ZERO * FRAME_SAMPLES


@cache
def tone(*frequencies: int, ms: int, level: float) -> bytes:
    """A sum of sines, each with the peak `level` (1.0 is full scale), all starting at phase 0."""
    time = np.arange(ms * RATE // 1000) / RATE
    wave = sum(level * np.sin(2 * np.pi * hz * time) for hz in frequencies)
    return encode_ulaw(np.rint(np.asarray(wave) * 32767).astype(np.int16))


def silence(ms: int) -> bytes:
    """Silence of the given length."""
    return ZERO * (ms * RATE // 1000)


def ringback() -> bytes:
    """One period of the ringback tone: 2 s on, 4 s off."""
    return tone(440, 480, ms=2000, level=0.1) + silence(4000)


def busy() -> bytes:
    """One period of the busy tone: 0.5 s on, 0.5 s off."""
    return tone(480, 620, ms=500, level=0.1) + silence(500)


def beep() -> bytes:
    """The beep after which voicemail records."""
    return tone(1000, ms=500, level=0.3)


def recorder_beep() -> bytes:
    """The recording warning: 1400 Hz ("recorder warning tone" in FS-1037C)."""
    return tone(1400, ms=200, level=0.1)


def digit_beep() -> bytes:
    """The short tone with which the simulated network acknowledges a digit."""
    return tone(1400, ms=100, level=0.2)


def steady() -> bytes:
    """600 Hz for 20 ms: 12 whole periods, so that it repeats seamlessly."""
    return tone(600, ms=FRAME_MS, level=0.4)


def frames(sound: bytes) -> Iterator[bytes]:
    """Cut sound into frames of 20 ms; the last one is padded with silence."""
    for start in range(0, len(sound), FRAME_SAMPLES):
        yield sound[start : start + FRAME_SAMPLES].ljust(FRAME_SAMPLES, ZERO)


def lasting(sound: bytes, ms: int) -> Iterator[bytes]:
    """Frames of a sound repeated for `ms` milliseconds."""
    left = ms // FRAME_MS
    for turn in repeat(sound):
        for frame in frames(turn):
            if left == 0:
                return
            left -= 1
            yield frame
