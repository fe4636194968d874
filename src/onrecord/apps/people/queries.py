"""Find people."""

from django.db.models import Q

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.core.database.expressions import InKeys
from onrecord.apps.core.paging import PAGE_SIZE, Page, page_of_many
from onrecord.apps.core.search_plan import SearchPlan, are_few
from onrecord.apps.people.models import Person, PhoneNumber
from onrecord.apps.people.numbers import dial_prefixes, digits_of
from onrecord.apps.people.search import name_begins, name_contains, people_named

#: With fewer digits, half of the people would match.
_FEWEST_DIGITS = 3


def list_people(user: User, *, q: str, cursor: str | None, size: int = PAGE_SIZE) -> Page[Person]:
    """People sorted by name, ignoring accents and case."""
    people = Person.objects.visible_to(user)
    found = _search_plan(q, user).find(people, people) if q.strip() else people
    shown = Person.objects.prefetch_related("numbers")
    return page_of_many(found, shown, by="search_text", cursor=cursor, size=size)


def suggest_people(user: User, *, q: str, size: int) -> list[Person]:
    """The results of `list_people`, with people whose name begins with the text first."""
    shown = Person.objects.prefetch_related("numbers")
    starting = Person.objects.visible_to(user).filter(name_begins(q))
    first = page_of_many(starting, shown, by="search_text", cursor=None, size=size).rows
    # Enough to fill the list even if all of `first` are among them.
    others = list_people(user, q=q, cursor=None, size=size).rows if len(first) < size else []
    return [*first, *(person for person in others if person not in first)][:size]


def _search_plan(q: str, user: User) -> SearchPlan:
    """Matches if name or company has every word, or if a number begins or ends with the digits."""
    having_number = [
        Q(pk__in=PhoneNumber.objects.filter(way).values("person_id"))
        for way in digit_ranges(digits_of(q), user, number="e164")
    ]
    people = people_named(q, user.team)
    if people is None or not are_few(len(people)):
        return SearchPlan(indexed=having_number, scan=[name_contains(q)])
    return SearchPlan(indexed=[Q(InKeys("pk", people)), *having_number], scan=[])


def digit_ranges(digits: str, user: User, *, number: str) -> list[Q]:
    """Conditions for a number with these digits, each answered from an index. Too few digits give none.

    The field `number` has the number, `reversed_digits` its digits in reverse. These are ranges because
    SQLite does not use an index for LIKE with an escape character.
    """
    if len(digits) < _FEWEST_DIGITS:
        return []
    ends = digits[::-1]
    # In ASCII, ":" comes after "9".
    return [Q(reversed_digits__gte=ends, reversed_digits__lt=f"{ends}:")] + [
        Q(**{f"{number}__gte": prefix, f"{number}__lt": f"{prefix}:"})
        for prefix in dial_prefixes(digits, user.region)
        if len(prefix) > _FEWEST_DIGITS
    ]


def owner_of_number(team: Team, e164: str, *, person_id: int | None) -> Person | None:
    """The person who has this number. If several share it: `person_id`, else one marked Do Not Record."""
    owners = Person.objects.filter(team=team, numbers__e164=e164)
    if person_id is not None and (chosen := owners.filter(pk=person_id).first()):
        return chosen
    return owners.order_by("-do_not_record", "pk").first()
