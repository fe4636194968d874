"""Regular checks of stored recordings, so that a fault is found before somebody wants to listen."""

import logging

from django.db.models import F

from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_actions import note_examined
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.recordings.opening import examine
from onrecord.storage.store import StoreUnreachableError

log = logging.getLogger(__name__)

#: Recordings checked per minute: 72,000 a day, with a few requests each to the store.
BATCH = 50


def examine_stored(most: int = BATCH) -> None:
    """Check up to `most` recordings that had a fault, which may be repaired by now, and as many others."""
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
