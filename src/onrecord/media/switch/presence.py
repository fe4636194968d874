"""Whether a user's browser is connected. Pure: time is passed in, nothing is sent."""

import math
from enum import StrEnum

#: A browser that has sent no RTP for this long may be gone (a closed tab is not reported for half a minute).
WATCHDOG_S = 4.0
#: It is gone if it has not renewed its ICE consent for this long either. Browsers do so at least every 6 s
#: while connected (RFC 7675, section 5.1), with or without a microphone.
CONSENT_S = 7.0
#: How long a call waits for its browser to come back.
ATTACH_WAIT_S = 10.0


class PresenceChange(StrEnum):
    """What a presence check found."""

    LOST = "lost"
    BACK = "back"
    GIVEN_UP = "given_up"


class Presence:
    """Whether one user's browser is connected. Times are in seconds. Mutable: every packet updates it."""

    def __init__(self, now: float) -> None:
        self._heard = now
        self._consented = -math.inf
        self._away_since: float | None = None

    @property
    def attached(self) -> bool:
        return self._away_since is None

    def heard(self, now: float) -> None:
        """A packet of the user's voice arrived."""
        self._heard = now

    def consented(self, now: float) -> None:
        """The browser renewed its ICE consent: it is connected, even without a microphone."""
        self._consented = now

    def leave(self, now: float) -> None:
        """The browser said that it is leaving, or its connection closed."""
        if self._away_since is None:
            self._away_since = now

    def come(self, now: float) -> None:
        """A new connection starts. It has until the watchdog fires to send its first packet."""
        self._heard = now
        self._consented = -math.inf
        self._away_since = None

    def look(self, now: float) -> PresenceChange | None:
        """What has changed over time: the watchdog fired, the browser is back, or the wait is over."""
        if self._away_since is None:
            if now - self._heard < WATCHDOG_S or now - self._consented < CONSENT_S:
                return None
            self._away_since = now
            return PresenceChange.LOST
        if max(self._heard, self._consented) > self._away_since:
            self._away_since = None
            return PresenceChange.BACK
        return PresenceChange.GIVEN_UP if now - self._away_since >= ATTACH_WAIT_S else None
