"""A team with very many people, calls and recordings, always the same, written directly into the tables."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any

from django.contrib.auth.models import Group as PermissionSet
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from onrecord.apps.accounts.models import Group, Team, User
from onrecord.apps.calls.models import DIALER, Call, CallLog, NotesWord, Recording
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.coaching.models import Clip, Playlist
from onrecord.apps.core.folding import fold
from onrecord.apps.core.written import words_of
from onrecord.apps.people.models import Person, PhoneNumber
from onrecord.apps.people.search import install
from onrecord.apps.recordings.models import Comment, CommentWord
from onrecord.policy.areas import area_codes

USERS, GROUPS = 100, 10
TABLES = (
    "people_person", "people_phonenumber", "calls_calllog", "calls_call", "calls_recording",
    "calls_notesword", "recordings_comment", "recordings_commentword",
)  # fmt: skip

_AREA_CODES = sorted(area_codes())
_SYLLABLES = (
    "an",
    "be",
    "cor",
    "da",
    "el",
    "fre",
    "gu",
    "hol",
    "is",
    "jo",
    "ka",
    "lin",
    "mar",
    "no",
    "ö",
    "per",
)
_COMPANIES = ("Contoso", "Fabrikam", "Northwind", "Tailspin", "Wingtip")
_DISPOSITIONS = ("Connected", "Call back", "Left voicemail", "Not interested", "Wrong number")
#: The disposition of one call in several thousand.
RARE = "Meeting booked"
_STATUSES = ("completed",) * 70 + ("no-answer",) * 15 + ("busy",) * 8 + ("canceled",) * 4 + ("failed",) * 3
_THUMBNAIL = json.dumps({"left": [40, 80, 20, 60] * 30, "right": [10, 90, 50, 30] * 30})
_SENTENCE = "On: your team records calls by default."
_DECISION = json.dumps(
    {"mode": "both", "record_at_start": True, "may_change": True, "may_choose": True, "announcements": [],
     "reasons": [{"code": "team", "sentence": _SENTENCE}], "policy_version": 1, "sentence": _SENTENCE}
)  # fmt: skip


def fill(*, people: int, calls: int, recordings: int) -> list[User]:
    """Returns the users: the first sees the team's calls, the second a group's, the third their own."""
    users = _users()
    with _bare_tables():
        _insert(Person, _people(people, users[0].team_id))
        _insert(PhoneNumber, _numbers(people))
        _insert(CallLog, _logs(calls, recordings, people, users))
        _insert(Call, _calls(calls, recordings, people, users))
        _insert(Recording, _recordings(calls, recordings, people, users))
        _insert(Comment, _comments(calls, recordings, users))
        _insert(
            NotesWord, _words((log["id"], log["notes"]) for log in _logs(calls, recordings, people, users))
        )
        _insert(CommentWord, _words((one["id"], one["text"]) for one in _comments(calls, recordings, users)))
    _playlist(users[0])
    install()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES[:3]:
                cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
            # Autovacuum would do this by itself, a little later.
            cursor.execute("VACUUM ANALYZE")
    return users


def _users() -> list[User]:
    team = Team.objects.create(name="Bench")
    groups = [Group.objects.create(team=team, name=f"Group {number}") for number in range(GROUPS)]
    users = [
        User.objects.create(
            email=f"{number}@bench.example", name=f"Rep {_name(number * 7919)}", team=team, country="US",
            group=groups[number // GROUPS],
        )
        for number in range(USERS)
    ]  # fmt: skip
    for user, name in zip(users, ("Admin", "Manager", "Rep"), strict=False):
        user.groups.add(PermissionSet.objects.get(name=name))
    return users


def _playlist(owner: User) -> None:
    """A playlist for the whole team, with every hundredth of the newest recordings."""
    playlist = Playlist.objects.create(team=owner.team, owner=owner, name="Good calls", is_shared=True)
    newest = Recording.objects.filter(call_team=owner.team_id, status=RecordingStatus.COMPLETED)
    keys = newest.order_by("-called_at", "-pk").values_list("pk", flat=True)[:10_000:100]
    Clip.objects.bulk_create(
        Clip(playlist=playlist, recording_id=key, start_ms=0, end_ms=1000, position=position)
        for position, key in enumerate(keys)
    )


@contextmanager
def _bare_tables() -> Iterator[None]:
    """Drop indexes and triggers, and recreate them at the end."""
    listed = ", ".join(f"'{table}'" for table in TABLES)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(
                f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({listed}) "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            )
        else:
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA cache_size = -500000")
            cursor.execute(
                f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({listed})"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' "
                f"AND tbl_name IN ({listed})"
            )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, sql in indexes:
            cursor.execute(sql)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")


def _insert(model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows without the ORM, which would take minutes. Missing columns get their default."""
    table, defaults = model._meta.db_table, _defaults(model)
    first = defaults | next(rows)
    names = ", ".join(first)
    everything = (tuple(row.values()) for row in _and(first, (defaults | row for row in rows)))
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with (
            connection.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
        ):
            for row in everything:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(first))
        raw = connection.connection
        raw.execute("BEGIN")
        raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", everything)
        raw.execute("COMMIT")


