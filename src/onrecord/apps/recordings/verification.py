"""Verifying a recording when a user asks: docs/adr/0011-verify-in-a-process-of-its-own.md."""

import json
import subprocess
import sys
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.call_events import emit_now
from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_actions import note_fault
from onrecord.apps.calls.recording_faults import Fault
from onrecord.apps.recordings.models import Verification
from onrecord.apps.recordings.opening import examine

#: Less than the timeout of a job (Q_CLUSTER). An hour of audio takes well under a minute.
_PATIENCE_S = 100
#: A verification that has not finished after this long is considered lost.
_LOST_AFTER = timedelta(minutes=10)


@transaction.atomic
def request_verification(recording: Recording, *, acting_user: User) -> Verification:
    """Have the worker verify the recording. If a verification is already running, return that one."""
    running = recording.verifications.filter(
        finished_at=None, requested_at__gte=timezone.now() - _LOST_AFTER
    ).first()
    if running is not None:
        return running
    verification = Verification.objects.create(recording=recording, requested_by=acting_user)
    record(Action.RECORDING_VERIFIED, recording, acting_user=acting_user, verification=verification.pk)
    # The queue is in the same database, so the job exists if and only if the row does.
    async_task("onrecord.apps.recordings.verification.run", verification.pk)
    return verification


def run(verification_id: int) -> None:
    """The worker's job. It can be repeated safely."""
    verification = Verification.objects.select_related("recording__call", "requested_by").get(
        pk=verification_id
    )
    if verification.finished_at is not None:
        return
    try:
        verification.checks = _prove(verification.recording)
        # Missing sound is reported, but the sound that is there can still be genuine.
        verification.passed = all(
            check["passed"] or check["name"] == "complete" for check in verification.checks
        )
    except _NotCarriedOutError as error:
        verification.problem = str(error)
    _note(verification)
    with transaction.atomic():
        verification.finished_at = timezone.now()
        verification.save()
        emit_now(verification.recording.call, "recording.verified", acting_user=verification.requested_by)


def _note(verification: Verification) -> None:
    """Update the recording's fault. A verification reads everything, so its result overrides others."""
    recording = verification.recording
    if verification.passed:
        note_fault(recording, None)
    elif verification.passed is False and examine(recording) is None:
        failed = [str(check["detail"]) for check in verification.checks if not check["passed"]]
        note_fault(recording, Fault.DAMAGED, " ".join(failed))


class _NotCarriedOutError(Exception):
    """The text is a sentence for the user who asked."""


def _prove(recording: Recording) -> list[dict[str, object]]:
    call_id, witness = recording.pk, str(recording.witness)
    command = [sys.executable, "-m", "onrecord", "verify", call_id, "--json", "--witness", witness]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise _NotCarriedOutError(
            f"It took longer than {_PATIENCE_S} s. Ask an admin to run `onrecord verify {call_id}`."
        ) from error
    # 0: all passed; 1: some failed; 3: genuine but incomplete. Any other code is not a result.
    if done.returncode not in (0, 1, 3):
        last = done.stderr.strip().rpartition("\n")[2]
        raise _NotCarriedOutError(f"It could not be completed: {last or 'the command ended without output'}")
    checks: list[dict[str, object]] = json.loads(done.stdout)["checks"]
    return checks
