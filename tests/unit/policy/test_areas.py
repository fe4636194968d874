"""Numbers and addresses to places."""

import csv
from importlib.resources import files

import phonenumbers
import pytest

from onrecord.policy.areas import (
    UNKNOWN,
    Area,
    AreaSource,
    area_of_address,
    area_of_number,
    is_subdivision,
    place_name,
    subdivision_names,
)

TABLE = (files("onrecord.policy") / "data" / "npa.csv").read_text(encoding="utf-8").splitlines()
GEOGRAPHIC = [row for row in csv.DictReader(TABLE) if row["use"] == "G" and row["in_service"] == "Y"]
NON_GEOGRAPHIC = [row["npa"] for row in csv.DictReader(TABLE) if row["use"] == "N"]
NORTH = [row for row in GEOGRAPHIC if row["country"] in {"US", "CANADA"}]
CARIBBEAN = {
    "242": "BS", "246": "BB", "264": "AI", "268": "AG", "284": "VG", "345": "KY", "441": "BM", "473": "GD",
    "649": "TC", "658": "JM", "664": "MS", "721": "SX", "758": "LC", "767": "DM", "784": "VC", "809": "DO",
    "829": "DO", "849": "DO", "868": "TT", "869": "KN", "876": "JM",
}  # fmt: skip


def test_the_table_has_430_codes_of_the_united_states_and_canada() -> None:
    assert len(NORTH) == 430


@pytest.mark.parametrize("row", NORTH, ids=lambda row: row["npa"])
def test_a_code_of_the_united_states_or_canada_resolves_to_its_subdivisions(row: dict[str, str]) -> None:
    area = area_of_number(f"+1{row['npa']}5550123")
    assert area.source is AreaSource.AREA_CODE
    assert area.country == {"US": "US", "CANADA": "CA"}[row["country"]]
    assert area.area_code == row["npa"]
    assert area.subdivisions == set(row["iso3166_2"].split("|"))
    assert area.subdivisions <= set(subdivision_names())


def test_every_caribbean_code_resolves_to_its_country() -> None:
    assert {row["npa"] for row in GEOGRAPHIC} - {row["npa"] for row in NORTH} == set(CARIBBEAN)
    for code, country in CARIBBEAN.items():
        area = area_of_number(f"+1{code}5550123")
        assert area == Area(source=AreaSource.AREA_CODE, countries=frozenset({country}), area_code=code)
        assert phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}5550123")) in {country, None}


@pytest.mark.parametrize("code", ["357", "436", "457", "621", "624", "679", "729", "837", "861", "924"])
def test_a_code_that_phonenumbers_does_not_know_has_an_area(code: str) -> None:
    number = f"+1{code}5550123"
    assert not phonenumbers.is_valid_number(phonenumbers.parse(number))
    assert len(area_of_number(number).subdivisions) == 1


def test_a_code_that_spans_provinces_names_them_all() -> None:
    assert area_of_number("+18675550123").subdivisions == {"CA-NT", "CA-YT", "CA-NU"}
    assert area_of_number("+19025550123").subdivisions == {"CA-NS", "CA-PE"}


def test_a_toll_free_or_other_non_geographic_number_has_no_area() -> None:
    assert {"800", "833", "844", "855", "866", "877", "888", "900", "500", "600", "710"} <= set(
        NON_GEOGRAPHIC
    )
    for code in NON_GEOGRAPHIC:
        assert area_of_number(f"+1{code}5550123") == Area(source=AreaSource.NON_GEOGRAPHIC)
    assert area_of_number("+80012345678") == Area(source=AreaSource.NON_GEOGRAPHIC)


@pytest.mark.parametrize(
    "number",
    [
        "+19995550123",
        "+12995550123",
        "+1",
        "+14",
        "",
        "tel",
        "4155550123",
        "+999123",
        "911",
        "+1415abc",
        "+49 30 123456",
    ],
)
def test_what_cannot_be_placed_is_unknown(number: str) -> None:
    assert area_of_number(number) == UNKNOWN


def test_a_number_is_placed_while_it_is_typed() -> None:
    assert area_of_number("+1415").subdivisions == {"US-CA"}


@pytest.mark.parametrize(
    ("number", "countries"),
    [
        ("+442079460123", {"GB"}),
        ("+441534123456", {"JE"}),
        ("+447700900123", {"GB", "GG", "IM", "JE"}),  # reserved for drama, so no pattern knows it
        ("+4930123456", {"DE"}),
        ("+491512345", {"DE"}),
        ("+390612345678", {"IT"}),
        ("+77011234567", {"KZ"}),
        ("+79161234567", {"RU"}),
    ],
)
def test_a_number_abroad_has_its_country(number: str, countries: set[str]) -> None:
    area = area_of_number(number)
    assert area == Area(source=AreaSource.CALLING_CODE, countries=frozenset(countries))
    assert area.country == (next(iter(countries)) if len(countries) == 1 else None)


@pytest.mark.parametrize(
    ("country", "subdivision", "countries", "subdivisions"),
    [
        ("US", "CA", {"US"}, {"US-CA"}),
        ("US", "US-CA", {"US"}, {"US-CA"}),
        (" us ", "california", {"US"}, {"US-CA"}),
        ("United States", "New York", {"US"}, {"US-NY"}),
        (None, "US-TX", {"US"}, {"US-TX"}),
        (None, "Quebec", {"CA"}, {"CA-QC"}),
        ("CA", "ON", {"CA"}, {"CA-ON"}),
        ("Germany", "DE-BY", {"DE"}, {"DE-BY"}),
        ("DE", "BY", {"DE"}, {"DE-BY"}),
        ("PR", None, {"US"}, {"US-PR"}),
        ("US", None, {"US"}, set()),
        ("US", "Califronia", {"US"}, set()),
        ("US", "Quebec", {"US"}, set()),
        ("GB", "", {"GB"}, set()),
    ],
)
def test_a_stored_address_has_a_place(
    country: str | None, subdivision: str | None, countries: set[str], subdivisions: set[str]
) -> None:
    area = area_of_address(country, subdivision)
    assert area == Area(
        source=AreaSource.ADDRESS, countries=frozenset(countries), subdivisions=frozenset(subdivisions)
    )


@pytest.mark.parametrize(("country", "subdivision"), [(None, None), ("", ""), ("Atlantis", ""), ("", "BY")])
def test_an_address_that_says_nothing_has_no_place(country: str | None, subdivision: str | None) -> None:
    assert area_of_address(country, subdivision) is None


def test_subdivisions_are_checked_by_list_at_home_and_by_form_abroad() -> None:
    assert is_subdivision("US-CA")
    assert not is_subdivision("US-ZZ")
    assert is_subdivision("GB-SCT")
    assert not is_subdivision("XX-SCT")
    assert not is_subdivision("GB-SCOTLAND")


def test_places_are_named_in_words() -> None:
    assert [
        place_name(code) for code in ("US-CA", "DE", "GB", "415", "GB-SCT", "DE-BE", "FR-IDF", "DE-XX")
    ] == [
        "California",
        "Germany",
        "United Kingdom",
        "area code 415",
        "Scotland",
        "Berlin",
        "Île-de-France",
        "DE-XX",
    ]
