"""Deliveries that could not be used completely. A delivery with a valid signature is never dropped."""

import base64
import hashlib
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from django.db import DataError, transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.integrations.dialers.files import delete_original, imports_folder
from onrecord.apps.integrations.dialers.models import KEPT_FOR, Connection, ImportedCall, KeptDelivery
from onrecord.apps.integrations.dialers.providers import PROVIDERS, DeliveryError, read
from onrecord.apps.integrations.dialers.receive import receive
from onrecord.apps.integrations.dialers.sealed_secrets import seal, unseal
from onrecord.config import host_config
from onrecord.storage.pending import PendingFile

log = logging.getLogger(__name__)

#: How many deliveries to keep per dialer. If more are unusable, the oldest are deleted.
_MOST = 1000


def receive_delivery(connection: Connection, body: bytes) -> int:
    """Store the calls of a signed delivery; keep it if any is unusable. Returns the number of new calls."""
    received, problems = _enter(connection, body)
    if problems:
        _keep(connection, body, problems)
    return received


@transaction.atomic
def try_again(kept: KeptDelivery, *, acting_user: User) -> bool:
    """Read the delivery again, for example after an update. Returns whether all of it could be used."""
    body = base64.b64decode(unseal(kept.body, host_config().secrets.master_key))
    _, problems = _enter(kept.connection, body)
    record(Action.CALL_IMPORTED, kept.connection, acting_user=acting_user, kept=kept.pk)
    if problems:
        kept.problem = _joined(problems)
        kept.save(update_fields=["problem"])
        return False
    kept.delete()
    return True


def forget_old() -> None:
    """Delete deliveries that were kept long enough. The reconciler calls this."""
    now = timezone.now()
    KeptDelivery.objects.filter(received_at__lt=now - KEPT_FOR).delete()
    for row in ImportedCall.objects.filter(file_kept_until__lt=now):
        delete_original(row)


def write_original(call_id: str, out: Path) -> None:
    """Write the original file of an imported recording. Raises ValueError, OSError."""
    row = ImportedCall.objects.exclude(file="").filter(call_id=call_id).first()
    if row is None:
        raise ValueError(f"The original of call {call_id} is not kept.")
    with (
        PendingFile(imports_folder() / row.file, host_config().secrets.master_key) as original,
        out.open("xb") as file,
    ):
        shutil.copyfileobj(original, file, 1 << 20)
    record(Action.RECORDING_DOWNLOADED, row, acting_user=None, call=call_id, original=True)


def _enter(connection: Connection, body: bytes) -> tuple[int, list[str]]:
    """The number of new calls, and what could not be used."""
    provider = PROVIDERS[connection.provider]
    try:
        reading = read(provider, provider.content(body))
    except DeliveryError as error:
        return 0, [str(error)]
    problems = list(reading.problems)
    received = 0
    for call in reading.calls:
        try:
            received += receive(call, team=connection.team, source=provider.name, connection=connection)[1]
        except (DataError, ValueError):
            log.exception("%s: a call could not be stored", provider.name)
            problems.append("A call in it could not be stored. See the web log for the reason.")
    return received, problems


@transaction.atomic
def _keep(connection: Connection, body: bytes, problems: Iterable[str]) -> None:
    KeptDelivery.objects.update_or_create(
        connection=connection,
        digest=hashlib.sha256(body).hexdigest(),
        defaults={
            "body": seal(base64.b64encode(body).decode(), host_config().secrets.master_key),
            "problem": _joined(problems),
            "received_at": timezone.now(),
        },
    )
    of_dialer = KeptDelivery.objects.filter(connection=connection).order_by("-received_at", "-pk")
    oldest = list(of_dialer.values_list("pk", flat=True)[_MOST:])
    if oldest:
        log.warning("%s: deleted %d kept deliveries to make room for newer ones", connection, len(oldest))
        KeptDelivery.objects.filter(pk__in=oldest).delete()


def _joined(problems: Iterable[str]) -> str:
    """All problems in one text, without repetitions."""
    return " ".join(dict.fromkeys(problems))
