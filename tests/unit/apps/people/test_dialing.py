"""Which numbers may be dialed."""

import csv
from importlib.resources import files

import pytest

from onrecord.apps.people.dialing import to_dial
from onrecord.apps.people.numbers import NumberError, NumberProblem, parse_number

PREMIUM, SHARED, SATELLITE = (
    NumberProblem.PREMIUM_RATE_NUMBER,
    NumberProblem.SHARED_COST_NUMBER,
    NumberProblem.SATELLITE_NUMBER,
)


@pytest.mark.parametrize(
    ("typed", "region", "problem"),
    [
        ("900 555 0123", "US", PREMIUM),
        ("+1 900 123 4567", "DE", PREMIUM),
        ("(415) 976-0123", "US", PREMIUM),
        ("+1 876 976 0123", "US", PREMIUM),
        ("09 06 00 12345", "GB", PREMIUM),
        ("+44 909 879 0123", "US", PREMIUM),
        ("0900 1234567", "DE", PREMIUM),
        ("+33 899 12 34 56", "US", PREMIUM),
        ("+979 1 2345 6789", "US", PREMIUM),
        ("00 979 1 2345 6789", "US", PREMIUM),
        ("0845 123 4567", "GB", PREMIUM),
        ("0180 5 123456", "DE", SHARED),
        ("1300 123 456", "AU", SHARED),
        ("+808 1234 5678", "US", SHARED),
        ("+870 773 111 632", "US", SATELLITE),
        ("+8816 1234 5678", "US", SATELLITE),
        ("011 8816 1234 5678", "US", SATELLITE),
        ("+882 16 1234 5678", "US", SATELLITE),
        ("+883 5100 0123 4567", "US", SATELLITE),
        ("sip:+19005550123@example.com", "US", PREMIUM),
        ("tel:+1-900-555-0123;ext=5", "US", PREMIUM),
    ],
)
def test_a_number_that_costs_extra_is_refused_but_still_parsed(
    typed: str, region: str, problem: NumberProblem
) -> None:
    """A call to such a number by another dialer is kept, because it was made."""
    with pytest.raises(
        NumberError, match=r"^\+[\d -]+ is a .*\. Ask for an ordinary number instead\.$"
    ) as caught:
        to_dial(typed, region)
    assert caught.value.code is problem
    assert parse_number(typed, region).e164


@pytest.mark.parametrize(
    ("typed", "region", "e164"),
    [
        ("800 555 0123", "US", "+18005550123"),
        ("+800 1234 5678", "US", "+80012345678"),
        ("+44 3069 990123", "US", "+443069990123"),
        ("0800 123456", "DE", "+49800123456"),
        ("976-555-0123 x9", "US", "+19765550123"),
        ("+383 44 123 456", "US", "+38344123456"),
        ("+1 242 555 0123", "US", "+12425550123"),
    ],
)
def test_toll_free_and_ordinary_numbers_are_dialed(typed: str, region: str, e164: str) -> None:
    assert to_dial(typed, region).e164 == e164


def test_every_area_code_of_a_place_is_dialed() -> None:
    """Including the ten in service that the validity patterns do not match."""
    text = (files("onrecord.policy") / "data" / "npa.csv").read_text(encoding="utf-8")
    codes = [row["npa"] for row in csv.DictReader(text.splitlines()) if row["use"] == "G"]
    assert len(codes) > 400
    for code in codes:
        assert to_dial(f"{code} 555 0123", "US").e164 == f"+1{code}5550123"
