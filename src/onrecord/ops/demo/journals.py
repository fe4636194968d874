"""Write past conversations into journals, through the real gate, as if their packets arrived now.

The clock is moved by hand, so a minute of call takes a fraction of a second, and frames have the times of a
real call. The renderer then finds these journals like any others.
"""

import random

from onrecord.audio import g711
from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.gate import Side
from onrecord.ops.demo.conversation import PACKET, PACKET_MS
from onrecord.ops.demo.past import PastCall


class ManualClock:
    """A monotonic clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns

    def to_ms(self, ms: int) -> None:
        self.ns = ms * 1_000_000


def write_journal(host: CaptureHost, clock: ManualClock, call: PastCall, chance: random.Random) -> int:
    """Play the call again, packet by packet. Returns its duration in ms.

    `host` must use `clock`. Raises FileExistsError if the call already has a journal.
    """
    clock.to_ms(0)
    capture = host.open_call(
        call.id,
        mode=call.decision.mode,
        record_at_start=call.decision.record_at_start,
        may_change=call.decision.may_change,
        policy_version=call.decision.policy_version,
    )
    capture.join(0, side=Side.OURS, role="rep", user=call.rep)
    capture.join(1, side=Side.CONTACT, role="contact", user=None)
    capture.answer(call.answered_at)
    streams = [
        _Stream(capture, party, voice, chance)
        for party, voice in enumerate((call.script.ours, call.script.contact))
    ]
    for at_ms in range(0, call.duration_ms, PACKET_MS):
        clock.to_ms(at_ms)
        match call.presses.get(at_ms):
            case "pause":
                capture.pause(call.rep)
            case "resume":
                capture.record(call.rep)
        for stream in streams:
            stream.send(at_ms)
        host.tick()
    clock.to_ms(call.duration_ms)
    return capture.end(call.planned.ending.status, call.planned.ending.reason)


class _Stream:
    """The RTP stream of one voice (RFC 3550). Its first sequence number and timestamp are random."""

    def __init__(self, capture: CallCapture, party: int, voice: bytes, chance: random.Random) -> None:
        self._capture = capture
        self._party = party
        self._voice = voice
        self._sequence = chance.getrandbits(16)
        self._timestamp = chance.getrandbits(32)
        self._ssrc = chance.getrandbits(32)

    def send(self, at_ms: int) -> None:
        number = at_ms // PACKET_MS
        self._capture.media(
            self._party,
            RtpPacket(
                g711.PCMU,
                (self._sequence + number) & 0xFFFF,
                (self._timestamp + number * PACKET) & 0xFFFFFFFF,
                self._ssrc,
                self._voice[number * PACKET : (number + 1) * PACKET],
            ),
        )
