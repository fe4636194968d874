"""Which numbers may be dialed. Pure. All code that places a call must check here.

A number that costs the team extra is refused, with a message that says why and what to do. A number of
unknown kind may be dialed: see `numbers`.
"""

import phonenumbers
from phonenumbers import PhoneNumberType

from onrecord.apps.people.numbers import Number, NumberError, NumberProblem, format_number, parse_number

#: Country calling codes that belong to no country (annex to ITU Operational Bulletin 1114): Inmarsat,
#: Iridium and Globalstar, international networks; shared cost; premium rate.
_CODES = {
    870: NumberProblem.SATELLITE_NUMBER,
    881: NumberProblem.SATELLITE_NUMBER,
    882: NumberProblem.SATELLITE_NUMBER,
    883: NumberProblem.SATELLITE_NUMBER,
    808: NumberProblem.SHARED_COST_NUMBER,
    979: NumberProblem.PREMIUM_RATE_NUMBER,
}
#: Kinds of number that phonenumbers recognizes.
_KINDS = {
    PhoneNumberType.PREMIUM_RATE: NumberProblem.PREMIUM_RATE_NUMBER,
    PhoneNumberType.SHARED_COST: NumberProblem.SHARED_COST_NUMBER,
}
_SENTENCES = {
    NumberProblem.PREMIUM_RATE_NUMBER: "{} is a premium-rate number: your team would pay extra for every "
    "minute. Ask for an ordinary number instead.",
    NumberProblem.SHARED_COST_NUMBER: "{} is a shared-cost number: it has its own rate, and often cannot "
    "be reached from other countries. Ask for an ordinary number instead.",
    NumberProblem.SATELLITE_NUMBER: "{} is a satellite or international network number: a minute may cost "
    "several dollars. Ask for an ordinary number instead.",
}


def to_dial(text: str, region: str) -> Number:
    """The number that a user typed in order to call it, parsed by `parse_number`. Raises NumberError."""
    number = parse_number(text, region)
    if (problem := _expensive(number.e164)) is not None:
        raise NumberError(code=problem, message=_SENTENCES[problem].format(format_number(number.e164)))
    return number


def _expensive(e164: str) -> NumberProblem | None:
    parsed = phonenumbers.parse(e164)
    if (problem := _CODES.get(parsed.country_code or 0)) is not None:
        return problem
    # North America: area code 900 (47 CFR 64.1501), and the exchange 976 of every area code, which
    # carriers reserve for paid information services.
    if parsed.country_code == 1 and (e164[2:5] == "900" or e164[5:8] == "976"):
        return NumberProblem.PREMIUM_RATE_NUMBER
    return _KINDS.get(phonenumbers.number_type(parsed))
