"""Every change that other dialers' deliveries bring: atomic, audited, told to browsers by a CallEvent."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.models import Call, CallEvent, CallLog
from onrecord.apps.calls.recording_status import Outcome, RecordingStatus
from onrecord.apps.calls.state import Rendering, Status
from onrecord.apps.core.moments import later
from onrecord.apps.governance.decisions import (
    Judgement,
    current,
    judge_facts,
    person_facts,
    rep_facts,
    to_json,
)
from onrecord.apps.integrations.dialers.canonical import RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.models import KEPT_FOR, ApiToken, Connection, DialerUser, ImportedCall
from onrecord.apps.integrations.dialers.queries import find_user
from onrecord.apps.integrations.dialers.sealed_secrets import seal, unseal
from onrecord.apps.integrations.dialers.verdict import (
    Verdict,
    import_failed,
    never_answered,
    not_supplied,
    sides_mixed,
    verdict,
)
from onrecord.apps.people.models import Person
from onrecord.apps.people.numbers import NumberError, normalise
from onrecord.apps.people.queries import owner_of_number
from onrecord.apps.people.withheld import is_withheld
from onrecord.apps.recordings.actions import show, store_result
from onrecord.apps.recordings.models import Recording
from onrecord.config import host_config
from onrecord.policy import facts_json
from onrecord.policy.simulate import CallFacts

State = ImportedCall.State

#: A worker is told of a delivery at once. Should that be lost, the reconciler asks after this.
_GRACE = timedelta(minutes=2)


@transaction.atomic
def take(
    call: RecordedCall,
    *,
    team: Team,
    source: str,
    connection: Connection | None = None,
    user: User | None = None,
    file: str = "",
    at_once: bool = False,
) -> tuple[ImportedCall, bool]:
    """Enter a delivered call once; whether it is new.

    `user` is the rep where the sender named one of ours; else it is found by what the dialer says of them.
    `file` is the name in the imports folder of a recording that came with the delivery. `at_once`: the caller
    works on it, no worker is asked to.
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
        forget_file(row)
    row.file = file
    row.state = State.UNKNOWN_USER
    row.problem, row.attempts = "", 0
    row.save()
    user = user or find_user(team, connection, call.user)
    if row.call is not None:
        _judge_again(row, call)
    elif user is not None:
        _enter(row, call, user)
    if row.state == State.WAITING and not at_once:
        transaction.on_commit(lambda: _queue(row.pk))
    return row, True


def _earlier(known: list[ImportedCall], recording_id: str, *, has_recording: bool) -> ImportedCall | None:
    """The row that the delivery is a repetition of, or that it completes."""
    for row in known:
        if row.recording_id == recording_id or not has_recording:
            return row
    return next((row for row in known if not row.record["recording"]), None)


def _completes(earlier: ImportedCall, call: RecordedCall) -> bool:
    """Whether the delivery brings what was missing: its user, its recording, a link that is fresher."""
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
    """Whether the link or what opens it is another: links of dialers are good for an hour or less."""
    known = unseal(earlier.authorization, host_config().secrets.master_key)
    url = str(recording.url) if recording.url else None
    return url is not None and (earlier.record["recording"]["url"], known) != (url, recording.authorization)


def _sealed_authorization(call: RecordedCall) -> str:
    return seal(call.recording.authorization if call.recording else "", host_config().secrets.master_key)


def _enter(row: ImportedCall, imported: RecordedCall, user: User) -> None:
    """Make the call, judge it, and say what becomes of its recording."""
    number = e164(imported.person.number, user.region)
    person = owner_of_number(user.team, number, person_id=None) if number else None
    judgement = judge(user, number, person)
    decision = judgement.decision
    duration = timedelta(seconds=imported.duration_seconds)
    call = Call.objects.create(
        team_id=user.team_id,
        user=user,
        person=person,
        number=number,
        caller_number=e164(imported.user.number, user.region),
        direction=imported.direction,
        status=imported.status,
        created_at=imported.started_at,
        answered_at=_answered_at(imported),
        ended_at=later(imported.started_at, duration),
        duration_ms=duration // timedelta(milliseconds=1),
        end_reason="imported",
        log=_log(imported, user, person),
        decision=to_json(decision),
        mode=decision.mode,
        record_at_start=decision.record_at_start,
        may_change=False,
        policy_version_id=decision.policy_version,
        inputs=facts_json.to_json(judgement.facts),
    )
    Recording.objects.create(call=call, source=row.source)
    record(Action.CALL_IMPORTED, call, acting_user=None, source=row.source, row=row.pk)
    _emit(call, "call.imported", source=row.source)
    row.call = call
    row.save(update_fields=["call"])
    _apply(row, imported, verdict(decision, announced=_announced(row, imported)))


