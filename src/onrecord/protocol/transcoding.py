"""What the worker asks of the conversion process (`onrecord.media.transcode`), and what it gets back.

Both are JSON, on standard input and output. One process converts one file.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime

from onrecord.protocol.commands import RecordingDecision
from onrecord.protocol.events import RecordingCompleted
from onrecord.protocol.fields import CallId, UserId
from onrecord.protocol.message import Message


class Channel(StrEnum):
    """Whose voice a channel of a delivered file has."""

    USER = "user"
    PERSON = "person"
    MIXED = "mixed"


class DeliveredRecording(Message):
    """Which recording of which dialer it is."""

    provider: str
    call_id: str
    recording_id: str


class TranscodeRequest(Message):
    """What to convert, and under which decision."""

    call_id: CallId
    #: A pending file (`storage.pending`).
    file: Path
    decision: RecordingDecision
    #: Whose voice each channel has, according to the dialer; None if it does not say.
    channels: list[Channel] | None
    #: The rep.
    user: UserId
    answered_at: AwareDatetime
    source: DeliveredRecording


class ProblemCode(StrEnum):
    """Why a file does not become a recording."""

    #: Only our side may be kept, and the file does not keep it apart.
    SIDES_MIXED = "sides_mixed"
    UNUSABLE = "unusable"


class Problem(Message):
    code: ProblemCode
    #: A sentence.
    message: str


class TranscodeResult(Message):
    """One of the two. Errors that a retry may fix end the process with a nonzero status instead."""

    completion: RecordingCompleted | None = None
    problem: Problem | None = None