def _defaults(model: type[Model]) -> dict[str, Any]:
    """Defaults of the columns that may not be null."""
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.has_default() or (field.empty_strings_allowed and not field.null and not field.primary_key)
        if not field.generated
    }


def _and(first: dict[str, Any], rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rows


def _moment(at: datetime) -> Any:
    """A moment in each database's format."""
    return at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S.%f")


def _name(number: int) -> str:
    """A name of two words. Thousands of people share some first names, but few share a full name."""
    size = len(_SYLLABLES)
    first = _SYLLABLES[number % 7] + _SYLLABLES[number // 7 % size]
    rest = number * 2654435761 % 2**32
    last = "".join(_SYLLABLES[rest // size**place % size] for place in range(4))
    return f"{first} {last}".title()


def name_of(person: int) -> str:
    return _name(person)


def number_of(person: int) -> str:
    """A unique E.164 number per person."""
    return f"+1{_AREA_CODES[person % len(_AREA_CODES)]}{(2_000_000 + person * 37) % 10_000_000:07}"


def _people(people: int, team: int) -> Iterator[dict[str, Any]]:
    now = _moment(timezone.now())
    for key in range(1, people + 1):
        name, company = _name(key), _COMPANIES[key % 5]
        yield {
            "id": key, "team_id": team, "name": name, "company": company, "title": "Buyer", "country": "US",
            "subdivision": "US-NY", "do_not_record": False, "created_at": now,
            "search_text": fold(f"{name} {company}"),
        }  # fmt: skip


def _numbers(people: int) -> Iterator[dict[str, Any]]:
    for key in range(1, people + 1):
        e164 = number_of(key)
        yield {"person_id": key, "e164": e164, "kind": "phone", "reversed_digits": e164[:0:-1]}


def _is_recorded(call: int, calls: int, recordings: int) -> bool:
    return call * recordings // calls != (call - 1) * recordings // calls


def _person(call: int, people: int) -> int:
    return call * 2654435761 % 2**32 % people + 1


def _disposition(call: int) -> str:
    return RARE if call % 5003 == 0 else _DISPOSITIONS[call % 5]


def _sentiment(call: int) -> str:
    return ("Positive", "Neutral", "Negative")[call % 3]


def _logs(calls: int, recordings: int, people: int, users: list[User]) -> Iterator[dict[str, Any]]:
    now = _moment(timezone.now())
    for call in range(1, calls + 1):
        if _is_recorded(call, calls, recordings):
            yield {
                "id": call, "user_id": users[call % USERS].pk, "person_id": _person(call, people),
                "disposition": _disposition(call), "sentiment": _sentiment(call),
                "notes": f"Asked for a quote: {offer(call)}." if call % 4 == 0 else "",
                "notes_revision": 0, "logged_at": now, "updated_at": now,
            }  # fmt: skip


def offer(call: int) -> str:
    """A word that is in few notes or comments."""
    return f"Offer{call // 20 % 8000:04}"


def _comments(calls: int, recordings: int, users: list[User]) -> Iterator[dict[str, Any]]:
    now = _moment(timezone.now())
    for call in range(10, calls + 1, 10):
        if _is_recorded(call, calls, recordings):
            said = "Mention the price earlier" if call % 30 == 0 else "Well begun"
            yield {
                "id": call, "recording_id": _key(call), "author_id": users[1].pk, "at_ms": 1000,
                "created_at": now, "text": f"{said}, see {offer(call)}.",
            }  # fmt: skip


def _words(texts: Iterable[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for key, text in texts:
        for word in words_of(text):
            yield {"written_id": key, "word": word}


def _calls(calls: int, recordings: int, people: int, users: list[User]) -> Iterator[dict[str, Any]]:
    now = timezone.now()
    for call in range(1, calls + 1):
        is_recorded = _is_recorded(call, calls, recordings)
        is_live = call <= GROUPS and not is_recorded
        status = (
            "in-progress"
            if is_live
            else "completed"
            if is_recorded
            else _STATUSES[call * 2654435761 % 2**32 % 101 % 100]
        )
        at, person = now - timedelta(seconds=63 * call), _person(call, people)
        number = number_of(person)
        yield {
            "id": _key(call), "team_id": users[0].team_id, "user_id": users[call % USERS].pk,
            "person_id": person, "log_id": call if is_recorded else None, "number": number,
            "reversed_digits": number[:0:-1], "caller_number": "+12125550100", "direction": "outbound",
            "status": status, "created_at": _moment(at), "answered_at": _moment(at),
            "ended_at": None if is_live else _moment(at),
            "duration_ms": None if is_live else 1000 * (call % 900),
            "end_reason": "", "end_is_guess": False, "captured": is_recorded, "drops": 0,
            "decision": _DECISION,
            "mode": "both", "record_at_start": True, "may_change": True, "policy_version_id": 1,
            "recording_state": "off", "recording_seq": 0,
        }  # fmt: skip


def _recordings(calls: int, recordings: int, people: int, users: list[User]) -> Iterator[dict[str, Any]]:
    """One row per call; those that were not recorded have little more than that."""
    now = timezone.now()
    for call in range(1, calls + 1):
        at, person = now - timedelta(seconds=63 * call), _person(call, people)
        number, is_recorded = number_of(person), _is_recorded(call, calls, recordings)
        row = {
            "call_id": _key(call), "status": "completed" if is_recorded else "not_recorded",
            "reason_code": "" if is_recorded else "not_answered", "reason": "", "source": DIALER,
            "rendering": "",
            "changed_at": _moment(at), "sha256": "", "number": "",
            "reversed_digits": "", "disposition": "", "sentiment": "", "has_notes": False,
            "completed_at": None,
            "duration_ms": None, "talk_ratio": None, "call_team_id": None, "rep_id": None, "person_id": None,
            "called_at": None,
        }  # fmt: skip
        if is_recorded:
            row |= {
                "source": "Aircall" if call % 50 == 1 else DIALER, "thumbnail": _THUMBNAIL, "number": number,
                "reversed_digits": number[:0:-1], "disposition": _disposition(call),
                "sentiment": _sentiment(call), "has_notes": call % 4 == 0, "completed_at": _moment(at),
                "duration_ms": 4000 * (call % 900),
                "talk_ratio": 0.4, "call_team_id": users[0].team_id, "rep_id": users[call % USERS].pk,
                "person_id": person, "called_at": _moment(at),
            }  # fmt: skip
        yield row


def _key(call: int) -> str:
    return md5(str(call).encode(), usedforsecurity=False).hexdigest()