def _judge_again(row: ImportedCall, imported: RecordedCall) -> None:
    """The recording of a call that is there already has come."""
    call = row.call
    assert call is not None  # noqa: S101 - for the type checker: its caller has looked
    _emit(call, "recording.delivered")
    judgement = judge(call.user, call.number, call.person)
    _apply(row, imported, verdict(judgement.decision, announced=_announced(row, imported)))


def _apply(row: ImportedCall, imported: RecordedCall, found: Verdict) -> None:
    if found.refusal is not None:
        refuse(row, found.refusal)
    elif imported.recording is None:
        answered = imported.status is Status.COMPLETED
        _settle(row, State.NO_RECORDING, not_supplied() if answered else never_answered())
    else:
        row.state, row.next_try_at = State.WAITING, timezone.now() + _GRACE
        row.save(update_fields=["state", "next_try_at"])
        show(_recording(row), Outcome(status=RecordingStatus.PENDING))


def _queue(pk: int) -> None:
    # Late: the work enters its results by these actions.
    from onrecord.apps.integrations.dialers.tasks import enqueue

    enqueue(pk)


@transaction.atomic
def link_user(row: ImportedCall, user: User, *, acting_user: User) -> int:
    """Say who a dialer's user is here; every delivery that waited for that is entered. How many."""
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
        transaction.on_commit(partial(_queue, one.pk))
    return len(rows)


def judge(user: User, number: str, person: Person | None) -> Judgement:
    """By the policy in force now. What the rep chose for the next call of ours says nothing of this one."""
    policy = current()
    facts = CallFacts(
        id="",
        person=person_facts(person) if person else None,
        rep=rep_facts(user, policy),
        number=number,
        wants_recording=None,
    )
    return judge_facts(policy, facts)


def verdict_now(row: ImportedCall) -> Verdict:
    """What governance says at this moment of a row that has a call."""
    call = Call.objects.select_related("user", "person").get(pk=row.call_id)
    announced = _announced(row, RecordedCall.stored(row.record))
    return verdict(judge(call.user, call.number, call.person).decision, announced=announced)


@transaction.atomic
def refuse(row: ImportedCall, outcome: Outcome) -> None:
    """Governance forbids the recording: it is not taken in."""
    _settle(row, State.REFUSED, outcome)
    _emit(_call(row), "recording.import_refused", message=outcome.reason)


@transaction.atomic
def refuse_mixed(row: ImportedCall, message: str) -> None:
    """Only our side is allowed, and the file does not keep it apart."""
    refuse(row, sides_mixed(message))


@transaction.atomic
def fail(row: ImportedCall, message: str, *, keeps_file: bool = False) -> None:
    """The recording cannot be had, or not be used. `keeps_file`: it can be tried again."""
    _settle(row, State.FAILED, import_failed(message), keeps_file=keeps_file)
    _emit(_call(row), "recording.failed", message=message)


@transaction.atomic
def complete(row: ImportedCall, completion: dict[str, Any], *, keeps_file: bool = False) -> None:
    """The recording is in the store. `keeps_file`: a part of the original could not be read.

    Raises pydantic's ValidationError.
    """
    recording = _recording(row)
    now = timezone.now()
    recording.rendering = Rendering.COMPLETED
    recording.save(update_fields=["rendering"])
    store_result(recording, completion, at=now)
    _settle(row, State.DONE, Outcome(status=RecordingStatus.COMPLETED), keeps_file=keeps_file)
    _emit(_call(row), "recording.completed", **completion)


@transaction.atomic
def try_later(row: ImportedCall, message: str, *, at: datetime) -> None:
    """It did not work this time."""
    row.problem, row.next_try_at, row.claimed_at = message, at, None
    row.save(update_fields=["problem", "next_try_at", "claimed_at"])


@transaction.atomic
def try_fresh_link(row: ImportedCall) -> bool:
    """Whether a delivery brought another link while `row`'s was being tried; it is then due at once."""
    now = ImportedCall.objects.select_for_update().get(pk=row.pk)
    if (now.record["recording"], now.authorization) == (row.record["recording"], row.authorization):
        return False
    try_later(now, "", at=timezone.now() + _GRACE)
    transaction.on_commit(lambda: _queue(row.pk))
    return True


