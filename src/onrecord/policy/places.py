"""Places as admins write them, as codes that rules use, and back: pure."""

import re
from functools import cache

from onrecord.policy.areas import US_TERRITORIES, country_names, subdivision_names
from onrecord.policy.document import EVERYWHERE

_SEPARATOR = re.compile(r"[,;\n]+")
_EVERYWHERE_WORDS = {EVERYWHERE, "everywhere"}


class PlaceError(ValueError):
    """A text that names no place, or more than one."""


def read_places(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Codes of the places that a text lists, each once, and a sentence for each entry that is unclear.

    Entries stand between commas or on lines of their own. What is no name is left to the policy to judge.
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
    """Code of one place: an area code, a code of ISO 3166, a name, `everywhere`. Raises PlaceError."""
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
    """ISO 3166-1 has CA for Canada, but who writes it may well mean California."""
    state = f"US-{code}"
    if state in subdivision_names():
        country, name = country_names()[code], subdivision_names()[state]
        raise PlaceError(f"'{code}' can be {name} or {country}: write {state}, or {country} in full.")
    return code


def write_place(code: str) -> str:
    """What `read_place` reads as this code: the name, unless that is ambiguous."""
    if code == EVERYWHERE:
        return "everywhere"
    name = subdivision_names().get(code) or country_names().get(code)
    return name if name and _codes_by_name()[name.casefold()] == (code,) else code


@cache
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    """Codes by name in small letters. The state before the country, where they share one."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name in (subdivision_names() | country_names()).items():
        # Puerto Rico and the like are countries too by ISO 3166-1; to rules they are states.
        if code not in US_TERRITORIES:
            found[name.casefold()] = (*found.get(name.casefold(), ()), code)
    return found
