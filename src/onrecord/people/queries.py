"""Finding people."""

from django.db.models import Q, QuerySet

from onrecord.accounts.models import Team, User
from onrecord.matching import any_of, found_by
from onrecord.paging import Page, page
from onrecord.people.models import Person, PhoneNumber
from onrecord.people.numbers import dial_prefixes, digits_of
from onrecord.people.search import having_words, holding

#: Fewer digits would find half the list.
FEWEST_DIGITS = 3


def list_people(user: User, *, q: str, cursor: str | None) -> Page[Person]:
    people = search(Person.objects.visible_to(user), q, user).prefetch_related("numbers")
    return page(people, by="name", cursor=cursor)


def find_people(user: User, q: str, limit: int) -> list[Person]:
    """The first people that match, for the dialer."""
    people = search(Person.objects.visible_to(user), q, user).prefetch_related("numbers")
    return list(people.order_by("name", "pk")[:limit])


def search(people: "QuerySet[Person]", q: str, user: User) -> "QuerySet[Person]":
    """People whose name or company holds every word, or with a number that begins or ends with the digits."""
    if not q.strip():
        return people
    digits = digits_of(q)
    having_number = [
        Q(pk__in=PhoneNumber.objects.filter(way).values("person_id"))
        for way in (digit_ranges(digits, user, number="e164") if len(digits) >= FEWEST_DIGITS else [])
    ]
    found = found_by(people, [Q(pk__in=having_words(q, user.team)), *having_number])
    if found is not None:
        return Person.objects.filter(pk__in=found)
    return people.filter(any_of([holding(q), *having_number]))


def digit_ranges(digits: str, user: User, *, number: str) -> list[Q]:
    """The ways in which a number can have the digits, each a search in an index.

    Field `number` holds it, `reversed_digits` beside it the digits backwards. Ranges rather than LIKE: SQLite
    does not use an index for LIKE with an escape character.
    """
    ends = digits[::-1]
    # ":" follows "9" in ASCII.
    return [Q(reversed_digits__gte=ends, reversed_digits__lt=f"{ends}:")] + [
        Q(**{f"{number}__gte": prefix, f"{number}__lt": f"{prefix}:"})
        for prefix in dial_prefixes(digits, user.region)
    ]


def owner_of_number(team: Team, e164: str, *, person_id: int | None) -> Person | None:
    """Whose number it is. Of those who share it: `person_id`, else one marked Do Not Record."""
    owners = Person.objects.filter(team=team, numbers__e164=e164)
    if person_id is not None and (chosen := owners.filter(pk=person_id).first()):
        return chosen
    return owners.order_by("-do_not_record", "pk").first()
