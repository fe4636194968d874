"""A person's activity: logged calls, notes, and changes, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, AuditEntry
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.queries import shown_calls
from onrecord.apps.core.paging import PAGE_SIZE, as_utc, decode, encode, not_ours
from onrecord.apps.people.models import Person

TABS = {"all": "All", "calls": "Calls", "notes": "Notes", "changes": "Changes"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityEntry:
    """A logged call, or a change to the person."""

    at: datetime
    #: `call` or `change`.
    kind: str
    key: str | int
    call: Call | None = None
    #: What changed, and the name of the user who changed it.
    sentence: str = ""
    actor: str = ""

    @property
    def place(self) -> tuple[datetime, str, Any]:
        """The sort key."""
        return self.at, self.kind, self.key


def activity(
    user: User, person: Person, *, tab: str, cursor: str | None, size: int = PAGE_SIZE
) -> tuple[list[ActivityEntry], str | None]:
    """A page of the person's activity that `user` may see, and the cursor of the next page.

    A call is included once it is logged to the person, whichever number was dialed. Raises FilterError.
    """
    place = _decode(cursor) if cursor else None
    found: list[ActivityEntry] = []
    if tab != "changes":
        calls = shown_calls(user).filter(log__person=person)
        if tab == "notes":
            calls = calls.exclude(log__notes="")
        rows = _after(calls, place, "created_at", "call")[: size + 1]
        found += [ActivityEntry(at=call.created_at, kind="call", key=call.pk, call=call) for call in rows]
    if tab in ("all", "changes"):
        changes = AuditEntry.objects.filter(object_kind="person", object_id=str(person.pk))
        entries = _after(changes.select_related("actor"), place, "at", "change")[: size + 1]
        found += [_change(entry) for entry in entries]
    found.sort(key=lambda entry: entry.place, reverse=True)
    return found[:size], encode(*found[size - 1].place) if len(found) > size else None


def _after(
    rows: "QuerySet[Any]", place: tuple[datetime, str, Any] | None, at: str, kind: str
) -> "QuerySet[Any]":
    """The rows of one kind that come after `place` in the combined order."""
    if place is not None:
        moment, other, key = place
        later = Q(**{f"{at}__lt": moment})
        if kind < other:
            later |= Q(**{at: moment})
        elif kind == other:
            later |= Q(**{at: moment, "pk__lt": key})
        rows = rows.filter(later)
    return rows.order_by(f"-{at}", "-pk")


def _change(entry: AuditEntry) -> ActivityEntry:
    sentence = entry.action
    if entry.action == Action.DO_NOT_RECORD_CHANGED:
        marked = entry.details.get("do_not_record")
        sentence = "Marked Do Not Record" if marked else "Do Not Record removed"
    actor = str(entry.actor) if entry.actor_id is not None else "OnRecord"
    return ActivityEntry(at=entry.at, kind="change", key=entry.pk, sentence=sentence, actor=actor)


def _decode(cursor: str) -> tuple[datetime, str, Any]:
    try:
        at, kind, key = decode(cursor)
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        not_ours(cursor)
    if (kind, type(key)) not in (("call", str), ("change", int)):
        not_ours(cursor)
    return as_utc(moment, cursor), kind, key
