"""Write the demo team to the database, and its recorded conversations to journals."""

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group as PermissionSet
from django.db import transaction
from django.utils import timezone

from onrecord.apps.accounts.models import Group, Team, User
from onrecord.apps.calls.models import AppliedEvent, Call, CallEvent, CallLog, Recording
from onrecord.apps.calls.recording_status import outcome
from onrecord.apps.core.written import keep_words
from onrecord.apps.governance.actions import publish
from onrecord.apps.governance.decisions import (
    decide_by_facts,
    decision_to_json,
    person_facts,
    policy_of,
    rep_facts,
)
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.people.models import Person, PhoneNumber
from onrecord.config import Config
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.ops.demo import team as tables
from onrecord.ops.demo.coaching import make_coaching
from onrecord.ops.demo.history import PlannedCall, plan
from onrecord.ops.demo.journals import ManualClock, write_journal
from onrecord.ops.demo.past import PastCall, events, state
from onrecord.ops.demo.people import PEOPLE
from onrecord.policy import facts_json
from onrecord.policy.simulate import CallFacts

SEED = 1
#: How many of the newest calls have a recording. The team did not record earlier ones.
RECORDINGS = 12
#: Namespace for call ids, with a counter, so that a repeated seeding finds the journals of the first attempt.
_CALL_IDS = uuid.UUID("6a2f4c1e-5f0b-4d39-9a55-0f6f6e72d1c4")


def seed(config: Config) -> None:
    """See `onrecord.ops.demo.seed`."""
    with transaction.atomic():
        if User.objects.filter(email=tables.USERS[0].email).exists():
            return
        if User.objects.exists():
            raise ValueError(
                "The demo team can be added only to a new installation, and this one already has users."
            )
        users = _make_users()
        people = _make_people(users)
        planned = plan(timezone.now(), random.Random(SEED))  # noqa: S311
        calls = _judge(planned, users, people)
        _make_calls(calls, users, people)
        recorded = [call for call in calls if call.recorded]
        make_coaching(recorded, next(user for user in users.values() if user.name == tables.MANAGER), users)
        # Before the commit: a journal without a call is written again, but a call without a journal would
        # wait for it forever.
        _write_journals(config, recorded)


def _make_users() -> dict[str, User]:
    """Users by email."""
    team = Team.objects.create(name=tables.TEAM)
    users = {}
    for row in tables.USERS:
        group, _ = Group.objects.get_or_create(team=team, name=row.group)
        user = User.objects.create_user(
            row.email,
            tables.PASSWORD,
            name=row.name,
            team=team,
            group=group,
            time_zone=row.zone,
            country=row.country,
            subdivision=row.subdivision,
            caller_number=row.caller_number,
        )
        user.groups.add(PermissionSet.objects.get(name=row.role))
        users[row.email] = user
    return users


def _make_people(users: dict[str, User]) -> dict[str, Person]:
    """People by name."""
    team = next(iter(users.values())).team
    people = Person.objects.bulk_create(
        Person(
            team=team,
            name=row.name,
            company=row.company,
            title=row.title,
            country=row.country,
            subdivision=row.subdivision,
            do_not_record=row.do_not_record,
        )
        for row in PEOPLE
    )
    PhoneNumber.objects.bulk_create(
        PhoneNumber(person=person, e164=number, kind=kind)
        for person, row in zip(people, PEOPLE, strict=True)
        for kind, number in ((PhoneNumber.Kind.PHONE, row.phone), (PhoneNumber.Kind.MOBILE, row.mobile))
        if number
    )
    return {person.name: person for person in people}


def _judge(
    planned: Sequence[PlannedCall], users: dict[str, User], people: dict[str, Person]
) -> list[PastCall]:
    """Decide every call by the policy of its day. The team began to record RECORDINGS conversations ago."""
    admin = users[tables.USERS[0].email]
    versions = [
        publish(document, acting_user=admin)
        for document in (tables.careful_policy(1), tables.recording_policy(1))
    ]
    careful, recording = map(policy_of, versions)
    calls: list[PastCall] = []
    recorded: list[PastCall] = []
    for number, call in enumerate(planned):
        policy = recording if len(recorded) < RECORDINGS else careful
        user, person = users[call.rep.email], people[call.person.name] if call.person else None
        facts = CallFacts(
            id=uuid.uuid5(_CALL_IDS, str(number)).hex,
            person=person_facts(person) if person else None,
            rep=rep_facts(user, policy),
            number=call.number,
            wants_recording=call.wants_recording,
        )
        decision = decide_by_facts(policy, facts).decision
        past = PastCall(id=facts.id, rep=str(user.pk), planned=call, facts=facts, decision=decision)
        calls.append(past)
        recorded += [past] if past.recorded else []
    made_by_installation = PolicyVersion.objects.earliest("number")
    for version, first in zip(
        (made_by_installation, *versions), (calls[-1], calls[-1], recorded[-1]), strict=True
    ):
        _date(version, first.planned.placed_at - timedelta(seconds=1))
    return calls


