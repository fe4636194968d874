"""Phone numbers: as people type them, as they are dialed (E.164), and as they are shown. Pure.

A number is never refused because phonenumbers' validity pattern does not match it: the patterns reject ten
North American area codes that are in service. We check only its length, and whether it is an emergency or
short number. `dialing` decides which numbers may be dialed.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers
from phonenumbers import ValidationResult

from onrecord.policy.areas import place_name
from onrecord.protocol.fields import E164


class NumberProblem(StrEnum):
    BAD_NUMBER = "bad_number"
    EMERGENCY_NUMBER = "emergency_number"
    SHORT_NUMBER = "short_number"
    PREMIUM_RATE_NUMBER = "premium_rate_number"
    SHARED_COST_NUMBER = "shared_cost_number"
    SATELLITE_NUMBER = "satellite_number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A parsed number."""

    e164: str
    #: Digits to send after the number has answered; empty if there are none.
    extension: str = ""

    @property
    def formatted(self) -> str:
        """For display: `+1 415-555-0101 ext. 123`."""
        shown = format_number(self.e164)
        return f"{shown} ext. {self.extension}" if self.extension else shown


class NumberError(ValueError):
    """The text is not a number that can be dialed."""

    def __init__(self, *, code: NumberProblem, message: str) -> None:
        """`message` is a sentence that says what to do."""
        super().__init__(message)
        self.code = code
        self.message = message


#: Characters allowed between digits.
_PUNCTUATION = set(" +-.()/\u2010\u2011\u2012\u2013\u2014\u2212\u2022\u00b7")

#: `x123`, `ext. 9`, `extension 9`, `;ext=5` (RFC 3966), `#9`. A comma is a pause in dialing.
_EXTENSION = re.compile(
    r"\s*(?:;\s*ext=|,+|#|(?<![a-z])(?:extension|extn?|x)\s*[.:]?)\s*(?P<digits>\d{1,11})#?$", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:tel|sips?|callto):(?://)?", re.IGNORECASE)

#: Pakistan has six-digit emergency numbers.
_LONGEST_SHORT_NUMBER = 6

_BY_LENGTH = {
    ValidationResult.TOO_SHORT: "This number is too short. Enter the area code and all digits.",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "The area code is missing. Enter it before the number.",
    ValidationResult.TOO_LONG: "This number is too long. Check it for extra digits.",
    ValidationResult.INVALID_COUNTRY_CODE: "No country has this calling code. Check the digits after "
    "the plus sign.",
    ValidationResult.INVALID_LENGTH: "This number has the wrong number of digits. Check it.",
}


def parse_number(text: str, region: str) -> Number:
    """Parse what a user typed or pasted. A number without a plus belongs to `region` (ISO 3166-1 alpha-2).

    Raises NumberError.
    """
    tidied, extension = _without_extension(_tidy(text))
    digits = "".join(one for one in tidied if one.isdecimal())
    _check_characters(tidied, digits)
    _refuse_short(digits, region)
    try:
        parsed = phonenumbers.parse(_international(tidied, digits, region), region)
    except phonenumbers.NumberParseException as error:
        raise _bad(_by_parser(error)) from error
    _drop_mexican_one(parsed)
    result = phonenumbers.is_possible_number_with_reason(parsed)
    if result != ValidationResult.IS_POSSIBLE:
        raise _bad(_BY_LENGTH[result])
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    # The German numbering plan has numbers of 17 digits, which cannot be dialed from other countries.
    if re.fullmatch(E164, e164) is None:
        raise _bad(_BY_LENGTH[ValidationResult.TOO_LONG])
    return Number(e164=e164, extension=extension)


def _tidy(text: str) -> str:
    """The number without a URI around it, invisible characters from address books, full-width forms, and the
    apostrophe that spreadsheets put in front of what they could take for a formula.
    """
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    tidied = _of_uri(" ".join(visible.split()))
    return tidied[1:].lstrip() if re.match(r"['\u2018\u2019]\s*[+(\d]", tidied) else tidied


def _of_uri(text: str) -> str:
    """The number in a `tel:` (RFC 3966) or `sip:` URI (RFC 3261, section 19.1), with its extension."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return text
    number, *parameters = unquote(text[scheme.end() :]).split("@")[0].split(";")
    named = dict(one.lower().partition("=")[::2] for one in parameters)
    if (context := named.get("phone-context", "")).startswith("+") and not number.startswith("+"):
        number = context + number
    return f"{number.strip()};ext={named['ext']}" if named.get("ext") else number.strip()


def _without_extension(text: str) -> tuple[str, str]:
    found = _EXTENSION.search(text)
    return (text[: found.start()].rstrip(" ,"), found["digits"]) if found else (text, "")


def _international(text: str, digits: str, region: str) -> str:
    """The number with a plus in place of 00, even if `region` does not dial 00: no number begins with 00."""
    if text.startswith("+") or not digits.startswith("00") or _own_prefix(region).match(digits):
        return text
    return f"+{digits[2:]}"


def _drop_mexican_one(parsed: phonenumbers.PhoneNumber) -> None:
    """Until August 2019, mobile numbers in Mexico had a 1 before their ten digits (IFT, Plan Tecnico
    Fundamental de Numeracion). Many address books still have it; phonenumbers no longer accepts it.
    """
    national = parsed.national_number or 0
    if parsed.country_code == 52 and national // 10**10 == 1:
        parsed.national_number = national - 10**10


def _refuse_short(digits: str, region: str) -> None:
    """Raises NumberError for a number that only the caller's own network can reach."""
    if len(digits) > _LONGEST_SHORT_NUMBER:
        return
    at_home = phonenumbers.is_emergency_number(digits, region)
    if not at_home and _is_short(digits, region):
        raise NumberError(
            code=NumberProblem.SHORT_NUMBER,
            message=f"{digits} is a short number ({place_name(region)}): it can be reached only from "
            "phones there. "
            "Enter the full number of the person you want to call.",
        )
    # A rep who is abroad may well type the emergency number of their home country.
    if at_home or is_emergency(digits):
        raise NumberError(
            code=NumberProblem.EMERGENCY_NUMBER,
            message=f"{digits} is an emergency number. Call it from a phone. OnRecord cannot.",
        )


@lru_cache(maxsize=1024)
def _is_short(digits: str, region: str) -> bool:
    if region not in phonenumbers.SUPPORTED_SHORT_REGIONS:
        return False
    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(region),
        national_number=int(digits or 0),
        italian_leading_zero=digits.startswith("0") or None,
        number_of_leading_zeros=len(digits) - len(digits.lstrip("0")) or None,
    )
    return bool(phonenumbers.is_valid_short_number_for_region(number, region))


