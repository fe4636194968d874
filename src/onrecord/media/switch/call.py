"""A live call: our side's browsers, one far leg, and capture in between."""

import asyncio
import logging
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.gate import CommandRefusedError, Side
from onrecord.media.switch.bridge import Bridge
from onrecord.media.switch.call_events import CallEvents
from onrecord.media.switch.call_progress import CallProgress
from onrecord.media.switch.legs.leg import Dial, LegEvent
from onrecord.media.switch.legs.webrtc import WebRtcLeg
from onrecord.media.switch.participant import Participant
from onrecord.media.switch.presses import Press, Want
from onrecord.media.switch.prompts import Prompts
from onrecord.media.switch.recording_control import EndedError, RecordingControl
from onrecord.media.switch.stall_watch import StallWatch, reported
from onrecord.protocol.call_status import EndReason, Status
from onrecord.protocol.commands import CallState, PlaceCall, UserState
from onrecord.protocol.events import (
    AnnouncementPlayed,
    CallAnswered,
    CallAttached,
    CallDetached,
    CallEnded,
    CallRinging,
    PartyJoined,
    PartyLeft,
    RecordingStarted,
    SwitchEvent,
)
from onrecord.protocol.fields import Role
from onrecord.protocol.recording_state import RecordingState

log = logging.getLogger(__name__)

#: Parties of the journal. Collaborators follow, each user with one number for the whole call.
REP, CONTACT, ANNOUNCEMENT, BEEP, FIRST_COLLABORATOR = range(5)
#: Most users in one call, including those who have left: each makes mixing more expensive.
MAX_USERS = 8

_VERDICTS = {
    LegEvent.BUSY: EndReason.BUSY,
    LegEvent.NO_ANSWER: EndReason.NO_ANSWER,
    LegEvent.UNREACHABLE: EndReason.UNREACHABLE,
}


class StoppingError(Exception):
    """The switch is about to stop: nobody can join."""


class AbsentError(Exception):
    """The user is not in the call."""


class FullError(Exception):
    """The call has reached its maximum number of users."""


class CallHost(Protocol):
    """What a call needs from the switch."""

    dial: Dial
    #: Whether to expect browsers on this machine.
    loopback: bool
    #: When all calls will be ended; None unless the switch is about to stop.
    stops_at: datetime | None

    def report(self, call_id: str, clock_ms: int | None, event: SwitchEvent) -> None:
        """Report an event to the web, as of now."""

    def ended(self, call: "CallSession") -> None:
        """The call is over."""

    def close(self, leg: WebRtcLeg) -> None:
        """Close a browser leg in the background."""


