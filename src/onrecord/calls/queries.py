"""Reading calls."""

from django.db.models import Q, QuerySet

from onrecord.accounts.models import User
from onrecord.calls.models import Call, CallEvent
from onrecord.paging import Page, page
from onrecord.people.models import Person, PhoneNumber, searchable
from onrecord.people.numbers import digits_of
from onrecord.people.queries import having_digits


def shown_calls(user: User) -> "QuerySet[Call]":
    """The calls that the user may see, with all that a page or the API shows of them."""
    return Call.objects.visible_to(user).select_related("person", "recording", "user")


def list_calls(user: User, *, q: str, cursor: str | None, person: Person | None = None) -> Page[Call]:
    """Newest first."""
    calls = shown_calls(user)
    if person is not None:
        calls = calls.filter(person=person)
    return page(_search(calls, q, user), by="-created_at", cursor=cursor)


def _search(calls: "QuerySet[Call]", q: str, user: User) -> "QuerySet[Call]":
    matches = Q()
    for word in searchable(q).split():
        matches &= Q(person__search_text__contains=word)
    if digits := digits_of(q):
        numbers = PhoneNumber.objects.filter(having_digits(digits, user)).values("e164")
        matches |= Q(number__in=numbers) | Q(number__endswith=digits)
    return calls.filter(matches)


def live_call_of(user: User) -> Call | None:
    """The user's own call in progress, whatever else they may see."""
    return Call.objects.live().filter(user=user).select_related("person", "recording", "user").first()


def events_of(call: Call) -> "QuerySet[CallEvent]":
    """As they happened. The clock orders what several sources report."""
    return call.events.order_by("at", "seq")
