"""Finding people by name, company, and number."""

import pytest

from factories import PersonFactory, UserFactory
from onrecord.apps.accounts.models import User
from onrecord.apps.people.models import Person, PhoneNumber
from onrecord.apps.people.queries import list_people, owner_of_number, suggest_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    """A rep in New York. The team's people include Jürgen in Chicago and Olga in London."""
    PersonFactory(name="Jürgen Müller", company="Fabrikam", number="+13125550123")
    PersonFactory(name="Olga Smith", company="Contoso", number="+442079460018")
    return UserFactory(name="Ana")


def names(user: User, q: str) -> list[str]:
    return [person.name for person in list_people(user, q=q, cursor=None).rows]


@pytest.mark.parametrize("q", ["jürgen", "MULLER", "Müll", "fabri", "muller fabrikam", "fabrikam jurgen"])
def test_words_are_found_in_name_and_company_without_accents_or_case(ana: User, q: str) -> None:
    assert names(ana, q) == ["Jürgen Müller"]


def test_the_dialer_first_suggests_people_whose_name_begins_with_the_text(ana: User) -> None:
    for name, company in [("Elena Marsh", "Adatum"), ("Maria Lopez", "Contoso"), ("Bo Chen", "Martin Co")]:
        PersonFactory(name=name, company=company, number="")

    def suggested(q: str, size: int = 10) -> list[str]:
        return [person.name for person in suggest_people(ana, q=q, size=size)]

    assert suggested("mar") == ["Maria Lopez", "Bo Chen", "Elena Marsh"]
    assert suggested("mar", size=2) == ["Maria Lopez", "Bo Chen"]
    assert suggested("Maria  L") == ["Maria Lopez"]
    assert suggested("ma") == ["Maria Lopez"]
    assert suggested("0123") == ["Jürgen Müller"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Łukasz Wałęsa", "lukasz walesa"),
        ("Ørsted", "orsted"),
        ("Đorđe", "DORDE"),
        ("Æneas", "aeneas"),
        ("Þór Sigurðsson", "thor sigurdsson"),
        ("Iş\N{LATIN SMALL LETTER DOTLESS I}l İnan", "isil inan"),
        ("IŞIL", "\N{LATIN SMALL LETTER DOTLESS I}ş\N{LATIN SMALL LETTER DOTLESS I}l"),
        ("Weiß", "weiss"),
        ("WEIẞ", "weiß"),
        ("Cœur", "coeur"),
        ("Ħamrun", "hamrun"),
        ("Ŧuŋgi", "tungi"),
        ("Əliyev", "eliyev"),
    ],
)
def test_letters_without_a_decomposition_match_plain_ones_and_themselves(
    ana: User, name: str, typed: str
) -> None:
    PersonFactory(name=name, company="", number="")
    assert [names(ana, q) for q in (typed, name, name.upper())] == [[name]] * 3


@pytest.mark.parametrize(
    "q", ["312", "(312) 555", "312-555-0123", "+1 312", "13125550123", "555-0123", "0123"]
)
def test_a_number_is_found_by_its_beginning_or_its_end_in_any_format(ana: User, q: str) -> None:
    assert names(ana, q) == ["Jürgen Müller"]


def test_the_country_code_is_that_of_the_searching_user(ana: User) -> None:
    assert names(ana, "020 7946") == []
    assert names(UserFactory(name="Oli", country="GB"), "020 7946") == ["Olga Smith"]


def test_digits_in_the_middle_of_a_number_are_not_a_match(ana: User) -> None:
    assert names(ana, "2555") == []


def test_the_derived_columns_are_filled_in_bulk_as_well() -> None:
    person = PersonFactory(name="Éva", number="")
    PhoneNumber.objects.bulk_create([PhoneNumber(person=person, e164="+3612345678")])
    assert PhoneNumber.objects.get().reversed_digits == "8765432163"
    assert Person.objects.get().search_text == "eva contoso"


def test_of_people_who_share_a_number_the_one_asked_for_is_the_owner(ana: User) -> None:
    first = PersonFactory(number="+12125559999")
    second = PersonFactory(number="+12125559999")
    assert owner_of_number(ana.team, "+12125559999", person_id=second.pk) == second
    assert owner_of_number(ana.team, "+12125559999", person_id=None) == first


def test_of_people_who_share_a_number_one_marked_do_not_record_comes_first(ana: User) -> None:
    PersonFactory(number="+12125559999")
    marked = PersonFactory(number="+12125559999", do_not_record=True)
    assert owner_of_number(ana.team, "+12125559999", person_id=None) == marked


def test_a_person_who_does_not_have_the_number_is_not_its_owner(ana: User) -> None:
    stranger = PersonFactory()
    assert owner_of_number(ana.team, "+12125559999", person_id=stranger.pk) is None


def test_people_are_in_the_order_of_their_names_whatever_accents_and_case(ana: User) -> None:
    for name in ("émile Zola", "Eva Lind", "Zoë Kay"):
        PersonFactory(name=name)
    listed = [person.name for person in list_people(ana, q="", cursor=None).rows]
    assert listed == ["émile Zola", "Eva Lind", "Jürgen Müller", "Olga Smith", "Zoë Kay"]


def test_a_person_with_several_matches_is_listed_once_and_paging_loses_none(
    ana: User,
) -> None:
    for number in range(5):
        PersonFactory(name=f"Line 0123 {number}", number=f"+1212555{number}0123")
    shown, cursor = list[str](), None
    while True:
        page = list_people(ana, q="0123", cursor=cursor, size=2)
        shown += [person.name for person in page.rows]
        if (cursor := page.next_cursor) is None:
            break
    assert shown == ["Jürgen Müller", *(f"Line 0123 {number}" for number in range(5))]
