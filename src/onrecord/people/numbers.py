"""Telephone numbers as people type them, as they are dialled (E.164) and as they are shown: pure.

No number is refused because a validity pattern does not know it: ten North American area codes in service
fail theirs. Only its length is asked, and whether it is an emergency number.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import ValidationResult


class Problem(StrEnum):
    BAD_NUMBER = "bad_number"
    EMERGENCY_NUMBER = "emergency_number"


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberError(ValueError):
    """A text that cannot be dialled."""

    code: Problem
    #: A sentence that says what to do.
    message: str

    def __str__(self) -> str:
        return self.message


#: What may stand between digits.
_PUNCTUATION = set(" +-.()/\u2010\u2011\u2012\u2013\u2014\u2212\u2022\u00b7")

#: Pakistan has some of six digits.
_LONGEST_EMERGENCY_NUMBER = 6

_BY_LENGTH = {
    ValidationResult.TOO_SHORT: "This number is too short. Enter the area code and all digits.",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "The area code is missing. Enter it before the number.",
    ValidationResult.TOO_LONG: "This number is too long. Check it for digits that do not belong.",
    ValidationResult.INVALID_COUNTRY_CODE: "No country has this code. Check the digits after the plus sign.",
    ValidationResult.INVALID_LENGTH: "This number has a wrong count of digits. Check it.",
}


def normalise(text: str, region: str) -> str:
    """E.164 of what a person typed or pasted; numbers without a plus belong to `region` (ISO 3166-1 alpha-2).

    Raises NumberError.
    """
    tidied = _tidy(text)
    digits = "".join(one for one in tidied if one.isdecimal())
    _check_characters(tidied, digits)
    if is_emergency(digits):
        raise NumberError(
            code=Problem.EMERGENCY_NUMBER,
            message=f"{digits} is an emergency number. Call it from a telephone: OnRecord cannot.",
        )
    try:
        parsed = phonenumbers.parse(tidied, region)
    except phonenumbers.NumberParseException as error:
        raise _bad(_by_parser(error)) from error
    result = phonenumbers.is_possible_number_with_reason(parsed)
    if result != ValidationResult.IS_POSSIBLE:
        raise _bad(_BY_LENGTH[result])
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _tidy(text: str) -> str:
    """Plain digits and signs: no `tel:`, no invisible marks that phone books add, no full-width forms."""
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    return " ".join(visible.split()).removeprefix("tel:").strip()


def _check_characters(text: str, digits: str) -> None:
    if not text:
        raise _bad("Enter a number.")
    letters = "".join(one for one in text if one.isalpha())
    if letters:
        raise _bad(f"A number has no letters. Enter the digits that stand for {letters[:20]!r}.")
    others = {one for one in text if not one.isdecimal()} - _PUNCTUATION
    if others or "+" in text.lstrip("( ")[1:]:
        raise _bad("This is not a phone number. Enter digits, with a plus sign before a country code.")
    if not digits:
        raise _bad("Enter the digits of the number.")


def _by_parser(error: phonenumbers.NumberParseException) -> str:
    kind = phonenumbers.NumberParseException
    if error.error_type == kind.INVALID_COUNTRY_CODE:
        return _BY_LENGTH[ValidationResult.INVALID_COUNTRY_CODE]
    if error.error_type == kind.TOO_LONG:
        return _BY_LENGTH[ValidationResult.TOO_LONG]
    return _BY_LENGTH[ValidationResult.TOO_SHORT]


def _bad(message: str) -> NumberError:
    return NumberError(code=Problem.BAD_NUMBER, message=message)


@lru_cache(maxsize=1024)
def is_emergency(digits: str) -> bool:
    """Whether some region's emergency number is this: a rep abroad may well type the one of home."""
    return len(digits) <= _LONGEST_EMERGENCY_NUMBER and any(
        phonenumbers.is_emergency_number(digits, region) for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


@lru_cache(maxsize=8192)
def readable(e164: str) -> str:
    """A number for the eye: `+14155550123` -> `+1 415-555-0123`. What cannot be read comes back as it is."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def digits_of(text: str) -> str:
    """The digits of a text that is written like a number; empty for one that is not."""
    # The zero that is dialled only within the country, as numbers are printed: +44 (0)20 7946 0018.
    tidied = _tidy(text).replace("(0)", "")
    if any(not one.isdecimal() and one not in _PUNCTUATION for one in tidied):
        return ""
    return "".join(one for one in tidied if one.isdecimal())


def dial_prefixes(digits: str, region: str) -> list[str]:
    """E.164 beginnings that the digits may mean: with a country code, as dialled in `region`, or abroad."""
    meant = [digits, f"{phonenumbers.country_code_for_region(region)}{digits.lstrip('0')}"]
    if abroad := _leads_abroad(region).match(digits):
        meant.append(digits[abroad.end() :])
    return [f"+{one}" for one in meant]


@lru_cache(maxsize=256)
def _leads_abroad(region: str) -> re.Pattern[str]:
    """What is dialled before the country code: the region's own prefix, and the one of most countries."""
    known = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    own = known.international_prefix if known else None
    return re.compile(f"(?:{own}|00)" if own else "00")
