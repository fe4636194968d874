"""The call's state machine and the rules on the rep's presence. Pure: time is given, nothing is sent."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

#: Without RTP from the browser for this long it may be gone (a closed tab says nothing for half a minute).
WATCHDOG_S = 4.0
#: It is gone if it has not renewed its ICE consent for this long either: browsers do so at least every 6 s
#: while the connection stands (RFC 7675, section 5.1), with or without a microphone.
CONSENT_S = 7.0
#: How long a call waits for its browser to come back.
ATTACH_WAIT_S = 10.0


class Status(StrEnum):
    """Where a call stands; everything from `COMPLETED` on is final."""

    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a call ended."""

    REP_HUNG_UP = "rep_hung_up"
    CONTACT_HUNG_UP = "contact_hung_up"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    BROWSER_LOST = "browser_lost"
    SWITCH_STOPPED = "switch_stopped"


#: How a call that was never answered ended. One that was answered is completed, whoever ended it.
_UNANSWERED = {
    Reason.REP_HUNG_UP: Status.CANCELED,
    Reason.CONTACT_HUNG_UP: Status.FAILED,
    Reason.BUSY: Status.BUSY,
    Reason.NO_ANSWER: Status.NO_ANSWER,
    Reason.UNREACHABLE: Status.FAILED,
    Reason.BROWSER_LOST: Status.CANCELED,
    Reason.SWITCH_STOPPED: Status.FAILED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CallState:
    """One call's telephony. A transition gives a new state; one that makes no sense now changes nothing."""

    status: Status = Status.INITIATED
    #: Set once the call has ended.
    reason: Reason | None = None
    #: The network has said how the call will end, but a tone or an announcement still plays.
    foreseen: Reason | None = None

    @property
    def ended(self) -> bool:
        return self.reason is not None

    def rang(self) -> "CallState":
        return replace(self, status=Status.RINGING) if self.status is Status.INITIATED else self

    def answered(self) -> "CallState":
        early = self.status in {Status.INITIATED, Status.RINGING}
        return replace(self, status=Status.IN_PROGRESS) if early and self.foreseen is None else self

    def will_end(self, reason: Reason) -> "CallState":
        """The network's verdict on a call that is not answered; it stands even if the rep hangs up first."""
        return self if self.ended or self.status is Status.IN_PROGRESS else replace(self, foreseen=reason)

    def end(self, reason: Reason) -> "CallState":
        """The end, for the foreseen reason if there was one."""
        if self.ended:
            return self
        reason = self.foreseen or reason
        answered = self.status is Status.IN_PROGRESS
        return replace(self, status=Status.COMPLETED if answered else _UNANSWERED[reason], reason=reason)


class Change(StrEnum):
    """What a look at the presence found."""

    LOST = "lost"
    BACK = "back"
    GIVEN_UP = "given_up"


class Presence:
    """Whether the rep's browser is there. Times are in seconds. Mutable: every packet touches it."""

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
