"""Connects the voices of a call: packets are forwarded undecoded between two parties, otherwise mixed."""

import random
from collections.abc import Callable

from onrecord.audio.g711 import PCMU
from onrecord.audio.rtp import FRAME_SAMPLES, RtpPacket
from onrecord.media.switch.mixer import Mixer

#: Sends a packet to one party.
Outlet = Callable[[RtpPacket], None]


class Bridge:
    """Sends every voice to all the others.

    Mixing costs decoding and a wait for the next step, so it happens only while there are more than two
    parties or a prompt is playing. The mix is a separate stream: outlets see from the SSRC that the source
    has changed.
    """

    def __init__(self) -> None:
        self._outlets: dict[int, Outlet] = {}
        self._mixer: Mixer | None = None
        self._prompt: bytes | None = None
        self._ssrc = random.getrandbits(32)
        self._count = 0

    def connect(self, party: int, outlet: Outlet) -> None:
        """From now on `party` hears the others through `outlet`."""
        self._outlets[party] = outlet

    def disconnect(self, party: int) -> None:
        """`party` no longer hears or is heard. Does nothing if it is not connected."""
        self._outlets.pop(party, None)
        if self._mixer is not None:
            self._mixer.remove(party)

    def forward(self, party: int, packet: RtpPacket) -> None:
        """Send a party's packet to the others."""
        if self._mixer is not None:
            self._mixer.add(party, packet)
            return
        for other, outlet in self._outlets.items():
            if other != party:
                outlet(packet)

    def step(self, prompt: bytes | None) -> None:
        """Every 20 ms. `prompt`: 20 ms of PCMU for everyone, heard with the next step.

        It is delayed by one step because speech until then must be collected for the mix, not forwarded.
        """
        if self._mixer is not None:
            self._deliver(self._mixer)
        self._prompt = prompt
        needed = prompt is not None or len(self._outlets) > 2
        if needed and self._mixer is None:
            self._mixer = Mixer()
        elif not needed and self._mixer is not None:
            # Deliver the rest of the mix before forwarding resumes.
            while self._mixer.ready:
                self._deliver(self._mixer)
            self._mixer = None

    def _deliver(self, mixer: Mixer) -> None:
        count, self._count = self._count, self._count + 1
        timestamp = count * FRAME_SAMPLES & 0xFFFFFFFF
        for party, payload in mixer.mix(self._outlets, self._prompt).items():
            self._outlets[party](RtpPacket(PCMU, count & 0xFFFF, timestamp, self._ssrc, payload))
