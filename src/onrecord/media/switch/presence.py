"""Whether a user's browser is there. Pure: time is given, nothing is sent."""

import math
from enum import StrEnum

#: Without RTP from the browser for this long it may be gone (a closed tab says nothing for half a minute).
WATCHDOG_S = 4.0
#: It is gone if it has not renewed its ICE consent for this long either: browsers do so at least every 6 s
#: while the connection stands (RFC 7675, section 5.1), with or without a microphone.
CONSENT_S = 7.0
#: How long a call waits for its browser to come back.
ATTACH_WAIT_S = 10.0


class Change(StrEnum):
    """What a look at the presence found."""

    LOST = "lost"
    BACK = "back"
    GIVEN_UP = "given_up"


class Presence:
    """Whether one user's browser is there. Times are in seconds. Mutable: every packet touches it."""

    def __init__(self, now: float) -> None:
        self._heard = now
        self._consented = -math.inf
        self._away_since: float | None = None

    @property
    def attached(self) -> bool:
        return self._away_since is None

    def heard(self, now: float) -> None:
        """A packet of the user's voice came."""
        self._heard = now

    def consented(self, now: float) -> None:
        """The browser renewed its ICE consent: it is there, even if it has no microphone."""
        self._consented = now

    def leave(self, now: float) -> None:
        """The browser said that it goes, or its connection closed."""
        if self._away_since is None:
            self._away_since = now

    def come(self, now: float) -> None:
        """A new connection begins; it has the watchdog's time to send its first packet."""
        self._heard = now
        self._consented = -math.inf
        self._away_since = None

    def look(self, now: float) -> Change | None:
        """What has changed by itself: the watchdog, signs of life that come again, patience at its end."""
        if self._away_since is None:
            if now - self._heard < WATCHDOG_S or now - self._consented < CONSENT_S:
                return None
            self._away_since = now
            return Change.LOST
        if max(self._heard, self._consented) > self._away_since:
            self._away_since = None
            return Change.BACK
        return Change.GIVEN_UP if now - self._away_since >= ATTACH_WAIT_S else None
