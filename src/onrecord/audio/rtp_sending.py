"""The unit of media inside the switch."""

from typing import NamedTuple

#: One frame: 20 ms of 8 kHz G.711, one byte per sample (RFC 3551).
FRAME_MS = 20
FRAME_SAMPLES = 160
PCMU = 0


class Rtp(NamedTuple):
    """An RTP packet (RFC 3550), its media still encoded. A tuple, because each voice sends fifty a second."""

    payload_type: int
    #: 16 bits.
    sequence: int
    #: 32 bits, in samples.
    timestamp: int
    ssrc: int
    payload: bytes
