"""The events of a call as sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.queries import events_of
from onrecord.apps.core.query_params import whole_number
from onrecord.protocol.call_status import EndReason
from onrecord.protocol.recording_state import LossCause


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One line on the call page."""

    #: Type of the event.
    kind: str
    #: Milliseconds since answer; None before that, after the call, and if the call was never answered.
    clock_ms: int | None
    sentence: str
    #: Name of the user who caused it; empty if nobody did.
    actor: str
    #: `record`, `warn`, or empty: the color of the line.
    tone: str


_SENTENCES = {
    "call.imported": ("Imported from another dialer", ""),
    "call.initiated": ("Dialed", ""),
    "call.ringing": ("Ringing", ""),
    "call.answered": ("Answered", ""),
    "call.detached": ("The browser disconnected", "warn"),
    "call.attached": ("The browser reconnected", ""),
    "call.logged": ("Logged", ""),
    "party.joined": ("Joined the call", ""),
    "party.left": ("Left the call", ""),
    "announcement.played": ("The announcement was played", ""),
    "recording.started": ("Recording started", "record"),
    "recording.paused": ("Recording paused", ""),
    "recording.resumed": ("Recording resumed", "record"),
    "recording.held": ("Pause was pressed while nothing was being recorded", ""),
    "recording.refused": ("A change to the recording was not allowed", "warn"),
    "recording.restricted": ("Recording now follows the stricter policy", "warn"),
    "recording.commented": ("Commented on the recording", ""),
    "recording.comment_deleted": ("Deleted a comment on the recording", ""),
    "recording.score_answered": ("Answered a score", ""),
    "recording.scored": ("The call was scored", ""),
    "review.asked": ("Asked for a review", ""),
    "review.settled": ("The review was answered", ""),
    "review.withdrawn": ("Withdrew the request for a review", ""),
    "recording.verified": ("The recording was verified", ""),
    "recording.faulty": ("A fault was found in the stored recording", "warn"),
    "recording.sound": ("The stored recording is fine again", ""),
    "recording.processing": ("Processing of the recording began", ""),
    "recording.completed": ("The recording was ready", ""),
    "recording.delivered": ("The dialer sent the recording", ""),
    "recording.import_refused": ("The recording was refused", "warn"),
    "recording.empty": ("No sound was captured", ""),
    "recording.overdue": ("The recording was late", "warn"),
    "recording.gone": ("The recording's file was missing", "warn"),
    "recording.failed": ("The recording could not be made", "warn"),
}

_ENDS: Mapping[str, str] = {
    EndReason.REP_HUNG_UP: "Hung up",
    EndReason.CONTACT_HUNG_UP: "The contact hung up",
    EndReason.BUSY: "The line was busy",
    EndReason.NO_ANSWER: "No one answered",
    EndReason.UNREACHABLE: "The number could not be reached",
    EndReason.BROWSER_LOST: "Ended: the browser did not reconnect",
    EndReason.SWITCH_RESTARTED: "Ended: the phone system restarted",
    EndReason.SWITCH_STOPPED: "Ended: the phone system was stopped",
    EndReason.SWITCH_UNREACHABLE: "Not placed: the phone system could not be reached",
    EndReason.SWITCH_REFUSED: "Not placed: the phone system refused it",
    EndReason.LOST: "Ended: the phone system lost this call",
}


_STALLS = {
    LossCause.DISK_FULL: "the recording disk is full",
    LossCause.DISK_FAILED: "the recording disk has failed",
    LossCause.DISK_SLOW: "the recording disk is too slow",
}


def timeline(call: Call) -> list[TimelineEntry]:
    """The call's events, oldest first."""
    events = list(events_of(call))
    actors = {_actor(event.payload["data"]) for event in events}
    numbers = [number for actor in actors if (number := whole_number(actor))]
    names = dict(User.objects.filter(pk__in=numbers).values_list("pk", "name"))
    return [
        TimelineEntry(
            kind=event.type,
            clock_ms=event.payload["clock_ms"] if call.answered_at else None,
            sentence=sentence,
            actor=names.get(whole_number(actor) or 0, ""),
            tone=tone,
        )
        for event in events
        for sentence, tone in [_describe(event.type, event.payload["data"])]
        for actor in [_actor(event.payload["data"])]
    ]


def _actor(data: dict[str, object]) -> str:
    """Name of the user who caused an event, or whom it is about; empty if there is none."""
    return str(data.get("actor") or data.get("user") or "")


def _describe(kind: str, data: dict[str, Any]) -> tuple[str, str]:
    if kind == "call.ended":
        reason = str(data["reason"])
        return _ENDS.get(reason, f"Ended ({reason})"), ""
    if kind == "capture.stalled":
        return f"Sound is not being saved: {_STALLS[LossCause(str(data['cause']))]}", "warn"
    if kind == "capture.resumed":
        return _kept_again(data), "warn"
    if kind == "call.restricted":
        return f"Policy version {data['policy_version']} is stricter. {data['sentence']}", "warn"
    return _SENTENCES.get(kind, (kind, ""))


def _kept_again(data: dict[str, Any]) -> str:
    lost_ms = sum(loss["until_ms"] - loss["start_ms"] for loss in data["lost"])
    told = f"{lost_ms / 1000:.1f} seconds of sound were lost" if lost_ms else "no sound was lost"
    return f"Sound is being saved again; {told}"
