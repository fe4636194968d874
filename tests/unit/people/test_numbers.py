"""Numbers as people type them."""

import pytest

from onrecord.people.numbers import NumberError, Problem, dial_prefixes, digits_of, normalise, readable


@pytest.mark.parametrize(
    ("typed", "region", "e164"),
    [
        ("(212) 555-0123", "US", "+12125550123"),
        ("212.555.0123", "US", "+12125550123"),
        ("1 212 555 0123", "US", "+12125550123"),
        ("+1 212 555 0123", "DE", "+12125550123"),
        ("tel:+1-212-555-0123", "US", "+12125550123"),
        ("\u202a+1 212\u00a0555\u20110123\u202c", "US", "+12125550123"),
        ("\uff0b\uff11 212 555 0123", "US", "+12125550123"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("030 23125 123", "DE", "+493023125123"),
        ("0049 30 23125 123", "FR", "+493023125123"),
    ],
)
def test_a_number_is_understood_however_it_is_written(typed: str, region: str, e164: str) -> None:
    assert normalise(typed, region) == e164


@pytest.mark.parametrize(
    "area_code", ["357", "436", "457", "621", "624", "679", "729", "837", "861", "924", "999", "415"]
)
def test_an_area_code_that_validity_patterns_do_not_know_is_dialled(area_code: str) -> None:
    assert normalise(f"({area_code}) 555-0123", "US") == f"+1{area_code}5550123"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter a number"),
        ("   ", "Enter a number"),
        ("+", "Enter the digits"),
        ("1-800-FLOWERS", "no letters"),
        ("212 555 0123 ext 5", "no letters"),
        ("212555$123", "not a phone number"),
        ("212+5550123", "not a phone number"),
        ("12", "too short"),
        ("555-0123", "area code is missing"),
        ("212 555 012", "too short"),
        ("212 555 0123 4567 89", "too long"),
        ("+999 123 4567", "No country"),
    ],
)
def test_what_cannot_be_dialled_is_refused_with_a_sentence_that_helps(typed: str, says: str) -> None:
    with pytest.raises(NumberError, match=says) as caught:
        normalise(typed, "US")
    assert caught.value.code is Problem.BAD_NUMBER


@pytest.mark.parametrize("region", ["US", "GB", "DE", "AU"])
@pytest.mark.parametrize("typed", ["911", "9 1 1", "9-1-1", "112", "999", "000", "110", "108"])
def test_an_emergency_number_of_any_region_is_refused(typed: str, region: str) -> None:
    with pytest.raises(NumberError, match="emergency") as caught:
        normalise(typed, region)
    assert caught.value.code is Problem.EMERGENCY_NUMBER


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+12125550123", "+1 212-555-0123"),
        ("+14575550123", "+1 457-555-0123"),
        ("+442079460018", "+44 20 7946 0018"),
        ("anonymous", "anonymous"),
    ],
)
def test_a_number_is_shown_for_the_eye(e164: str, shown: str) -> None:
    assert readable(e164) == shown


@pytest.mark.parametrize(
    ("typed", "region", "meant"),
    [
        ("+44 (0)20 7946", "US", "+44207946"),
        ("011 44 20 7946", "US", "+44207946"),
        ("00 44 20 7946", "US", "+44207946"),
        ("0011 44 20 7946", "AU", "+44207946"),
        ("020 7946", "GB", "+44207946"),
        ("207946", "", "+207946"),
    ],
)
def test_the_beginning_of_a_number_is_meant_however_it_is_dialled(
    typed: str, region: str, meant: str
) -> None:
    assert meant in dial_prefixes(digits_of(typed), region)
