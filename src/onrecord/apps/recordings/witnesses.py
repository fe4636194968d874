"""A recording's witness in the database, for commands."""

from django.db import DatabaseError

from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.storage.recording import Witness


def witness_of(call_id: str) -> Witness:
    """Raises ValueError if the database is unavailable or has no finished recording of the call."""
    try:
        found = Recording.objects.filter(pk=call_id, status=RecordingStatus.COMPLETED).first()
    except DatabaseError as error:
        raise ValueError(
            f"The database could not be checked for the recording ({error}). "
            "Run the command where the web runs, with its ONRECORD_HOME and ONRECORD_DATABASE_URL."
        ) from error
    if found is None:
        raise ValueError(f"The database has no finished recording of call {call_id}.")
    return found.witness
