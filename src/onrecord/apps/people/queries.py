"""Finding people."""

from django.db.models import Q

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.core.database.expressions import InKeys
from onrecord.apps.core.paging import PAGE_SIZE, Page, page_of_many
from onrecord.apps.core.search_plan import SearchPlan, are_few
from onrecord.apps.people.models import Person, PhoneNumber
from onrecord.apps.people.numbers import dial_prefixes, digits_of
from onrecord.apps.people.search import name_begins, name_contains, people_named

#: Fewer digits would find half the list.
_FEWEST_DIGITS = 3


def list_people(user: User, *, q: str, cursor: str | None, size: int = PAGE_SIZE) -> Page[Person]:
    """By name, whatever its accents and case."""
    people = Person.objects.visible_to(user)
    found = _search_plan(q, user).find(people, people) if q.strip() else people
    shown = Person.objects.prefetch_related("numbers")
    return page_of_many(found, shown, by="search_text", cursor=cursor, size=size)


def suggest_people(user: User, *, q: str, size: int) -> list[Person]:
    """As `list_people` finds them, those first whose name begins with the text."""
    shown = Person.objects.prefetch_related("numbers")
    starting = Person.objects.visible_to(user).filter(name_begins(q))
    first = page_of_many(starting, shown, by="search_text", cursor=None, size=size).rows
    # However many of `first` are among them, the rest fills the list.
    others = list_people(user, q=q, cursor=None, size=size).rows if len(first) < size else []
    return [*first, *(person for person in others if person not in first)][:size]


def _search_plan(q: str, user: User) -> SearchPlan:
    """Name or company hold every word, or a number begins or ends with the digits."""
    having_number = [
        Q(pk__in=PhoneNumber.objects.filter(way).values("person_id"))
        for way in digit_ranges(digits_of(q), user, number="e164")
    ]
    people = people_named(q, user.team)
    if people is None or not are_few(len(people)):
        return SearchPlan(indexed=having_number, scan=[name_contains(q)])
    return SearchPlan(indexed=[Q(InKeys("pk", people)), *having_number], scan=[])


def digit_ranges(digits: str, user: User, *, number: str) -> list[Q]:
    """The ways in which a number can have the digits, each a search in an index; none for too few digits.

    Field `number` holds it, `reversed_digits` beside it the digits backwards. Ranges rather than LIKE: SQLite
    does not use an index for LIKE with an escape character.
    """
    if len(digits) < _FEWEST_DIGITS:
        return []
    ends = digits[::-1]
    # ":" follows "9" in ASCII.
    return [Q(reversed_digits__gte=ends, reversed_digits__lt=f"{ends}:")] + [
        Q(**{f"{number}__gte": prefix, f"{number}__lt": f"{prefix}:"})
        for prefix in dial_prefixes(digits, user.region)
        if len(prefix) > _FEWEST_DIGITS
    ]


def owner_of_number(team: Team, e164: str, *, person_id: int | None) -> Person | None:
    """Whose number it is. Of those who share it: `person_id`, else one marked Do Not Record."""
    owners = Person.objects.filter(team=team, numbers__e164=e164)
    if person_id is not None and (chosen := owners.filter(pk=person_id).first()):
        return chosen
    return owners.order_by("-do_not_record", "pk").first()
