"""A user in a call, and the connection of their browser, which may be away for a while."""

import time
from typing import Any, Protocol

from onrecord.audio.rtp import RtpPacket
from onrecord.media.switch.bridge import Bridge
from onrecord.media.switch.legs.webrtc import WebRtcLeg
from onrecord.media.switch.presence import Presence, PresenceChange
from onrecord.media.switch.presses import Press
from onrecord.protocol.fields import Role


class Room(Protocol):
    """The call, as a participant sees it."""

    def on_media(self, participant: "Participant", packet: RtpPacket) -> None:
        """A packet of the participant's voice."""

    def on_detached(self, participant: "Participant") -> None:
        """The participant's browser is away."""

    def on_attached(self, participant: "Participant") -> None:
        """It is back."""

    def on_press(self, participant: "Participant", press: Press) -> dict[str, Any]:
        """The participant pressed a button. Returns the reply."""

    def close(self, leg: WebRtcLeg) -> None:
        """Close a connection in the background."""


class Participant:
    """Holds the user's current connection and watches it."""

    def __init__(self, *, party: int, user: str, role: Role, room: Room, bridge: Bridge) -> None:
        self.party = party
        self.user = user
        self.role = role
        self._room = room
        self._bridge = bridge
        self._leg: WebRtcLeg | None = None
        self._presence = Presence(time.monotonic())

    @property
    def attached(self) -> bool:
        return self._presence.attached

    def connect(self, leg: WebRtcLeg) -> None:
        """A new connection replaces the old one."""
        self._drop()
        self._leg = leg
        leg.listener = self
        self._bridge.connect(self.party, leg.send)
        was_attached = self.attached
        self._presence.come(time.monotonic())
        if not was_attached:
            self._room.on_attached(self)

    def send_message(self, message: dict[str, Any]) -> None:
        """Send the page a message, if it has a control channel."""
        if self._leg is not None:
            self._leg.send_message(message)

    def disconnect(self) -> None:
        """The user's page closes."""
        self._drop()
        if self.attached:
            self._presence.leave(time.monotonic())
            self._room.on_detached(self)

    def release(self) -> None:
        """The participant has left, or the call has ended. Nothing more comes from here."""
        self._drop()

    def is_given_up(self) -> bool:
        """Check presence, every 20 ms. Returns whether the browser has been away for too long."""
        change = self._presence.look(time.monotonic())
        if change is PresenceChange.LOST:
            self._room.on_detached(self)
        elif change is PresenceChange.BACK:
            self._room.on_attached(self)
        return change is PresenceChange.GIVEN_UP

    def browser_media(self, leg: WebRtcLeg, packet: RtpPacket) -> None:
        if leg is self._leg:
            self._presence.heard(time.monotonic())
            self._room.on_media(self, packet)

    def browser_consented(self, leg: WebRtcLeg) -> None:
        if leg is self._leg:
            self._presence.consented(time.monotonic())

    def browser_pressed(self, leg: WebRtcLeg, press: Press) -> dict[str, Any]:
        """Also accepts presses from a replaced connection: a press is never too late."""
        return self._room.on_press(self, press)

    def browser_lost(self, leg: WebRtcLeg) -> None:
        if leg is self._leg:
            self.disconnect()

    def _drop(self) -> None:
        self._bridge.disconnect(self.party)
        if self._leg is not None:
            self._room.close(self._leg)
            self._leg = None
