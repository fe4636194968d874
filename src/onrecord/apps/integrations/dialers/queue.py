"""Which deliveries a worker has to import, and when.

The row's state is the truth. A job that is lost, killed or done twice does no harm: the reconciler asks for
what is due, and a row is claimed before it is worked on.
"""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_q.tasks import async_task

from onrecord.apps.integrations.dialers.models import ImportedCall

#: The job by its path: its module imports this one.
_JOB = "onrecord.apps.integrations.dialers.tasks.import_recording"
#: Seconds that a job may take.
_JOB_S = 900
#: A claim that is older belongs to a worker that is gone.
_CLAIM = timedelta(seconds=_JOB_S + 60)


def enqueue(pk: int) -> None:
    """Ask a worker to import the recording of a delivery now."""
    async_task(_JOB, pk, q_options={"timeout": _JOB_S, "group": "imports"})


def enqueue_on_commit(pk: int) -> None:
    """The same, as soon as the worker can see what the transaction writes."""
    transaction.on_commit(partial(enqueue, pk))


def enqueue_due() -> None:
    """Ask for everything that is due: part of the reconciler."""
    now = timezone.now()
    waiting = ImportedCall.objects.filter(state=ImportedCall.State.WAITING, next_try_at__lte=now)
    for pk in waiting.filter(_unclaimed()).values_list("pk", flat=True):
        # Not again every minute, should the worker have much to do.
        ImportedCall.objects.filter(pk=pk).update(next_try_at=now + timedelta(minutes=10))
        enqueue(pk)


def claim(pk: int) -> bool:
    """Whether the caller may work on the row: it waits, and no other worker is at it."""
    waiting = ImportedCall.objects.filter(_unclaimed(), pk=pk, state=ImportedCall.State.WAITING)
    return waiting.update(claimed_at=timezone.now(), attempts=F("attempts") + 1) == 1


def _unclaimed() -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - _CLAIM)
