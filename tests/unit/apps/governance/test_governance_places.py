"""Places as admins write them."""

import pytest

from onrecord.policy.areas import US_TERRITORIES, area_codes, country_names, subdivision_names
from onrecord.policy.places import read_places, write_place


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("California, Germany", ("US-CA", "DE")),
        ("us-ca; 415\nquebec", ("US-CA", "415", "CA-QC")),
        ("Everywhere", ("*",)),
        ("Texas, US-TX", ("US-TX",)),
        ("PR, Guam", ("US-PR", "US-GU")),
        ("GE", ("GE",)),
        ("  ,\n", ()),
    ],
)
def test_places_are_parsed_by_name_and_by_code(text: str, codes: tuple[str, ...]) -> None:
    assert read_places(text) == (codes, [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("CA", "'CA' can be California or Canada: write US-CA, or Canada in full."),
        ("de", "'DE' can be Delaware or Germany: write US-DE, or Germany in full."),
        ("Georgia", "'Georgia' can be more than one place: write US-GA or GE."),
    ],
)
def test_an_ambiguous_place_is_an_error(text: str, sentence: str) -> None:
    assert read_places(text) == ((), [sentence])


def test_every_place_can_be_formatted_and_parsed_back() -> None:
    codes = [*subdivision_names(), *(country_names().keys() - US_TERRITORIES.keys()), "415", "*"]
    assert [read_places(write_place(code)) for code in codes] == [((code,), []) for code in codes]
    assert all(read_places(code) == ((code,), []) for code in area_codes())
