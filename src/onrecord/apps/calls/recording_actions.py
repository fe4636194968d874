"""Changes to a call's recording."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from onrecord.apps.calls.call_events import emit_now
from onrecord.apps.calls.models import Call, CallEvent, Recording
from onrecord.apps.calls.recording_faults import Fault
from onrecord.apps.calls.recording_status import Outcome
from onrecord.protocol.events import Hole, RecordingCompleted
from onrecord.storage.recording import Witness

log = logging.getLogger(__name__)


#: Columns that are set from the renderer's result.
RESULT = [
    "completed_at",
    "duration_ms",
    "bytes",
    "sha256",
    "manifest_sha256",
    "key_commitment",
    "spans",
    "holes",
    "lost_ms",
    "damaged",
    "thumbnail",
    "talk",
    "talk_ratio",
]


#: A switch that stopped without warning may have reported a time that it had not written yet, in ms.
_ROOM_MS = 2000


def store_result(recording: Recording, result: RecordingCompleted, *, at: datetime) -> None:
    """Store what the renderer reports. Only the first report counts: a witness never changes."""
    told = Witness(manifest_sha256=result.manifest_sha256, key_commitment=result.key_commitment)
    if recording.completed_at is not None:
        if recording.witness != told:
            log.error("call %s: a different recording was reported; keeping the first", recording.pk)
        return
    recording.completed_at = at
    recording.duration_ms = result.duration_ms
    recording.bytes = result.bytes
    recording.sha256 = result.audio_sha256
    recording.manifest_sha256 = result.manifest_sha256
    recording.key_commitment = result.key_commitment
    recording.spans = [span.document() for span in result.spans]
    recording.holes = [hole.document() for hole in (*result.holes, *_cut_off(recording.call, result))]
    recording.lost_ms = sum(hole["end_ms"] - hole["start_ms"] for hole in recording.holes)
    recording.damaged = result.damaged
    recording.thumbnail = result.thumbnail
    recording.talk = result.talk.document() if result.talk else None
    recording.talk_ratio = result.talk.ratio if result.talk else None
    recording.save(update_fields=RESULT)
    copy_facts(recording.call)


def _cut_off(call: Call, result: RecordingCompleted) -> list[Hole]:
    """The end of the call, if the journal lacks it. The switch knows the end; the renderer may not."""
    ended_ms = call.duration_ms or 0
    if result.ends_at_ms is None or call.end_is_guess or ended_ms <= result.ends_at_ms + _ROOM_MS:
        return []
    stalled = CallEvent.objects.filter(call=call, type="capture.stalled").order_by("seq").last()
    cause = stalled.payload["data"]["cause"] if stalled else "damaged"
    return [Hole(start_ms=result.ends_at_ms, end_ms=ended_ms, cause=cause, parties=())]


def copy_facts(call: Call) -> None:
    """Update the recording's copies of the call and its log. Call this after changing either."""
    log = call.log
    Recording.objects.filter(pk=call.pk, completed_at__isnull=False).update(
        call_team=call.team_id,
        rep=call.user_id,
        person=call.person_id,
        called_at=call.created_at,
        number=call.number,
        reversed_digits=call.number[:0:-1],
        disposition=log.disposition if log else "",
        sentiment=log.sentiment if log else "",
        has_notes=bool(log and log.notes.strip()),
    )


def store_outcome(recording: Recording, result: Outcome) -> None:
    """Store the outcome of the recording."""
    recording.status = result.status
    recording.reason_code = result.reason_code or ""
    recording.reason = result.reason
    recording.save(update_fields=["status", "reason_code", "reason", "changed_at"])


def note_fault(recording: Recording, fault: Fault | None, detail: str = "") -> None:
    """Store what is wrong with the stored recording, and report it once, to browsers and in the log."""
    found = fault or ""
    if recording.fault == found:
        return
    with transaction.atomic():
        changed = Recording.objects.filter(pk=recording.pk).exclude(fault=found).update(fault=found)
        recording.fault = found
        if changed:
            kind = "recording.faulty" if fault else "recording.sound"
            emit_now(recording.call, kind, acting_user=None, fault=found)
    if changed and fault:
        log.error("call %s: its recording has a fault (%s): %s", recording.pk, fault, detail)
    elif changed:
        log.info("call %s: the fault of its recording is gone", recording.pk)


def note_examined(call_ids: list[str]) -> None:
    """Store that the recordings of these calls were examined just now."""
    Recording.objects.filter(pk__in=call_ids).update(examined_at=timezone.now())
