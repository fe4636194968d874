"""Which recordings a worker has to import, and when.

The row's state is authoritative. A job that is lost, killed, or repeated does no harm: the reconciler queues
whatever is due, and a worker claims a row before working on it.
"""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_q.tasks import async_task

from onrecord.apps.integrations.dialers.models import ImportedCall

#: Path of the job. Importing its module here would be circular.
_JOB = "onrecord.apps.integrations.dialers.tasks.import_recording"
#: Time limit of a job, in seconds.
_JOB_S = 900
#: An older claim belongs to a worker that is gone.
_CLAIM = timedelta(seconds=_JOB_S + 60)


def enqueue(pk: int) -> None:
    """Queue the import of a delivery's recording now."""
    async_task(_JOB, pk, q_options={"timeout": _JOB_S, "group": "imports"})


def enqueue_on_commit(pk: int) -> None:
    """Queue the import when the transaction commits, so that the worker can see the row."""
    transaction.on_commit(partial(enqueue, pk))


def enqueue_due() -> None:
    """Queue everything that is due. The reconciler calls this."""
    now = timezone.now()
    waiting = ImportedCall.objects.filter(state=ImportedCall.State.WAITING, next_try_at__lte=now)
    for pk in waiting.filter(_unclaimed()).values_list("pk", flat=True):
        # Do not queue it again every minute if the worker is busy.
        ImportedCall.objects.filter(pk=pk).update(next_try_at=now + timedelta(minutes=10))
        enqueue(pk)


def claim(pk: int) -> bool:
    """Claim the row. False if it is not waiting or another worker has it."""
    waiting = ImportedCall.objects.filter(_unclaimed(), pk=pk, state=ImportedCall.State.WAITING)
    return waiting.update(claimed_at=timezone.now(), attempts=F("attempts") + 1) == 1


def _unclaimed() -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - _CLAIM)