def _check_characters(text: str, digits: str) -> None:
    if not text:
        raise _bad("Enter a number.")
    letters = "".join(one for one in text if one.isalpha())
    if letters:
        raise _bad(f"A number cannot contain letters. Enter the digits for {letters[:20]!r}.")
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
    return NumberError(code=NumberProblem.BAD_NUMBER, message=message)


@lru_cache(maxsize=1024)
def is_emergency(digits: str) -> bool:
    """Whether it is an emergency number in any region: a rep who is abroad may type the one from home."""
    return len(digits) <= _LONGEST_SHORT_NUMBER and any(
        phonenumbers.is_emergency_number(digits, region) for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


@lru_cache(maxsize=8192)
def format_number(e164: str) -> str:
    """For display: `+14155550123` -> `+1 415-555-0123`. Text that cannot be parsed is returned unchanged."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def digits_of(text: str) -> str:
    """The digits of a text that looks like a phone number; empty for other text."""
    # The trunk zero, as in +44 (0)20 7946 0018, is dialed only within the country.
    tidied = _without_extension(_tidy(text))[0].replace("(0)", "")
    if any(not one.isdecimal() and one not in _PUNCTUATION for one in tidied):
        return ""
    return "".join(one for one in tidied if one.isdecimal())


def dial_prefixes(digits: str, region: str) -> list[str]:
    """E.164 prefixes that the digits may mean: with country code, as dialed in `region`, or from abroad."""
    meant = [digits, f"{phonenumbers.country_code_for_region(region)}{digits.lstrip('0')}"]
    if abroad := _leads_abroad(region).match(digits):
        meant.append(digits[abroad.end() :])
    return [f"+{one}" for one in meant]


@lru_cache(maxsize=256)
def _own_prefix(region: str) -> re.Pattern[str]:
    """The international prefix of `region`: what is dialed before a country code."""
    known = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    own = known.international_prefix if known else None
    return re.compile(f"(?:{own or '00'})")


def _leads_abroad(region: str) -> re.Pattern[str]:
    """The region's own international prefix, or 00, which most countries use."""
    return re.compile(f"{_own_prefix(region).pattern}|00")
