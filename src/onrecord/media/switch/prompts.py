"""Prompts in a recorded call: the consent announcement, and a beep while recording is on."""

import random
from collections.abc import Callable

from onrecord.audio import tones
from onrecord.audio.g711 import PCMU
from onrecord.audio.rtp import FRAME_MS, FRAME_SAMPLES, RtpPacket
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.gate import Side
from onrecord.protocol.recording_state import RecordingState

#: Longest time from sending sound until the reply to it arrives: 150 ms each way, which ITU-T G.114
#: recommends as the limit.
ROUND_TRIP_MS = 300


class AnnouncementPlayer:
    """Which part of the announcement is due. Pure: one step is 20 ms.

    It plays only while recording is on, so that the recording proves it. If a pause cuts it short, it starts
    over when recording resumes. It ends with silence for the time in which arriving speech may still have
    been said before its end was heard.
    """

    def __init__(self, sound: bytes | None) -> None:
        """`sound`: PCMU, or None if there is no announcement."""
        self._frames = (
            list(tones.frames(sound)) + list(tones.frames(tones.silence(ROUND_TRIP_MS))) if sound else []
        )
        self._next: int | None = None

    @property
    def owed(self) -> bool:
        """Whether somebody has yet to hear all of it."""
        return self._next is not None

    def owe(self) -> None:
        """It has to be played from the beginning, even if it is playing now."""
        if self._frames:
            self._next = 0

    def step(self, *, recording: bool) -> bytes | None:
        """The frame to play now, if any."""
        if self._next is None:
            return None
        if not recording:
            self._next = 0
            return None
        frame = self._frames[self._next]
        self._next += 1
        if self._next == len(self._frames):
            self._next = None
        return frame


class BeepTimer:
    """When the recorder's warning tone is due. Pure: one step is 20 ms. The first comes at once."""

    def __init__(self, every_s: int | None) -> None:
        """`every_s`: seconds from the start of one beep to the start of the next; None for no beep."""
        self._frames = list(tones.frames(tones.recorder_beep())) if every_s else []
        self._period = (every_s or 0) * 1000 // FRAME_MS
        self._step = 0

    def step(self, *, sounding: bool) -> bytes | None:
        """The frame to play now, if any. While it must not sound, its period is reset."""
        if not sounding or not self._frames:
            self._step = 0
            return None
        step, self._step = self._step, (self._step + 1) % self._period
        return self._frames[step] if step < len(self._frames) else None


class Prompts:
    """Plays both and captures them through the gate like any voice, each as a party of our side."""

    def __init__(
        self,
        capture: CallCapture,
        *,
        announcement: bytes | None,
        announcement_party: int,
        beep_every_s: int | None,
        beep_party: int,
        played: Callable[[], None],
    ) -> None:
        """`played` is called when the announcement has finished."""
        self._capture = capture
        self._announcement = AnnouncementPlayer(announcement)
        self._beep = BeepTimer(beep_every_s)
        self._announcer = _PromptParty(capture, announcement_party, "announcement")
        self._beeper = _PromptParty(capture, beep_party, "beep")
        self._played = played

    def owe_announcement(self) -> None:
        """Recording starts, or somebody joins who has not heard the announcement."""
        self._announcement.owe()

    def step(self) -> bytes | None:
        """Called every 20 ms. Returns what everyone should hear, as PCMU, or None."""
        recording = self._capture.recording is RecordingState.RECORDING
        announced = self._announcement.step(recording=recording)
        beep = self._beep.step(sounding=recording and announced is None)
        if announced is not None:
            self._announcer.send(announced)
        elif self._announcer.speaks:
            # The party leaves, so that the recording's spans show when it was played.
            self._announcer.leave()
            if not self._announcement.owed:
                self._played()
        if beep is not None:
            self._beeper.send(beep)
        return announced or beep


class _PromptParty:
    """A party of the journal that is a prompt, not a person."""

    def __init__(self, capture: CallCapture, party: int, role: str) -> None:
        self.speaks = False
        self._capture = capture
        self._party = party
        self._role = role
        self._ssrc = 0
        self._step = 0

    def send(self, payload: bytes) -> None:
        """Send 20 ms of PCMU. The first frame joins the party."""
        if not self.speaks:
            self._capture.join(self._party, side=Side.OURS, role=self._role, user=None)
            self._ssrc, self.speaks = random.getrandbits(32), True
        step, self._step = self._step, self._step + 1
        timestamp = step * FRAME_SAMPLES & 0xFFFFFFFF
        self._capture.media(self._party, RtpPacket(PCMU, step & 0xFFFF, timestamp, self._ssrc, payload))

    def leave(self) -> None:
        self._capture.leave(self._party)
        self.speaks = False
