"""Receiving deliveries: each call is stored once, and governance decides about its recording."""

from datetime import datetime, timedelta

from django.db import transaction

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls import actions as calls
from onrecord.apps.calls.call_events import emit_now
from onrecord.apps.calls.models import Call
from onrecord.apps.integrations.dialers.canonical import RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.decisions import decide_made_elsewhere, decide_now
from onrecord.apps.integrations.dialers.files import delete_original
from onrecord.apps.integrations.dialers.import_decision import never_answered, not_supplied
from onrecord.apps.integrations.dialers.models import Connection, DialerUser, ImportedCall
from onrecord.apps.integrations.dialers.queries import find_user
from onrecord.apps.integrations.dialers.queue import enqueue_on_commit
from onrecord.apps.integrations.dialers.results import end_without_recording, refuse, wait_for_recording
from onrecord.apps.integrations.dialers.sealed_secrets import seal, unseal
from onrecord.apps.people.numbers import NumberError, parse_number
from onrecord.apps.people.queries import owner_of_number
from onrecord.apps.people.withheld import is_withheld
from onrecord.config import host_config
from onrecord.protocol.call_status import Status

State = ImportedCall.State


@transaction.atomic
def receive(
    call: RecordedCall,
    *,
    team: Team,
    source: str,
    connection: Connection | None = None,
    user: User | None = None,
    file: str = "",
    at_once: bool = False,
) -> tuple[ImportedCall, bool]:
    """Store a delivered call once. Returns its row, and whether anything is new.

    `user` is the rep, if the sender named one of ours; otherwise, the rep is found by what the dialer says.
    `file` is the name of a delivered recording in the imports folder. `at_once`: the caller imports the
    recording itself, so it is not queued.
    """
    recording_id = call.recording.recording_id if call.recording else ""
    account = call.source.account_id or (connection.key if connection else "")
    same_call = ImportedCall.objects.filter(
        team=team, provider=call.source.provider, account=account, provider_call_id=call.source.call_id
    ).order_by("pk")
    known = list(same_call.select_for_update())
    earlier = _earlier(known, recording_id, has_recording=call.recording is not None)
    if earlier is not None and not _completes(earlier, call):
        return earlier, False
    row = earlier or ImportedCall(
        team=team, provider=call.source.provider, account=account, provider_call_id=call.source.call_id
    )
    row.recording_id = recording_id
    row.connection = connection
    row.source = source
    row.record = call.model_dump(mode="json", exclude={"recording": {"authorization"}})
    row.authorization = _sealed_authorization(call)
    if row.file:
        delete_original(row)
    row.file = file
    row.state = State.UNKNOWN_USER
    row.problem, row.attempts = "", 0
    row.save()
    user = user or find_user(team, connection, call.user)
    if row.call is not None:
        _enter_recording(row, row.call, call)
    elif user is not None:
        _enter(row, call, user)
    if row.state == State.WAITING and not at_once:
        enqueue_on_commit(row.pk)
    return row, True


def _earlier(known: list[ImportedCall], recording_id: str, *, has_recording: bool) -> ImportedCall | None:
    """The row that the delivery repeats or completes."""
    for row in known:
        if row.recording_id == recording_id or not has_recording:
            return row
    return next((row for row in known if not row.record["recording"]), None)


def _completes(earlier: ImportedCall, call: RecordedCall) -> bool:
    """Whether the delivery adds what was missing: its user, its recording, or a newer link."""
    if call.recording is None and earlier.record["recording"]:
        return False
    if earlier.state == State.UNKNOWN_USER:
        return True
    if call.recording is None:
        return False
    return (
        not earlier.record["recording"]
        or earlier.state == State.FAILED
        or (earlier.state == State.WAITING and _leads_elsewhere(earlier, call.recording))
    )


def _leads_elsewhere(earlier: ImportedCall, recording: RecordingFile) -> bool:
    """Whether the link or its authorization is new. Dialers' links expire after an hour or less."""
    known = unseal(earlier.authorization, host_config().secrets.master_key)
    url = str(recording.url) if recording.url else None
    return url is not None and (earlier.record["recording"]["url"], known) != (url, recording.authorization)


def _sealed_authorization(call: RecordedCall) -> str:
    return seal(call.recording.authorization if call.recording else "", host_config().secrets.master_key)


def _enter(row: ImportedCall, imported: RecordedCall, user: User) -> None:
    """Create the call."""
    number = e164(imported.person.number, user.region)
    person = owner_of_number(user.team, number, person_id=None) if number else None
    decided = decide_made_elsewhere(user, number, person)
    call = calls.CallMadeElsewhere(
        user=user,
        person=person,
        number=number,
        caller_number=e164(imported.user.number, user.region),
        direction=imported.direction,
        status=imported.status,
        started_at=imported.started_at,
        answered_at=_answered_at(imported),
        duration=timedelta(seconds=imported.duration_seconds),
        disposition=imported.disposition,
        notes=imported.notes,
        source=row.source,
    )
    row.call = calls.import_call(call, decided=decided, row=row.pk)
    row.save(update_fields=["call"])
    _decide(row, imported)


def _enter_recording(row: ImportedCall, call: Call, imported: RecordedCall) -> None:
    """The recording of an existing call has arrived."""
    emit_now(call, "recording.delivered", acting_user=None)
    _decide(row, imported)


def _decide(row: ImportedCall, imported: RecordedCall) -> None:
    """Decide what happens to the recording."""
    decision = decide_now(row)
    if decision.refusal is not None:
        refuse(row, decision.refusal)
    elif imported.recording is None:
        answered = imported.status is Status.COMPLETED
        end_without_recording(row, not_supplied() if answered else never_answered())
    else:
        wait_for_recording(row)


@transaction.atomic
def link_user(row: ImportedCall, user: User, *, acting_user: User) -> int:
    """Link a dialer's user to ours and store all calls that waited for that. Returns how many."""
    named = row.user["provider_user_id"]
    waiting = ImportedCall.objects.filter(
        team_id=acting_user.team_id, connection_id=row.connection_id, state=State.UNKNOWN_USER
    )
    if named and row.connection is not None:
        DialerUser.objects.update_or_create(
            connection=row.connection, provider_user_id=named, defaults={"user": user}
        )
        rows = list(waiting.filter(record__user__provider_user_id=named))
    else:
        rows = list(waiting.filter(pk=row.pk))
    record(Action.DIALER_USER_LINKED, user, acting_user=acting_user, dialer=row.source, provider_user=named)
    for one in rows:
        _enter(one, RecordedCall.stored(one.record), user)
        enqueue_on_commit(one.pk)
    return len(rows)


@transaction.atomic
def try_again(row: ImportedCall, *, acting_user: User) -> bool:
    """Retry a failed import. False if there is neither a file nor a URL to download from."""
    if row.call is None or not row.can_be_tried_again:
        return False
    row.attempts, row.file_kept_until = 0, None
    row.save(update_fields=["attempts", "file_kept_until"])
    record(Action.CALL_IMPORTED, row.call, acting_user=acting_user, source=row.source, row=row.pk)
    _enter_recording(row, row.call, RecordedCall.stored(row.record))
    enqueue_on_commit(row.pk)
    return True


def e164(number: str | None, region: str) -> str:
    """The number as calls store it; empty if it is withheld or not a full number, such as an extension."""
    if not number or is_withheld(number):
        return ""
    try:
        return parse_number(number, region).e164
    except NumberError:
        return ""


def _answered_at(imported: RecordedCall) -> datetime | None:
    if imported.status is not Status.COMPLETED:
        return None
    return imported.answered_at or imported.started_at
