"""G.711: 8 kHz telephone audio, one byte per sample.

Source: ITU-T Recommendation G.711 (11/88), tables 1 (A-law) and 2 (mu-law). The standard's uniform values
have 13 and 14 bits; here they are scaled to 16, as in every audio library.
"""

import numpy as np
from numpy.typing import NDArray

#: Samples per second of every G.711 stream (RFC 3551).
RATE = 8000
#: RTP payload types (RFC 3551, table 4).
PCMU, PCMA = 0, 8

#: Added to a magnitude before its logarithm is taken: 33 in the standard's 14 bits.
_BIAS = 33 << 2
#: The greatest magnitude that mu-law can express: decision value 8159 in 14 bits, less one step.
_CLIP = 8158 << 2


def _ulaw() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    segment, step = (code >> 4) & 7, code & 15
    magnitude = (((step.astype(np.int32) << 3) + _BIAS) << segment) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    # The first two segments have the same step; from there on it doubles. Outputs are mid-step.
    middle = (step.astype(np.int32) << 4) + 8
    magnitude = np.where(segment == 0, middle, (middle + 256) << np.maximum(segment, 1) - 1)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _to_ulaw() -> NDArray[np.uint8]:
    sample = np.arange(-32768, 32768, dtype=np.int32)
    biased = np.minimum(np.abs(sample), _CLIP) + _BIAS
    segment = np.frexp(biased)[1] - 8
    code = (segment << 4) | ((biased >> (segment + 3)) & 15) | np.where(sample < 0, 0x80, 0)
    # Indexed by the sample's bits as an unsigned number, so that no offset is needed.
    return np.roll(~code.astype(np.uint8), -32768)


#: The sample for every code, int16[256].
ULAW = _ulaw()
ALAW = _alaw()
_TO_ULAW = _to_ulaw()
_TABLES = {PCMU: ULAW, PCMA: ALAW}


def decode(payload_type: int, payload: bytes) -> NDArray[np.int16]:
    """Samples of an RTP payload, one per byte.

    Raises ValueError for a payload type that is not G.711.
    """
    table = _TABLES.get(payload_type)
    if table is None:
        raise ValueError(f"RTP payload type {payload_type} is not G.711 (0 PCMU, 8 PCMA).")
    return table[np.frombuffer(payload, np.uint8)]


def encode_ulaw(samples: NDArray[np.int16]) -> bytes:
    """PCMU codes of int16 samples, one byte each."""
    return _TO_ULAW[samples.view(np.uint16)].tobytes()