@transaction.atomic
def try_again(row: ImportedCall, *, acting_user: User) -> bool:
    """Have another go at what failed; whether there is a file, or one to fetch."""
    if not row.can_be_tried_again:
        return False
    row.attempts, row.file_kept_until = 0, None
    row.save(update_fields=["attempts", "file_kept_until"])
    record(Action.CALL_IMPORTED, _call(row), acting_user=acting_user, source=row.source, row=row.pk)
    _judge_again(row, RecordedCall.stored(row.record))
    transaction.on_commit(lambda: _queue(row.pk))
    return True


def forget_file(row: ImportedCall) -> None:
    """Delete the sealed original."""
    path = host_config().home / "imports" / row.file
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    row.file, row.file_kept_until = "", None
    row.save(update_fields=["file", "file_kept_until"])


def _settle(row: ImportedCall, state: str, outcome: Outcome, *, keeps_file: bool = False) -> None:
    """The delivery has come to its end."""
    row.state, row.problem = state, outcome.reason
    row.next_try_at = row.claimed_at = None
    if state != State.FAILED:
        # A failed one can be tried again.
        row.authorization = ""
    row.save(update_fields=["state", "problem", "next_try_at", "claimed_at", "authorization"])
    show(_recording(row), outcome)
    if row.file and keeps_file:
        row.file_kept_until = timezone.now() + KEPT_FOR
        row.save(update_fields=["file", "file_kept_until"])
    elif row.file:
        forget_file(row)


@transaction.atomic
def create_token(name: str, *, acting_user: User) -> tuple[ApiToken, str]:
    """A new token, and its text: nobody sees that a second time."""
    text = f"onr_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        team_id=acting_user.team_id, name=name, author=acting_user, digest=digest(text), beginning=text[:12]
    )
    record(Action.API_TOKEN_CREATED, token, acting_user=acting_user, name=name)
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, acting_user: User) -> None:
    """From now on it opens nothing."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(Action.API_TOKEN_REVOKED, token, acting_user=acting_user, name=token.name)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def connect(
    provider: str, *, secret: str, api_key: str, announces: bool, channels: str, acting_user: User
) -> Connection:
    """Take webhooks of a dialer."""
    connection = Connection.objects.create(
        key=secrets.token_hex(16),
        team_id=acting_user.team_id,
        provider=provider,
        secret=seal(secret, host_config().secrets.master_key),
        api_key=seal(api_key, host_config().secrets.master_key),
        announces=announces,
        channels=channels,
    )
    record(Action.DIALER_CONNECTED, connection, acting_user=acting_user, provider=provider)
    return connection


@transaction.atomic
def disconnect(connection: Connection, *, acting_user: User) -> None:
    """Take no more of its webhooks, and forget its secrets."""
    if connection.removed_at is None:
        connection.removed_at = timezone.now()
        connection.secret = connection.api_key = ""
        connection.save(update_fields=["removed_at", "secret", "api_key"])
        record(Action.DIALER_DISCONNECTED, connection, acting_user=acting_user, provider=connection.provider)


def e164(number: str | None, region: str) -> str:
    """As calls store it; empty for a number that is withheld, or none such as an extension."""
    if not number or is_withheld(number):
        return ""
    try:
        return normalise(number, region)
    except NumberError:
        return ""


def _answered_at(imported: RecordedCall) -> datetime | None:
    if imported.status is not Status.COMPLETED:
        return None
    return imported.answered_at or imported.started_at


def _log(imported: RecordedCall, user: User, person: Person | None) -> CallLog | None:
    if not imported.disposition and not imported.notes:
        return None
    return CallLog.objects.create(
        user=user,
        person=person,
        disposition=imported.disposition,
        notes=imported.notes,
        logged_at=timezone.now(),
    )


def _announced(row: ImportedCall, imported: RecordedCall) -> bool:
    return imported.announced or (row.connection is not None and row.connection.announces)


def _recording(row: ImportedCall) -> Recording:
    return Recording.objects.get(pk=row.call_id)


def _call(row: ImportedCall) -> Call:
    return Call.objects.get(pk=row.call_id)


def _emit(call: Call, kind: str, **data: Any) -> None:
    CallEvent.objects.create(
        call=call, type=kind, at=timezone.now(), payload={"clock_ms": None, "data": data}
    )
