"""What the Recordings page is asked for: the query string as a value, and back. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlencode

from onrecord.whole_numbers import whole_number

#: Lengths to choose from: at least and less than, in minutes.
LENGTHS: dict[str, tuple[int, int | None]] = {
    "under-1": (0, 1),
    "1-5": (1, 5),
    "5-15": (5, 15),
    "15-30": (15, 30),
    "over-30": (30, None),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Empty, None or False where nothing is asked for."""

    q: str = ""
    source: str = ""
    rep: int | None = None
    group: int | None = None
    person: int | None = None
    playlist: int | None = None
    #: Days in the reader's time zone, both included.
    since: date | None = None
    until: date | None = None
    #: A key of LENGTHS.
    length: str = ""
    disposition: str = ""
    sentiment: str = ""
    notes: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """From a page's query. What cannot be read is not asked for: a saved view outlives what it names."""
        length = query.get("length", "")
        return cls(
            q=query.get("q", "").strip()[:100],
            source=query.get("source", ""),
            rep=whole_number(query.get("rep", "")),
            group=whole_number(query.get("group", "")),
            person=whole_number(query.get("person", "")),
            playlist=whole_number(query.get("playlist", "")),
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            length=length if length in LENGTHS else "",
            disposition=query.get("disposition", ""),
            sentiment=query.get("sentiment", ""),
            notes=query.get("notes") == "yes",
        )

    @property
    def query(self) -> str:
        """The query string that says the same, always in the same way."""
        asked = {name: value for name, value in asdict(self).items() if value}
        return urlencode(asked | ({"notes": "yes"} if self.notes else {}))

    def without(self, name: str) -> str:
        """The query string without one of the filters."""
        return replace(self, **{name: _NOTHING[name]}).query

    @property
    def count(self) -> int:
        """How many there are, the search not counted."""
        return sum(1 for name, value in asdict(self).items() if value and name != "q")


_NOTHING = asdict(Filters())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
