"""Finds where a phone number or an address is: country, states or provinces, area code.

North American numbers are resolved by `data/npa.csv` (NANPA's report of 2025-11-26), because phonenumbers
lags behind it: ten area codes in service fail its validity patterns. Other numbers are resolved by
phonenumbers, and never rejected for not matching a pattern.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

import phonenumbers


class AreaSource(StrEnum):
    """What an area was read from."""

    AREA_CODE = "area_code"
    CALLING_CODE = "calling_code"
    ADDRESS = "address"
    #: Toll-free, premium and personal numbers, which can ring anywhere.
    NON_GEOGRAPHIC = "non_geographic"
    #: An area code that is not in service, or not a number at all.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Area:
    """A place, as precisely as it is known. Several countries or subdivisions mean "one of these"."""

    source: AreaSource
    #: ISO 3166-1 alpha-2. Several when a shared calling code (+44) leaves it open; empty when unknown.
    countries: frozenset[str] = frozenset()
    #: ISO 3166-2. Several when an area code spans them (867); empty when not known.
    subdivisions: frozenset[str] = frozenset()
    #: First three digits of a North American number with a place.
    area_code: str | None = None

    @property
    def country(self) -> str | None:
        """The country, if there is exactly one."""
        return next(iter(self.countries)) if len(self.countries) == 1 else None

    @property
    def known(self) -> bool:
        return bool(self.countries)


UNKNOWN = Area(source=AreaSource.UNKNOWN)

#: Countries of the North American Numbering Plan as spelled in npa.csv.
_NANP_COUNTRIES = {
    "US": "US",
    "CANADA": "CA",
    "ANGUILLA": "AI",
    "ANTIGUA/BARBUDA": "AG",
    "BAHAMAS": "BS",
    "BARBADOS": "BB",
    "BERMUDA": "BM",
    "BRITISH VIRGIN ISLANDS": "VG",
    "CAYMAN ISLANDS": "KY",
    "DOMINICA": "DM",
    "DOMINICAN REPUBLIC": "DO",
    "GRENADA": "GD",
    "JAMAICA": "JM",
    "MONTSERRAT": "MS",
    "SINT MAARTEN": "SX",
    "ST. KITTS & NEVIS": "KN",
    "ST. VINCENT & GRENADINES": "VC",
    "ST.LUCIA": "LC",
    "TRINIDAD & TOBAGO": "TT",
    "TURKS & CAICOS ISLANDS": "TC",
}

#: ISO lists these as countries and as subdivisions of the United States; here they are always the latter.
US_TERRITORIES = {code: f"US-{code}" for code in ("AS", "GU", "MP", "PR", "VI")}

_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


def area_of_number(number: str) -> Area:
    """Area of an E.164 number. Never raises: anything unreadable is `UNKNOWN`.

    For North American numbers the first five characters (`+1415`) are enough, so it works while typing.
    """
    if not (number.startswith("+") and number.isascii() and number[1:].isdecimal()):
        return UNKNOWN
    if number.startswith("+1"):
        return area_codes().get(number[2:5], UNKNOWN)
    return _area_abroad(number)


@lru_cache(maxsize=65536)
def _area_abroad(number: str) -> Area:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return UNKNOWN
    region = phonenumbers.region_code_for_number(parsed)
    regions = [region] if region else phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    countries = frozenset(code for code in regions if code in country_names())
    # "001" means services without a country, such as +800.
    source = AreaSource.CALLING_CODE if countries else AreaSource.NON_GEOGRAPHIC
    return Area(source=source, countries=countries)


def area_of_address(country: str | None, subdivision: str | None = None) -> Area | None:
    """Area of a stored address; None if nothing in it can be understood.

    `country` is an ISO 3166-1 code or an English name, `subdivision` an ISO 3166-2 code, its last part (`CA`)
    or, in the United States and Canada, a name (`California`).
    """
    country_code = _code_of((country or "").strip(), country_names())
    region = (subdivision or "").strip()
    if country_code in US_TERRITORIES:
        country_code, region = "US", US_TERRITORIES[country_code]
    subdivision_code = _subdivision_code(country_code, region)
    if country_code is None and subdivision_code is None:
        return None
    return Area(
        source=AreaSource.ADDRESS,
        countries=frozenset({country_code or str(subdivision_code)[:2]}),
        subdivisions=frozenset({subdivision_code} if subdivision_code else ()),
    )


def _subdivision_code(country: str | None, text: str) -> str | None:
    """ISO 3166-2 code of a state or province; None if it is ambiguous or belongs to another country."""
    if not text:
        return None
    candidates = [text.upper(), f"{country}-{text.upper()}"] if country else [text.upper()]
    code = next((one for one in candidates if is_subdivision(one)), None) or _code_of(
        text, subdivision_names()
    )
    return code if code and country in {None, code[:2]} else None


def _code_of(text: str, names: dict[str, str]) -> str | None:
    if text.upper() in names:
        return text.upper()
    return next((code for code, name in names.items() if name.casefold() == text.casefold()), None)


def is_subdivision(code: str) -> bool:
    """Whether this is an ISO 3166-2 code: checked by list for the US and Canada, otherwise by format."""
    if code[:3] in {"US-", "CA-"}:
        return code in subdivision_names()
    return bool(_SUBDIVISION.fullmatch(code)) and code[:2] in country_names()


def place_name(code: str) -> str:
    """English name of a country, subdivision or area code as used in sentences."""
    if code.isdecimal():
        return f"area code {code}"
    return subdivision_names().get(code) or country_names().get(code) or _region_names().get(code) or code


#: Prefixes and suffixes of English names that take an article inside a sentence, and other such names.
_ARTICLE_BEGINS = ("United ", "U.S. ", "Isle of ")
_ARTICLE_ENDS = ("lands", " Is", " Republic", " Territory", " Territories")
_ARTICLE = {"Bahamas", "Comoros", "District of Columbia", "Gambia", "Maldives", "Philippines", "Seychelles"}


def place_in_sentence(code: str) -> str:
    """`place_name` with the article that it takes inside a sentence: "the United Kingdom", "Texas"."""
    name = place_name(code)
    takes_one = name in _ARTICLE or name.startswith(_ARTICLE_BEGINS) or name.endswith(_ARTICLE_ENDS)
    return f"the {name}" if takes_one else name


@cache
def places_in_sentence() -> frozenset[str]:
    """Every place that has a name, as `place_in_sentence` writes it."""
    codes = (*area_codes(), *subdivision_names(), *_region_names(), *country_names())
    return frozenset(map(place_in_sentence, codes))


@cache
def area_codes() -> dict[str, Area]:
    """Every assigned North American area code with its area, including non-geographic ones."""
    return {row["npa"]: _area_of_row(row) for row in _rows("npa.csv") if row["in_service"] == "Y"}


def _area_of_row(row: dict[str, str]) -> Area:
    if row["use"] != "G":
        return Area(source=AreaSource.NON_GEOGRAPHIC)
    return Area(
        source=AreaSource.AREA_CODE,
        countries=frozenset({_NANP_COUNTRIES[row["country"]]}),
        subdivisions=frozenset(filter(None, row["iso3166_2"].split("|"))),
        area_code=row["npa"],
    )


@cache
def subdivision_names() -> dict[str, str]:
    """ISO 3166-2 code to name, for the United States and Canada."""
    return {row["code"]: row["name"] for row in _rows("subdivisions.csv")}


@cache
def _region_names() -> dict[str, str]:
    """ISO 3166-2 code to English name outside the United States and Canada, as far as CLDR 48.2 names them.

    Only for display: `is_subdivision` accepts any code in the right format, because the list lags behind ISO.
    """
    return {row["code"]: row["name"] for row in _rows("regions.csv")}


@cache
def country_names() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code to English name, from the table in tzdata."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    names = dict(line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    # Kosovo has a calling code (+383) but no ISO code: the EU and CLDR use XK, which ISO leaves free.
    return names | {"GB": "United Kingdom", "XK": "Kosovo"}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("onrecord.policy") / "data" / name).read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))
