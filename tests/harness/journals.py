"""Journals made by the real capture, with a clock that the test moves."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.audio.g711 import RATE, encode_ulaw
from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import Chunk
from onrecord.media.capture.reader import JournalReader
from onrecord.policy.mode import Mode

MASTER_KEY = bytes(range(32))
CALL_ID = "c0" * 16
REP, CONTACT = 0, 1
#: Samples in a 20 ms packet.
PACKET = 160
ANSWERED_AT = datetime(2026, 1, 31, 15, 4, 5, tzinfo=UTC)
_START_NS = 10**15


class CapturedCall:
    """One call with a rep (party 0) and a contact (party 1), answered at clock 0."""

    def __init__(
        self,
        folder: Path,
        call_id: str = CALL_ID,
        *,
        master_key: bytes = MASTER_KEY,
        mode: Mode = Mode.BOTH,
        record_at_start: bool = True,
    ) -> None:
        self._ns = _START_NS
        self._master_key = master_key
        self.path = folder / f"{call_id}.journal"
        self.host = CaptureHost(folder, master_key, monotonic_ns=lambda: self._ns)
        self.capture = self.host.open_call(
            call_id, mode=mode, record_at_start=record_at_start, may_change=True, policy_version=1
        )
        self.capture.join(REP, side=Side.OURS, role="rep", user="u1")
        self.capture.join(CONTACT, side=Side.CONTACT, role="contact", user=None)
        self.capture.answer(ANSWERED_AT)

    def move_to(self, ms: float) -> None:
        """Set the clock to `ms` since answer, with ticks of the media loop."""
        self._ns = _START_NS + round(ms * 1_000_000)
        self.host.tick()

    def packet(self, party: int, sequence: int, timestamp: int, samples: NDArray[np.int16]) -> bool:
        """One RTP packet arrives now. Returns whether it was captured. SSRC = party + 1."""
        return self.capture.media(
            party, RtpPacket(0, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, party + 1, encode_ulaw(samples))
        )

    def talk(self, left: NDArray[np.int16], right: NDArray[np.int16], *, from_ms: int) -> None:
        """Both sides talk from `from_ms` on, in packets of 20 ms, each arriving at its end."""
        for at in range(0, len(left), PACKET):
            self.move_to(from_ms + (at + PACKET) * 1000 / RATE)
            for party, voice in ((REP, left), (CONTACT, right)):
                number = from_ms // 20 + at // PACKET
                self.packet(party, number, number * PACKET, voice[at : at + PACKET])

    def flush(self) -> None:
        """Make sure that everything so far is in the file."""
        self.host.drain()

    def end(self) -> None:
        """The rep hangs up; the journal is complete on disk."""
        self.capture.end("completed", "rep_hung_up")
        self.host.close()

    def chunks(self) -> list[Chunk]:
        """All chunks in the file."""
        return list(JournalReader(self.path, self._master_key).poll())


def flip(path: Path, *places: int) -> None:
    """Flip a bit in each of these bytes of a file."""
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            (value,) = file.read(1)
            file.seek(place)
            file.write(bytes([value ^ 0x10]))


def tone(hertz: float, seconds: float, amplitude: int = 8000) -> NDArray[np.int16]:
    """A sine at 8 kHz, int16[n]."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.round(amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.int16)
