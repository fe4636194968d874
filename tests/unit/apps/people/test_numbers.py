"""Numbers as people type them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from onrecord.apps.people.numbers import (
    NumberError,
    NumberProblem,
    dial_prefixes,
    digits_of,
    format_number,
    parse_number,
)


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
        ("00 44 20 7946 0018", "US", "+442079460018"),
        ("00 290 12345", "US", "+29012345"),
        ("0044 20 7946 0018", "AU", "+442079460018"),
        ("0011 44 20 7946 0018", "AU", "+442079460018"),
        ("+52 1 55 1234 5678", "US", "+525512345678"),
        ("00 52 1 55 1234 5678", "DE", "+525512345678"),
        ("+52 55 1234 5678", "US", "+525512345678"),
        ("sip:+14155550101@sip.example.com;user=phone", "DE", "+14155550101"),
        ("sips:+14155550101;npdi@sip.example.com:5061", "DE", "+14155550101"),
        ("SIP:%2B14155550101@sip.example.com", "DE", "+14155550101"),
        ("tel:4155550101;phone-context=+1", "DE", "+14155550101"),
        ("tel:4155550101;phone-context=example.com", "US", "+14155550101"),
        ("TEL:+1-415-555-0101;isub=9", "DE", "+14155550101"),
        ("'+14155550101", "DE", "+14155550101"),
        ("\u2019(415) 555-0101", "US", "+14155550101"),
    ],
)
def test_a_number_is_understood_however_it_is_written(typed: str, region: str, e164: str) -> None:
    assert parse_number(typed, region).e164 == e164


@pytest.mark.parametrize(
    "area_code", ["357", "436", "457", "621", "624", "679", "729", "837", "861", "924", "999", "415"]
)
def test_an_area_code_that_validity_patterns_do_not_know_is_dialed(area_code: str) -> None:
    assert parse_number(f"({area_code}) 555-0123", "US").e164 == f"+1{area_code}5550123"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter a number"),
        ("   ", "Enter a number"),
        ("+", "Enter the digits"),
        ("1-800-FLOWERS", "cannot contain letters"),
        ("212 555 0123 Smith", "cannot contain letters"),
        ("x123", "Enter"),
        ("+52 1 55 1234 56789", "too long"),
        ("212555$123", "not a phone number"),
        ("212+5550123", "not a phone number"),
        ("12", "too short"),
        ("555-0123", "area code is missing"),
        ("212 555 012", "too short"),
        ("212 555 0123 4567 89", "too long"),
        # Germany numbers extensions so, but E.164 ends at 15 digits.
        ("+49 30 1234567890123", "too long"),
        ("+999 123 4567", "No country"),
    ],
)
def test_a_number_that_cannot_be_dialed_is_refused_with_a_helpful_sentence(typed: str, says: str) -> None:
    with pytest.raises(NumberError, match=says) as caught:
        parse_number(typed, "US")
    assert caught.value.code is NumberProblem.BAD_NUMBER


@pytest.mark.parametrize(
    ("typed", "extension"),
    [
        ("415-555-0101 x123", "123"),
        ("415-555-0101x123", "123"),
        ("+1-415-555-0101;ext=5", "5"),
        ("tel:+1-415-555-0101;ext=5", "5"),
        ("tel:+1-415-555-0101;ext=5;isub=1", "5"),
        ("415.555.0101 ext 9", "9"),
        ("415.555.0101 Ext. 9", "9"),
        ("415.555.0101, extension: 0042", "0042"),
        ("(415) 555-0101 #77", "77"),
        ("4155550101,,123#", "123"),
        ("sip:+14155550101;ext=12@sip.example.com", "12"),
        ("415-555-0101", ""),
    ],
)
def test_an_extension_is_kept_beside_the_number(typed: str, extension: str) -> None:
    number = parse_number(typed, "US")
    assert (number.e164, number.extension) == ("+14155550101", extension)
    assert parse_number(typed, "US").e164 == "+14155550101"
    assert number.formatted == "+1 415-555-0101" + (f" ext. {extension}" if extension else "")
    assert digits_of(typed).endswith("4155550101")


@pytest.mark.parametrize(
    ("typed", "region", "place"),
    [
        ("211", "US", "the United States|United States"),
        ("411", "US", "United States"),
        ("118118", "GB", "United Kingdom"),
    ],
)
def test_a_short_number_is_called_what_it_is(typed: str, region: str, place: str) -> None:
    with pytest.raises(NumberError, match=rf"short number \({place}\)") as caught:
        parse_number(typed, region)
    assert caught.value.code is NumberProblem.SHORT_NUMBER


def test_a_refusal_passes_through_a_context_manager() -> None:
    @contextmanager
    def around() -> Iterator[None]:
        yield

    with pytest.raises(NumberError), around():
        parse_number("", "US")


@pytest.mark.parametrize("typed", ["tel:911", "sip:911@example.com", "911 x1", "'911"])
def test_an_emergency_number_is_refused_however_it_is_written(typed: str) -> None:
    with pytest.raises(NumberError, match="emergency"):
        parse_number(typed, "US")


@pytest.mark.parametrize("region", ["US", "GB", "DE", "AU"])
@pytest.mark.parametrize("typed", ["911", "9 1 1", "9-1-1", "112", "999", "000", "110", "108"])
def test_an_emergency_number_of_any_region_is_refused(typed: str, region: str) -> None:
    with pytest.raises(NumberError, match="emergency") as caught:
        parse_number(typed, region)
    assert caught.value.code is NumberProblem.EMERGENCY_NUMBER


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+12125550123", "+1 212-555-0123"),
        ("+14575550123", "+1 457-555-0123"),
        ("+442079460018", "+44 20 7946 0018"),
        ("anonymous", "anonymous"),
    ],
)
def test_a_number_is_formatted_for_display(e164: str, shown: str) -> None:
    assert format_number(e164) == shown


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
def test_the_beginning_of_a_number_matches_however_it_is_dialed(typed: str, region: str, meant: str) -> None:
    assert meant in dial_prefixes(digits_of(typed), region)
