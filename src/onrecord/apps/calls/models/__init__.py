"""The call and everything that belongs to it, including its recording."""

from onrecord.apps.calls.models.call import (
    AppliedEvent,
    Call,
    CallEvent,
    CallLog,
    Collaborator,
    NotesWord,
    new_call_id,
)
from onrecord.apps.calls.models.recording import DIALER, Recording

__all__ = [
    "DIALER",
    "AppliedEvent",
    "Call",
    "CallEvent",
    "CallLog",
    "Collaborator",
    "NotesWord",
    "Recording",
    "new_call_id",
]
