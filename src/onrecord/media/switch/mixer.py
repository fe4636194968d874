"""The N-1 mix: everyone hears all the others and not themselves. Pure: one call gives 20 ms."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import PCMA, PCMU, decode, encode_ulaw
from onrecord.audio.rtp import FRAME_SAMPLES, RtpPacket

#: Most that one input holds: 100 ms. A longer burst is cut to the newest 40 ms, so that the delay cannot keep
#: growing.
LIMIT = 5 * FRAME_SAMPLES
KEPT = 2 * FRAME_SAMPLES
#: A sender with a fast clock, or a burst, leaves more waiting than the jitter requires. Whatever was not
#: needed for this many frames (5 s) is dropped, 20 ms at a time, at the next silent frame (below -40 dB of
#: full scale).
_WATCHED = 250
_SILENCE = 328

_BYTES = 2


class Input:
    """One party's sound on its way into the mix.

    There is no initial delay: when network jitter makes a frame late, the mix has silence instead and the
    frame waits for the next step, so the delay grows to just what the jitter requires.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._newest: tuple[int, int] | None = None
        #: Least number of samples left waiting since the watch began, and how many frames of it remain.
        self._least, self._watch = LIMIT, _WATCHED

    @property
    def ready(self) -> bool:
        """Whether 20 ms are available."""
        return len(self._waiting) >= FRAME_SAMPLES * _BYTES

    def add(self, packet: RtpPacket) -> None:
        """Add a packet. Packets that are not G.711 or arrive out of order are ignored."""
        if packet.payload_type not in {PCMU, PCMA} or self._is_late(packet):
            return
        self._newest = (packet.ssrc, packet.sequence)
        self._waiting += decode(packet.payload_type, packet.payload).tobytes()
        if len(self._waiting) > LIMIT * _BYTES:
            del self._waiting[: -KEPT * _BYTES]

    def next(self) -> NDArray[np.int16] | None:
        """The next 20 ms, int16[160]; None when there is less."""
        if not self.ready:
            self._watch_anew()
            return None
        samples = self._taken()
        self._least = min(self._least, len(self._waiting) // _BYTES)
        self._watch -= 1
        if self._watch <= 0:
            spare = self._least >= FRAME_SAMPLES
            if spare and np.abs(samples).max() <= _SILENCE:
                samples = self._taken()
                spare = False
            if not spare:
                self._watch_anew()
        return samples

    def _watch_anew(self) -> None:
        self._least, self._watch = LIMIT, _WATCHED

    def _taken(self) -> NDArray[np.int16]:
        size = FRAME_SAMPLES * _BYTES
        samples = np.frombuffer(bytes(self._waiting[:size]), np.int16)
        del self._waiting[:size]
        return samples

    def _is_late(self, packet: RtpPacket) -> bool:
        if self._newest is None or self._newest[0] != packet.ssrc:
            return False
        return (packet.sequence - self._newest[1] - 1) & 0xFFFF >= 0x8000


class Mixer:
    """One input for each party."""

    def __init__(self) -> None:
        self._inputs: dict[int, Input] = {}

    @property
    def ready(self) -> bool:
        """Whether any input has 20 ms."""
        return any(one.ready for one in self._inputs.values())

    def add(self, party: int, packet: RtpPacket) -> None:
        """Add a party's packet."""
        self._inputs.setdefault(party, Input()).add(packet)

    def remove(self, party: int) -> None:
        """A party leaves. Its waiting sound is dropped."""
        self._inputs.pop(party, None)

    def mix(self, listeners: Iterable[int], prompt: bytes | None) -> dict[int, bytes]:
        """20 ms of PCMU for each listener: all other parties and `prompt` (PCMU), clipped to 16 bits."""
        frames = {
            party: samples for party, one in self._inputs.items() if (samples := one.next()) is not None
        }
        total = np.zeros(FRAME_SAMPLES, np.int32)
        if prompt is not None:
            total += decode(PCMU, prompt)
        for samples in frames.values():
            total += samples
        return {party: _encode(total - frames[party] if party in frames else total) for party in listeners}


def _encode(samples: NDArray[np.int32]) -> bytes:
    return encode_ulaw(samples.clip(-32768, 32767).astype(np.int16))
