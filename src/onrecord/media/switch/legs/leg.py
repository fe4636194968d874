"""The interface between the call and a far leg, whatever the network behind it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from onrecord.audio.rtp import RtpPacket


class LegEvent(StrEnum):
    """What the network reports."""

    RINGING = "ringing"
    ANSWERED = "answered"
    #: These three report how the call will end; a tone or an announcement may still follow.
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    #: The far side hung up. Nothing more comes from this leg.
    HUNG_UP = "hung_up"


class LegListener(Protocol):
    """The call, as its far leg sees it."""

    def leg_event(self, event: LegEvent) -> None: ...

    def leg_media(self, packet: RtpPacket) -> None:
        """20 ms for the rep: early media (ringback) before the answer, the contact's voice after it."""


class FarLeg(Protocol):
    """The connection to the contact of one call."""

    def tick(self) -> None:
        """Called every 20 ms."""

    def send(self, packet: RtpPacket) -> None:
        """Send a packet of our side. While nobody is connected none comes: the far side hears silence."""

    def dtmf(self, digits: str) -> None:
        """The rep pressed keys: 0-9 * # A-D."""

    def close(self) -> None:
        """Hang up. No event and no media follow."""


#: Dials a number (E.164) from a caller's number, or None for an anonymous call.
Dial = Callable[[str, str | None, LegListener], FarLeg]
