"""Changes of a recording."""

from datetime import datetime
from typing import Any

from onrecord.recordings.models import Recording
from onrecord.recordings.outcome import Outcome


def store_result(recording: Recording, data: dict[str, Any], *, at: datetime) -> None:
    """Take over what the renderer says of the finished recording (`recording.completed`). Raises KeyError."""
    recording.completed_at = at
    recording.duration_ms = data["duration_ms"]
    recording.bytes = data["bytes"]
    recording.sha256 = data["audio_sha256"]
    recording.spans = data["spans"]
    recording.thumbnail = data["thumbnail"]
    recording.save(update_fields=["completed_at", "duration_ms", "bytes", "sha256", "spans", "thumbnail"])


def show(recording: Recording, result: Outcome) -> None:
    """Store what became of the recording."""
    recording.status = result.status
    recording.reason_code = result.reason_code or ""
    recording.reason = result.reason
    recording.save(update_fields=["status", "reason_code", "reason", "changed_at"])
