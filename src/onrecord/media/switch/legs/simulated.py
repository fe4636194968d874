"""The simulated phone network: what happens depends on the number's last two digits.

docs/reference/simulated-network.md lists the numbers. A behavior is a generator that yields what the network
reports (`LegEvent`) and what the rep hears (frames of 20 ms), so everything is tested without a clock.
"""

import random
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain, repeat

from onrecord.audio import clips, tones
from onrecord.audio.g711 import PCMU
from onrecord.audio.rtp import FRAME_SAMPLES, RtpPacket
from onrecord.media.switch.legs.leg import LegEvent, LegListener

#: From dialing until the network's first report.
SETUP_MS = 200
NO_ANSWER_MS = 12_000
BUSY_TONE_MS = 2_000
BRIEF_TALK_MS = 5_000
#: The voicemail records a message of up to this length, then hangs up.
MESSAGE_MS = 120_000

Script = Iterator[LegEvent | bytes]

_TOPICS = (
    "contact-interested",
    "contact-doubt",
    "contact-price",
    "contact-today",
    "contact-thursday",
    "contact-yes",
)


class EchoBuffer:
    """Buffers what the contact hears, for the echo number to send back."""

    #: More than this is dropped: an echo older than 0.2 s only confuses.
    LIMIT = 10 * FRAME_SAMPLES

    def __init__(self) -> None:
        self._heard = bytearray()

    def hear(self, sound: bytes) -> None:
        self._heard += sound
        del self._heard[: -self.LIMIT]

    def next(self) -> bytes:
        """The next 20 ms, or silence when there is not that much."""
        if len(self._heard) < FRAME_SAMPLES:
            return tones.SILENT_FRAME
        frame = bytes(self._heard[:FRAME_SAMPLES])
        del self._heard[:FRAME_SAMPLES]
        return frame


def script(number: str, echo: EchoBuffer) -> Script:
    """What a number does once dialed. It hangs up when the script ends."""
    ending = int(number[-2:])
    behavior = _BEHAVIORS.get(ending)
    yield from tones.frames(tones.silence(SETUP_MS))
    if behavior is not None:
        yield from behavior(echo)
    else:
        yield from _answer(1_000 + ending % 5 * 500)
        yield from _conversation(ending)


def _busy(echo: EchoBuffer) -> Script:
    yield LegEvent.BUSY
    yield from tones.lasting(tones.busy(), BUSY_TONE_MS)


def _no_answer(echo: EchoBuffer) -> Script:
    yield LegEvent.RINGING
    yield from tones.lasting(tones.ringback(), NO_ANSWER_MS)
    yield LegEvent.NO_ANSWER


def _voicemail(echo: EchoBuffer) -> Script:
    yield from _answer(1_000)
    yield from tones.frames(tones.silence(400) + clips.load("voicemail-greeting") + tones.silence(300))
    yield from tones.frames(tones.beep())
    yield from tones.frames(tones.silence(MESSAGE_MS))


def _brief(echo: EchoBuffer) -> Script:
    yield from _answer(1_000)
    yield from tones.lasting(clips.load("second-busy") + tones.silence(BRIEF_TALK_MS), BRIEF_TALK_MS)


def _unreachable(echo: EchoBuffer) -> Script:
    yield LegEvent.UNREACHABLE
    yield from tones.frames(clips.load("number-not-reachable"))


def _steady(echo: EchoBuffer) -> Script:
    yield from _answer(1_000)
    yield from repeat(tones.steady())


def _echo(echo: EchoBuffer) -> Script:
    yield from _answer(1_000)
    while True:
        yield echo.next()


_BEHAVIORS: dict[int, Callable[[EchoBuffer], Script]] = {
    90: _busy,
    91: _no_answer,
    92: _voicemail,
    93: _brief,
    94: _unreachable,
    95: _steady,
    96: _echo,
}


def _answer(ring_ms: int) -> Script:
    yield LegEvent.RINGING
    yield from tones.lasting(tones.ringback(), ring_ms)
    yield LegEvent.ANSWERED


def _conversation(seed: int) -> Script:
    """Speaks, with pauses for replies, without end. The same number always says the same."""
    pick = random.Random(seed)  # noqa: S311 - not security-related
    first = seed % len(_TOPICS)
    yield from tones.frames(tones.silence(300))
    for clip in chain(["contact-hello"], _round(_TOPICS[first:] + _TOPICS[:first])):
        yield from tones.frames(clips.load(clip))
        yield from tones.frames(tones.silence(pick.randrange(1_500, 4_000, 20)))


def _round(clips: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from clips


class SimulatedLeg:
    """A far leg that plays a script, one frame per tick. Every digit is acknowledged with a short beep."""

    def __init__(self, number: str, listener: LegListener) -> None:
        self._echo = EchoBuffer()
        self._script: Script | None = script(number, self._echo)
        self._listener = listener
        self._beeps: deque[bytes] = deque()
        self._ssrc = random.getrandbits(32)
        self._count = 0

    def tick(self) -> None:
        """Send the next frame, after any network events that come before it."""
        while self._script is not None:
            step = next(self._script, LegEvent.HUNG_UP)
            if isinstance(step, bytes):
                self._play(self._beeps.popleft() if self._beeps else step)
                return
            if step is LegEvent.HUNG_UP:
                self._script = None
            self._listener.leg_event(step)

    def send(self, packet: RtpPacket) -> None:
        self._echo.hear(packet.payload)

    def dtmf(self, digits: str) -> None:
        for _ in digits:
            self._beeps.extend(tones.frames(tones.digit_beep() + tones.silence(60)))

    def close(self) -> None:
        self._script = None

    def _play(self, payload: bytes) -> None:
        count, self._count = self._count, self._count + 1
        timestamp = count * FRAME_SAMPLES & 0xFFFFFFFF
        self._listener.leg_media(RtpPacket(PCMU, count & 0xFFFF, timestamp, self._ssrc, payload))


def dial(to: str, caller: str | None, listener: LegListener) -> SimulatedLeg:
    """Call a number of the simulated network, which ignores the caller's number."""
    return SimulatedLeg(to, listener)