def _date(version: PolicyVersion, at: datetime) -> None:
    PolicyVersion.objects.filter(pk=version.pk).update(created_at=at)


def _make_calls(calls: Sequence[PastCall], users: dict[str, User], people: dict[str, Person]) -> None:
    """Create the rows that the web would have after these calls, oldest first."""
    oldest_first = list(reversed(calls))
    rows = [_row(call, users[call.planned.rep.email], _person(call, people)) for call in oldest_first]
    logs = CallLog.objects.bulk_create(row.log for row in rows if row.log)
    for log in logs:
        keep_words(log, log.notes)
    Call.objects.bulk_create(rows)
    CallEvent.objects.bulk_create(event for call in oldest_first for event in _event_rows(call))
    # When it starts, the switch finds the journals and reports again how their calls ended.
    AppliedEvent.objects.bulk_create(
        AppliedEvent(call_id=call.id, source=event.source, seq=event.seq)
        for call in oldest_first
        for event in events(call)
    )
    Recording.objects.bulk_create(_recording(call) for call in oldest_first)


def _person(call: PastCall, people: dict[str, Person]) -> Person | None:
    return people[call.planned.person.name] if call.planned.person else None


def _row(call: PastCall, user: User, person: Person | None) -> Call:
    facts = state(call)
    return Call(
        id=call.id,
        team=user.team,
        user=user,
        person=person,
        log=_log(call, user, person),
        number=call.planned.number,
        caller_number=user.caller_number,
        status=facts.status,
        created_at=call.planned.placed_at,
        answered_at=facts.answered_at,
        ended_at=facts.ended_at,
        duration_ms=facts.duration_ms,
        end_reason=facts.end_reason,
        captured=facts.captured,
        decision=decision_to_json(call.decision),
        mode=call.decision.mode,
        record_at_start=call.decision.record_at_start,
        may_change=call.decision.may_change,
        policy_version_id=call.decision.policy_version,
        inputs=facts_json.to_json(call.facts),
        recording_state=facts.recording_state,
        recording_seq=facts.recording_seq,
    )


def _log(call: PastCall, user: User, person: Person | None) -> CallLog | None:
    note = call.planned.note
    if not note.disposition:
        return None
    return CallLog(
        user=user,
        person=person,
        disposition=note.disposition,
        sentiment=note.sentiment,
        notes=note.text,
        logged_at=state(call).ended_at,
    )


def _event_rows(call: PastCall) -> Iterator[CallEvent]:
    yield _event_row(call, "call.initiated", call.planned.placed_at, None, {"actor": call.rep})
    for event in events(call):
        yield _event_row(call, event.type, event.at, event.clock_ms, event.data.document())


def _event_row(
    call: PastCall, kind: str, at: datetime, clock_ms: int | None, data: dict[str, Any]
) -> CallEvent:
    return CallEvent(call_id=call.id, type=kind, at=at, payload={"clock_ms": clock_ms, "data": data})


def _recording(call: PastCall) -> Recording:
    """The recording's row by the facts so far: if something was captured, it is pending."""
    now = outcome(state(call), decision_to_json(call.decision))
    return Recording(call_id=call.id, status=now.status, reason_code=now.reason_code or "", reason=now.reason)


def _write_journals(config: Config, calls: Sequence[PastCall]) -> None:
    clock, chance = ManualClock(), random.Random(SEED)  # noqa: S311
    host = CaptureHost(config.journals, config.secrets.master_key, monotonic_ns=clock)
    try:
        for call in calls:
            (config.journals / f"{call.id}.journal").unlink(missing_ok=True)
            write_journal(host, clock, call, chance)
            host.drain()
    finally:
        host.close()
