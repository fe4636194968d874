"""How a call moves from dialing to its end. Pure."""

from dataclasses import dataclass, replace

from onrecord.protocol.call_status import EndReason, Status

#: The final status of a call that was never answered; `failed` for other reasons. An answered call is
#: completed, whoever ended it.
_UNANSWERED = {
    EndReason.REP_HUNG_UP: Status.CANCELED,
    EndReason.BUSY: Status.BUSY,
    EndReason.NO_ANSWER: Status.NO_ANSWER,
    EndReason.BROWSER_LOST: Status.CANCELED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CallProgress:
    """Each transition returns a new value. One that is invalid in the current state changes nothing."""

    status: Status = Status.INITIATED
    #: Set once the call has ended.
    reason: EndReason | None = None
    #: The network has reported how the call will end, but a tone or an announcement is still playing.
    foreseen: EndReason | None = None

    @property
    def ended(self) -> bool:
        return self.reason is not None

    def rang(self) -> "CallProgress":
        return replace(self, status=Status.RINGING) if self.status is Status.INITIATED else self

    def answered(self) -> "CallProgress":
        early = self.status in {Status.INITIATED, Status.RINGING}
        return replace(self, status=Status.IN_PROGRESS) if early and self.foreseen is None else self

    def will_end(self, reason: EndReason) -> "CallProgress":
        """The network's result for an unanswered call. It still applies if the rep hangs up first."""
        return self if self.ended or self.status is Status.IN_PROGRESS else replace(self, foreseen=reason)

    def end(self, reason: EndReason) -> "CallProgress":
        """The call has ended, for the foreseen reason if there is one."""
        if self.ended:
            return self
        reason = self.foreseen or reason
        answered = self.status is Status.IN_PROGRESS
        status = Status.COMPLETED if answered else _UNANSWERED.get(reason, Status.FAILED)
        return replace(self, status=status, reason=reason)
