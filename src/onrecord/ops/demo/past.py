"""A past call with its decision, and the events that the switch would have sent. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count

from onrecord.apps.calls.reported_call import ReportedCall, apply
from onrecord.ops.demo.conversation import Script, lay_out
from onrecord.ops.demo.history import PlannedCall
from onrecord.policy.decision import Decision
from onrecord.policy.simulate import CallFacts
from onrecord.protocol.call_status import Status
from onrecord.protocol.events import (
    CallAnswered,
    CallEnded,
    CallRinging,
    Event,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    SwitchEvent,
)

_PRESSES: dict[str, type[RecordingPaused | RecordingResumed]] = {
    "pause": RecordingPaused,
    "resume": RecordingResumed,
}


@dataclass(frozen=True, kw_only=True)
class PastCall:
    """A planned call that took place."""

    id: str
    #: The rep's user id.
    rep: str
    planned: PlannedCall
    facts: CallFacts
    decision: Decision

    @property
    def answered(self) -> bool:
        return bool(self.planned.dialogue)

    @property
    def recorded(self) -> bool:
        return self.answered and self.decision.record_at_start

    @cached_property
    def script(self) -> Script:
        return lay_out(self.planned.dialogue)

    @property
    def presses(self) -> dict[int, str]:
        """Call clock in ms -> `pause` or `resume`, if the rep was allowed to press them."""
        return self.script.presses if self.recorded and self.decision.may_change else {}

    @property
    def duration_ms(self) -> int:
        return self.script.duration_ms if self.recorded else self.planned.talk_ms

    @property
    def answered_at(self) -> datetime:
        """UTC. For a call that was not answered: when it ended."""
        return self.planned.placed_at + timedelta(seconds=self.planned.ending.ring_s)


def events(call: PastCall) -> Iterator[Event]:
    """The switch's events, in order."""
    number = count(1)

    def event(clock_ms: int | None, data: SwitchEvent) -> Event:
        before_answer = isinstance(data, CallRinging)
        at = (
            call.planned.placed_at
            if before_answer
            else call.answered_at + timedelta(milliseconds=clock_ms or 0)
        )
        return Event(call_id=call.id, seq=next(number), at=at, clock_ms=clock_ms, data=data)

    yield event(None, CallRinging())
    if call.answered:
        yield event(0, CallAnswered())
    if call.recorded:
        yield event(0, RecordingStarted(actor=None))
    for clock_ms, press in call.presses.items():
        yield event(clock_ms, _PRESSES[press](actor=call.rep))
    ended = CallEnded(
        status=call.planned.ending.status,
        reason=call.planned.ending.reason,
        duration_ms=call.duration_ms,
        captured=call.recorded,
        drops=0,
    )
    yield event(call.duration_ms if call.answered else None, ended)


def state(call: PastCall) -> ReportedCall:
    """The call's state after these events."""
    facts = ReportedCall(status=Status.INITIATED, mode=call.decision.mode)
    for event in events(call):
        facts = apply(facts, event)
    return facts
