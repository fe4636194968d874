"""The worker's job: download a delivered recording, convert it, and store the result."""

import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from onrecord.apps.integrations.dialers import results
from onrecord.apps.integrations.dialers.decisions import decide_now
from onrecord.apps.integrations.dialers.fetch import Fetcher, FetchError
from onrecord.apps.integrations.dialers.files import imports_folder
from onrecord.apps.integrations.dialers.models import FOLDER, ImportedCall
from onrecord.apps.integrations.dialers.queue import claim
from onrecord.apps.integrations.dialers.sealed_secrets import unseal
from onrecord.config import host_config
from onrecord.policy.mode import Mode
from onrecord.protocol.commands import RecordingDecision
from onrecord.protocol.message import read
from onrecord.protocol.recording_state import HoleCause
from onrecord.protocol.transcoding import (
    Channel,
    DeliveredRecording,
    ProblemCode,
    TranscodeRequest,
    TranscodeResult,
)
from onrecord.storage.pending import sealing

log = logging.getLogger(__name__)

#: Delays between attempts. All attempts happen before a recording counts as overdue, after an hour.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (20, 60, 240, 900, 1800))
#: Time limit for a conversion, in seconds.
_CONVERSION_S = 500


def import_recording(pk: int, fetcher: Fetcher | None = None) -> None:
    """One attempt. `fetcher` is for tests, whose servers run on this machine."""
    if not claim(pk):
        return
    row = ImportedCall.objects.select_related("connection").get(pk=pk)
    decision = decide_now(row)
    if decision.refusal is not None:
        # The policy has become stricter since the delivery.
        results.refuse(row, decision.refusal)
        return
    try:
        path = _file(row, fetcher or Fetcher())
        result = _convert(row, path, decision.mode)
        _enter(row, result, path, decision.mode)
    except FetchError as error:
        _failed(row, str(error), decision.mode, retry=error.retry)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.error("import %d: %s", row.pk, error)
        message = "The conversion failed on this host. See the worker log for the reason."
        _failed(row, message, decision.mode, retry=True)


def _file(row: ImportedCall, fetcher: Fetcher) -> Path:
    """The delivered file, or a download of it. Raises FetchError, OSError."""
    folder = imports_folder()
    if row.file:
        path = folder / row.file
        if not path.exists():
            raise FetchError("The delivered file is gone. Send it again.", retry=False)
        return path
    path = folder / f"{row.call_id}.fetched"
    path.unlink(missing_ok=True)
    with sealing(path, host_config().secrets.master_key) as file:
        fetcher.fetch(row.record["recording"]["url"], file, authorization=_authorization(row))
    return path


def _authorization(row: ImportedCall) -> str:
    """The authorization from the delivery, else the connection's API key."""
    master_key = host_config().secrets.master_key
    if row.authorization:
        return unseal(row.authorization, master_key)
    key = unseal(row.connection.api_key, master_key) if row.connection else ""
    return f"Bearer {key}" if key else ""


def _convert(row: ImportedCall, path: Path, mode: Mode) -> TranscodeResult:
    """Run `onrecord.media.transcode`. Raises OSError, SubprocessError, ValueError."""
    call = row.call
    assert call is not None  # noqa: S101 - for the type checker: a row that waits has a call
    named = row.record["recording"]["channels"]
    channels = [Channel(one) for one in named] if named else _usual_channels(row)
    request = TranscodeRequest(
        call_id=call.pk,
        file=path,
        decision=RecordingDecision(
            mode=mode,
            record_at_start=call.record_at_start,
            may_change=call.may_change,
            policy_version=call.policy_version_id,
        ),
        channels=channels,
        user=str(call.user_id),
        answered_at=call.answered_at or call.created_at,
        source=DeliveredRecording(
            provider=row.source, call_id=row.provider_call_id, recording_id=row.recording_id
        ),
    )
    done = subprocess.run(
        [sys.executable, "-m", "onrecord.media.transcode"],
        input=request.model_dump_json().encode(),
        capture_output=True,
        timeout=_CONVERSION_S,
        check=False,
        env=os.environ
        | {"ONRECORD_HOME": str(host_config().home), "ONRECORD_BLOB_URL": host_config().blob_url},
    )
    said = done.stderr.decode(errors="replace")[-4000:]
    if done.returncode != 0:
        raise ValueError(f"the conversion ended with status {done.returncode}: {said}")
    if said:
        log.warning("import %d: %s", row.pk, said)
    return read(TranscodeResult, done.stdout)


def _usual_channels(row: ImportedCall) -> list[Channel] | None:
    """The channels of the dialer's files, as set by an admin."""
    text = row.connection.channels if row.connection else ""
    return [Channel(one) for one in text.split(",")] if text else None


def _enter(row: ImportedCall, result: TranscodeResult, path: Path, mode: Mode) -> None:
    """Store the result for the file at `path`. Raises OSError, ValueError."""
    may_keep = _may_keep(row, mode)
    if completed := result.completion:
        damaged = any(hole.cause is HoleCause.UNREADABLE for hole in completed.holes)
        if damaged and may_keep and not row.file:
            row.file = path.name
        results.complete(row, completed, keeps_file=damaged and may_keep)
    elif (problem := result.problem) is None:
        raise ValueError("the conversion gave no result")
    elif problem.code is ProblemCode.SIDES_MIXED:
        results.refuse_mixed(row, problem.message)
    else:
        # A downloaded file can be downloaded again.
        results.fail(row, problem.message, keeps_file=may_keep)
    if not row.file:
        path.unlink(missing_ok=True)


def _may_keep(row: ImportedCall, mode: Mode) -> bool:
    """Whether the original may be kept. It may not if it has a voice that must not be kept.

    For an import from a folder, whoever imported it has the original.
    """
    return mode is Mode.BOTH and row.provider != FOLDER


def _failed(row: ImportedCall, message: str, mode: Mode, *, retry: bool) -> None:
    if results.try_fresh_link(row):
        return
    if retry and row.attempts <= len(BACKOFF):
        results.try_later(row, message, at=timezone.now() + BACKOFF[row.attempts - 1])
    else:
        results.fail(row, message, keeps_file=_may_keep(row, mode))
