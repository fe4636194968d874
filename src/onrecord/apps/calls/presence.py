"""What everyone in a live call sees: who is in it, and who changed its recording."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Self

from ninja import Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call, CallEvent
from onrecord.apps.core.query_params import whole_number
from onrecord.protocol.recording_state import LossCause, RecordingState

_MOVES: dict[str, Literal["started", "paused", "resumed"]] = {
    "recording.started": "started",
    "recording.paused": "paused",
    "recording.resumed": "resumed",
}
_PLAYED = "announcement.played"

#: Why no audio is being kept, and what to do about it, for people in the call.
STALLS = {
    LossCause.DISK_FULL: "The recording disk is full. Tell your admin. The call continues.",
    LossCause.DISK_FAILED: "The recording disk has failed. Tell your admin. The call continues.",
    LossCause.DISK_SLOW: "The recording disk is too slow. Tell your admin. The call continues.",
}


class ParticipantOut(Schema):
    """A user in a call."""

    id: int
    name: str
    role: Literal["rep", "collaborator"]
    since: datetime

    @classmethod
    def all_in(cls, call: Call) -> list[Self]:
        """The rep first, then colleagues in the order they joined; nobody after the call has ended."""
        if call.ended_at is not None:
            return []
        rep = cls(id=call.user_id, name=call.user.name, role="rep", since=call.created_at)
        rows = call.collaborators.filter(left_at=None).select_related("user").order_by("joined_at", "pk")
        return [
            rep,
            *(
                cls(id=row.user_id, name=row.user.name, role="collaborator", since=row.joined_at)
                for row in rows
            ),
        ]


class MoveOut(Schema):
    """The last change to the recording during the call."""

    kind: Literal["started", "paused", "resumed"]
    at: datetime
    #: Name of the user who did it; None if the decision did.
    by: str | None


class RecordingNow(Schema):
    """More about the recording of a live call."""

    moved: MoveOut | None
    #: The announcement has not finished playing, so nothing is being kept yet.
    announcing: bool

    @classmethod
    def of(cls, call: Call) -> Self:
        if call.ended_at is not None:
            return cls(moved=None, announcing=False)
        events = list(call.events.filter(type__in=[*_MOVES, _PLAYED]).order_by("at", "seq"))
        is_played = any(event.type == _PLAYED for event in events)
        is_recording = call.recording_state == RecordingState.RECORDING
        return cls(
            moved=_last_move(events),
            announcing=is_recording and bool(call.effective_decision["announcements"]) and not is_played,
        )


def _last_move(events: Iterable[CallEvent]) -> MoveOut | None:
    last = None
    for event in events:
        if event.type in _MOVES:
            last = event
    if last is None:
        return None
    actor = str(last.payload["data"].get("actor") or "")
    by = User.objects.filter(pk=whole_number(actor) or 0).values_list("name", flat=True).first()
    return MoveOut(kind=_MOVES[last.type], at=last.at, by=by)