class CallSession:
    """One call. Everything runs in the media loop; nothing here waits for a disk or for the web."""

    def __init__(self, command: PlaceCall, capture: CallCapture, browser: WebRtcLeg, host: CallHost) -> None:
        self.command = command
        self.progress = CallProgress()
        self._capture = capture
        self._host = host
        self._events = CallEvents(capture, partial(host.report, command.call_id))
        self._bridge = Bridge()
        self._prompts = Prompts(
            capture,
            announcement=command.announcement.pcmu if command.announcement else None,
            announcement_party=ANNOUNCEMENT,
            beep_every_s=command.beep_every_s,
            beep_party=BEEP,
            played=self._announced,
        )
        #: By user.
        self._ours: dict[str, Participant] = {}
        #: The party number of every user who was ever in the call.
        self._numbers = {command.user_id: REP}
        self._connecting = asyncio.Lock()
        #: Pause, record and restrict.
        self.recording = RecordingControl(capture, self._events, self._prompts)
        self._stall = StallWatch(capture, self._events, self._send_to_all)
        self._duration_ms = 0
        self._admit(command.user_id, browser, controls=command.controls)
        self._join(CONTACT, side=Side.CONTACT, role="contact", user=None)
        self._far = host.dial(command.to, command.caller, self)
        self._bridge.connect(CONTACT, self._far.send)

    def describe(self) -> CallState:
        """The call's current state."""
        rep = self._ours.get(self.command.user_id)
        return CallState(
            call_id=self.command.call_id,
            status=self.progress.status,
            recording=self._capture.recording,
            generation=self.recording.generation,
            mode=self._capture.mode,
            may_change=self._capture.may_change,
            clock_ms=self._duration_ms if self.progress.ended else self._capture.clock_ms,
            attached=rep is not None and rep.attached,
            users=[
                UserState(user=one.user, role=one.role, attached=one.attached) for one in self._ours.values()
            ],
            drops=self._capture.drops,
        )

    # Our side

    async def attach(self, user: str, offer: str, *, controls: bool) -> str:
        """Answer the offer of a user who is in the call; the new connection replaces the old one.

        `controls`: whether the user may change the recording from now on. Raises BadSdpError (the old
        connection then stays), AbsentError, EndedError.
        """
        async with self._connecting:
            self._present(user)
            leg, answer = await self._answer(offer)
            try:
                self._connect(self._present(user), leg, controls=controls)
            except AbsentError:
                self._host.close(leg)
                raise
            return answer

    async def join(self, user: str, offer: str, *, controls: bool) -> str:
        """Add a user. For a user who is already in the call, the same as `attach`.

        Raises BadSdpError (nothing then changes), FullError, EndedError, StoppingError.
        """
        async with self._connecting:
            self._check_alive()
            if user not in self._ours and self._host.stops_at is not None:
                raise StoppingError
            if user not in self._numbers and len(self._numbers) == MAX_USERS:
                raise FullError
            leg, answer = await self._answer(offer)
            if user in self._ours:
                self._connect(self._ours[user], leg, controls=controls)
                return answer
            joined = self._admit(user, leg, controls=controls)
            self._events.emit(PartyJoined(user=user, role=joined.role))
            self._prompts.owe_announcement()
            return answer

    def warn(self, stops_at: datetime) -> None:
        """Tell every participant when the call will be ended."""
        self._send_to_all(_warning(stops_at))

    def leave(self, user: str) -> None:
        """A user leaves. When the last one leaves, the call ends. Raises AbsentError, EndedError."""
        self._dismiss(self._present(user), EndReason.REP_HUNG_UP, actor=user)

    def detach(self, user: str) -> None:
        """A user's page closes. Raises AbsentError, EndedError."""
        self._present(user).disconnect()

    async def _answer(self, offer: str) -> tuple[WebRtcLeg, str]:
        leg, answer = await WebRtcLeg.answer(offer, loopback=self._host.loopback)
        if self.progress.ended:
            self._host.close(leg)
            raise EndedError
        return leg, answer

    def _admit(self, user: str, leg: WebRtcLeg, *, controls: bool) -> Participant:
        number = self._numbers.setdefault(user, FIRST_COLLABORATOR - 1 + len(self._numbers))
        role: Role = "rep" if number == REP else "collaborator"
        self._join(number, side=Side.OURS, role=role, user=user)
        participant = Participant(party=number, user=user, role=role, room=self, bridge=self._bridge)
        self._ours[user] = participant
        self._connect(participant, leg, controls=controls)
        return participant

    def _connect(self, participant: Participant, leg: WebRtcLeg, *, controls: bool) -> None:
        self.recording.let(participant.user, control=controls)
        participant.connect(leg)
        if self._host.stops_at is not None:
            participant.send_message(_warning(self._host.stops_at))
        if self._stall.message is not None:
            participant.send_message(self._stall.message)

    def _send_to_all(self, message: dict[str, Any]) -> None:
        for participant in self._ours.values():
            participant.send_message(message)

    def _join(self, party: int, *, side: Side, role: str, user: str | None) -> None:
        """Add a person's voice. If there is an announcement, capture starts once they have heard it all."""
        informed = self.command.announcement is None
        self._capture.join(party, side=side, role=role, user=user, informed=informed)

    def _announced(self) -> None:
        self._capture.inform()
        self._events.emit(AnnouncementPlayed())

    def _dismiss(self, participant: Participant, reason: EndReason, *, actor: str | None = None) -> None:
        if len(self._ours) == 1:
            self.end(reason, actor=actor)
            return
        del self._ours[participant.user]
        # The rep may still change the recording of their call while colleagues continue it.
        if participant.party != REP:
            self.recording.let(participant.user, control=False)
        participant.release()
        self._capture.leave(participant.party)
        self._events.emit(PartyLeft(user=participant.user, role=participant.role, actor=actor))

    def _present(self, user: str) -> Participant:
        self._check_alive()
        if user not in self._ours:
            raise AbsentError
        return self._ours[user]

    def on_media(self, participant: Participant, packet: RtpPacket) -> None:
        self._take(participant.party, packet)

    def on_detached(self, participant: Participant) -> None:
        if participant.party == REP:
            self._events.emit(CallDetached())

    def on_attached(self, participant: Participant) -> None:
        if participant.party == REP:
            self._events.emit(CallAttached())

    def on_press(self, participant: Participant, press: Press) -> dict[str, Any]:
        """Like the same command over HTTP; returns an error code if it fails."""
        try:
            if press.want is Want.PAUSED:
                return self.recording.pause(actor=participant.user, press=press.id).document()
            if participant.party == REP:
                self.end(EndReason.REP_HUNG_UP, actor=participant.user)
            else:
                self.leave(participant.user)
        except CommandRefusedError as refusal:
            return {"code": refusal.code}
        except (AbsentError, EndedError):
            pass
        return {"status": self.progress.status}

    def close(self, leg: WebRtcLeg) -> None:
        self._host.close(leg)

    # The far side

    def leg_media(self, packet: RtpPacket) -> None:
        self._take(CONTACT, packet)

    def leg_event(self, event: LegEvent) -> None:
        if event is LegEvent.RINGING:
            self.progress = self.progress.rang()
            self._events.emit(CallRinging())
        elif event is LegEvent.ANSWERED:
            self._answered()
        elif event is LegEvent.HUNG_UP:
            self.end(EndReason.CONTACT_HUNG_UP)
        else:
            self.progress = self.progress.will_end(_VERDICTS[event])

    def _answered(self) -> None:
        self.progress = self.progress.answered()
        self._capture.answer(datetime.now(UTC))
        # The answer is 0 ms by definition, however long it took to get here.
        self._events.emit_at(0, CallAnswered())
        if self._capture.recording is RecordingState.RECORDING:
            actor, generation = self.recording.started_by, self.recording.generation
            self._events.emit_at(0, RecordingStarted(actor=actor, generation=generation))
            self._prompts.owe_announcement()

    def _take(self, party: int, packet: RtpPacket) -> None:
        """Capture a voice's packet as it arrived, before any mixing, and send it to the others."""
        if self.progress.status is Status.IN_PROGRESS:
            self._capture.media(party, packet)
        self._bridge.forward(party, packet)

    # Time

    def tick(self) -> None:
        """Every 20 ms."""
        self._far.tick()
        if self.progress.ended:
            return
        self._stall.step()
        self._events.emit_due()
        self._bridge.step(self._prompts.step())
        for participant in list(self._ours.values()):
            if participant.is_given_up():
                self._dismiss(participant, EndReason.BROWSER_LOST)

    def dtmf(self, digits: str) -> None:
        """Send DTMF digits. Raises EndedError."""
        self._check_alive()
        self._far.dtmf(digits)

    def end(self, reason: EndReason, *, actor: str | None = None) -> None:
        """End the call unless it has ended: close both legs, write the journal's last frame, emit
        `call.ended`.

        `actor`: the user who ended it, if any.
        """
        if self.progress.ended:
            return
        self.progress = self.progress.end(reason)
        self._far.close()
        for participant in self._ours.values():
            participant.release()
        self._ours.clear()
        self._events.emit_rest()
        clock_ms = self._capture.clock_ms
        ending = self.progress.reason or reason
        self._duration_ms = self._capture.end(self.progress.status, ending)
        self._events.emit_at(
            clock_ms,
            CallEnded(
                status=self.progress.status,
                reason=ending,
                actor=actor,
                duration_ms=self._duration_ms,
                captured=self._capture.captured,
                drops=self._capture.drops,
                lost=reported(self._capture.losses),
            ),
        )
        self._host.ended(self)

    def _check_alive(self) -> None:
        if self.progress.ended:
            raise EndedError


def _warning(stops_at: datetime) -> dict[str, Any]:
    return {"stops_at": stops_at.isoformat()}
