"""The result of an import. Row and call are changed in one transaction."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from onrecord.apps.calls import actions as calls
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.recording_status import Outcome, RecordingStatus
from onrecord.apps.integrations.dialers.files import delete_original
from onrecord.apps.integrations.dialers.import_decision import import_failed, sides_mixed
from onrecord.apps.integrations.dialers.models import KEPT_FOR, ImportedCall
from onrecord.apps.integrations.dialers.queue import enqueue_on_commit
from onrecord.protocol.events import RecordingCompleted

State = ImportedCall.State

#: New deliveries are queued immediately. If the job gets lost, the reconciler queues them after this.
_GRACE = timedelta(minutes=2)


@transaction.atomic
def wait_for_recording(row: ImportedCall) -> None:
    """The recording may be imported. A worker has to do it."""
    row.state, row.next_try_at = State.WAITING, timezone.now() + _GRACE
    row.save(update_fields=["state", "next_try_at"])
    calls.set_imported_outcome(_call(row), Outcome(status=RecordingStatus.PENDING))


@transaction.atomic
def end_without_recording(row: ImportedCall, outcome: Outcome) -> None:
    """The delivery had no recording."""
    _settle(row, State.NO_RECORDING, outcome.reason)
    calls.set_imported_outcome(_call(row), outcome)


@transaction.atomic
def refuse(row: ImportedCall, outcome: Outcome) -> None:
    """Governance forbids the recording, so it is not imported."""
    _settle(row, State.REFUSED, outcome.reason)
    calls.set_imported_outcome(
        _call(row), outcome, event="recording.import_refused", data={"message": outcome.reason}
    )


@transaction.atomic
def refuse_mixed(row: ImportedCall, message: str) -> None:
    """Only our side may be recorded, but the file does not have it on its own channel."""
    refuse(row, sides_mixed(message))


@transaction.atomic
def fail(row: ImportedCall, message: str, *, keeps_file: bool = False) -> None:
    """The recording is unavailable or unusable. `keeps_file`: it can be tried again."""
    outcome = import_failed(message)
    _settle(row, State.FAILED, outcome.reason, keeps_file=keeps_file)
    calls.set_imported_outcome(_call(row), outcome, event="recording.failed", data={"message": message})


@transaction.atomic
def complete(row: ImportedCall, completion: RecordingCompleted, *, keeps_file: bool = False) -> None:
    """The recording is in the store. `keeps_file`: a part of the original could not be read."""
    calls.complete_import(_call(row), completion)
    _settle(row, State.DONE, "", keeps_file=keeps_file)


@transaction.atomic
def try_later(row: ImportedCall, message: str, *, at: datetime) -> None:
    """This attempt failed."""
    row.problem, row.next_try_at, row.claimed_at = message, at, None
    row.save(update_fields=["problem", "next_try_at", "claimed_at"])


@transaction.atomic
def try_fresh_link(row: ImportedCall) -> bool:
    """Whether a newer link arrived while `row`'s link was being tried. If so, the row is due at once."""
    now = ImportedCall.objects.select_for_update().get(pk=row.pk)
    if (now.record["recording"], now.authorization) == (row.record["recording"], row.authorization):
        return False
    try_later(now, "", at=timezone.now() + _GRACE)
    enqueue_on_commit(row.pk)
    return True


def _settle(row: ImportedCall, state: str, problem: str, *, keeps_file: bool = False) -> None:
    """End the import with this state."""
    row.state, row.problem = state, problem
    row.next_try_at = row.claimed_at = None
    if state != State.FAILED:
        # A failed import can be tried again, so it keeps its authorization.
        row.authorization = ""
    row.save(update_fields=["state", "problem", "next_try_at", "claimed_at", "authorization"])
    if row.file and keeps_file:
        row.file_kept_until = timezone.now() + KEPT_FOR
        row.save(update_fields=["file", "file_kept_until"])
    elif row.file:
        delete_original(row)


def _call(row: ImportedCall) -> Call:
    """The call as it is now. It may have changed since the row was read."""
    return Call.objects.select_related("recording").get(pk=row.call_id)
