"""Converts places as admins write them to the codes in rules, and back. Pure."""

import re
from functools import cache

from onrecord.policy.areas import US_TERRITORIES, country_names, subdivision_names
from onrecord.policy.document import EVERYWHERE

_SEPARATOR = re.compile(r"[,;\n]+")
_EVERYWHERE_WORDS = {EVERYWHERE, "everywhere"}


class PlaceError(ValueError):
    """The text does not name exactly one place."""


def read_places(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Codes of the places listed in a text, without duplicates, and a sentence for each unclear entry.

    Entries are separated by commas or line breaks. An entry that is not a name is left for the policy to
    check.
    """
    codes: list[str] = []
    problems: list[str] = []
    for entry in filter(None, (part.strip() for part in _SEPARATOR.split(text))):
        try:
            codes.append(read_place(entry))
        except PlaceError as error:
            problems.append(str(error))
    return tuple(dict.fromkeys(codes)), problems


def read_place(entry: str) -> str:
    """Code of one place: an area code, an ISO 3166 code, a name or `everywhere`. Raises PlaceError."""
    if entry.casefold() in _EVERYWHERE_WORDS:
        return EVERYWHERE
    upper = entry.upper()
    if upper in US_TERRITORIES:
        return US_TERRITORIES[upper]
    if upper in country_names():
        return _country(upper)
    codes = _codes_by_name().get(entry.casefold(), ())
    if len(codes) > 1:
        raise PlaceError(f"'{entry}' can be more than one place: write {' or '.join(codes)}.")
    if codes:
        return codes[0]
    return upper if upper in subdivision_names() else entry


def _country(code: str) -> str:
    """ISO 3166-1 has CA for Canada, but anyone who writes it may mean California."""
    state = f"US-{code}"
    if state in subdivision_names():
        country, name = country_names()[code], subdivision_names()[state]
        raise PlaceError(f"'{code}' can be {name} or {country}: write {state}, or {country} in full.")
    return code


def write_place(code: str) -> str:
    """A text that `read_place` turns into this code: the name, unless that is ambiguous."""
    if code == EVERYWHERE:
        return "everywhere"
    name = subdivision_names().get(code) or country_names().get(code)
    return name if name and _codes_by_name()[name.casefold()] == (code,) else code


@cache
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    """Codes by lowercase name; states before countries with the same name."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name in (subdivision_names() | country_names()).items():
        # Puerto Rico and others are also countries in ISO 3166-1; rules treat them as states.
        if code not in US_TERRITORIES:
            found[name.casefold()] = (*found.get(name.casefold(), ()), code)
    return found
