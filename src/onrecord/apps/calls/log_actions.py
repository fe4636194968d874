"""Logging a call: its notes, its disposition and sentiment, its person."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.call_events import emit
from onrecord.apps.calls.models import Call, CallLog
from onrecord.apps.calls.notes import LONGEST_NOTES, Notes, merged
from onrecord.apps.calls.recording_actions import copy_facts
from onrecord.apps.dispositions.lists import Field, demand, missing
from onrecord.apps.dispositions.queries import lists_of
from onrecord.apps.people.models import Person

NOTHING_CHOSEN: Mapping[Field, str] = MappingProxyType({})


class LogError(ValueError):
    """The call cannot be logged this way. The text says why and what to do."""


@transaction.atomic
def take_notes(call: Call, written: Notes, *, acting_user: User) -> CallLog:
    """Save notes while they are being written. Returns the log with the saved notes.

    This runs about once a second, so it sends no event, and only the first save adds an audit row.
    """
    log = _log_of(call)
    if not log.notes_revision:
        record(Action.NOTES_BEGUN, call, acting_user=acting_user)
    _enter_notes(log, written)
    log.save()
    copy_facts(call)
    return log


@transaction.atomic
def write_log(
    call: Call,
    *,
    acting_user: User,
    changes: Mapping[Field, str] = NOTHING_CHOSEN,
    notes: Notes | None = None,
    person: Person | None = None,
) -> None:
    """Log the call with the choices, the notes, and the person (None: unchanged). Raises LogError."""
    log = _log_of(call)
    lists = lists_of(call.team_id)
    before = {field: getattr(log, field) for field in Field}
    chosen = before | dict(changes)
    for field, value in changes.items():
        if value and value not in (*lists[field].choices, before[field]):
            raise LogError(f"“{value}” is not one of your team's choices. Choose one from the list.")
        setattr(log, field, value)
    if notes and len(notes.text) > LONGEST_NOTES:
        raise LogError(
            f"The notes are too long. Use at most {LONGEST_NOTES:,} characters. Shorten them, then save."
        )
    # A call that was never answered needs no disposition.
    if call.answered_at and (lacking := missing(lists, chosen)):
        raise LogError(f"{demand(lacking)} Choose {'one' if len(lacking) == 1 else 'them'}, then save.")
    if notes:
        _enter_notes(log, notes)
    log.person = person or (log.person if log.logged_at else call.person)
    log.logged_at = timezone.now()
    log.save()
    copy_facts(call)
    record(
        Action.CALL_LOGGED,
        call,
        acting_user=acting_user,
        before=before,
        after=chosen,
        person=log.person_id,
        notes=notes is not None,
    )
    emit(call, "call.logged", at=timezone.now(), data={"actor": str(acting_user.pk)})


def _log_of(call: Call) -> CallLog:
    """The call's log, created if there is none. The row stays locked until the transaction ends."""
    log = Call.objects.select_for_update().get(pk=call.pk).log
    if log is None:
        log = CallLog.objects.create(user_id=call.user_id)
        Call.objects.filter(pk=call.pk).update(log=log)
    call.log = log
    return log


def _enter_notes(log: CallLog, written: Notes) -> None:
    """Replace the notes if the writer has seen their current text. Otherwise merge the two."""
    is_old = written.revision != log.notes_revision
    text = merged(log.notes, written.text) if is_old else written.text
    if text != log.notes:
        log.notes = text
        log.notes_revision += 1
