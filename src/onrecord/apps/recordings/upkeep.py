"""Looking after what is stored, so that a fault is known before somebody wants to listen."""

import logging

from django.db.models import F

from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_actions import note_examined
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.recordings.opening import examine
from onrecord.storage.store import StoreUnreachableError

log = logging.getLogger(__name__)

#: Recordings looked at a minute: 72,000 a day, at a few requests to the store each.
BATCH = 50


def examine_stored(most: int = BATCH) -> None:
    """Examine up to `most` of those with a fault, which may be mended by now, and of all others."""
    finished = Recording.objects.filter(status=RecordingStatus.COMPLETED)
    examined = list[str]()
    try:
        for rows in (finished.exclude(fault=""), finished.filter(fault="")):
            longest_ago = rows.select_related("call").order_by(F("examined_at").asc(nulls_first=True))
            for recording in longest_ago[:most]:
                examine(recording)
                examined.append(recording.pk)
    except StoreUnreachableError as error:
        log.error("%s", error)
    note_examined(examined)
