"""The filters of the Recordings page, read from the query string and written back to it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlencode

from onrecord.apps.core.query_params import choice_param, date_param, id_param, search_param, text_param

#: Choices of length in minutes: at least the first, less than the second.
LENGTHS: dict[str, tuple[int, int | None]] = {
    "under-1": (0, 1),
    "1-5": (1, 5),
    "5-15": (5, 15),
    "15-30": (15, 30),
    "over-30": (30, None),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """A filter that is empty, None, or False does not filter."""

    q: str = ""
    source: str = ""
    rep: int | None = None
    group: int | None = None
    person: int | None = None
    playlist: int | None = None
    #: Days in the reader's time zone. Both are included.
    since: date | None = None
    until: date | None = None
    #: A key of LENGTHS.
    length: str = ""
    disposition: str = ""
    sentiment: str = ""
    notes: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Read a page's query parameters. Raises FilterError."""
        return cls(
            q=search_param(query),
            source=text_param(query, "source"),
            rep=id_param(query, "rep"),
            group=id_param(query, "group"),
            person=id_param(query, "person"),
            playlist=id_param(query, "playlist"),
            since=date_param(query, "since"),
            until=date_param(query, "until"),
            length=choice_param(query, "length", LENGTHS),
            disposition=text_param(query, "disposition"),
            sentiment=text_param(query, "sentiment"),
            notes=choice_param(query, "notes", ["yes"]) == "yes",
        )

    @property
    def query(self) -> str:
        """The filters as a query string, always written the same way."""
        asked = {name: value for name, value in asdict(self).items() if value}
        return urlencode(asked | ({"notes": "yes"} if self.notes else {}))

    def without(self, name: str) -> str:
        """The query string without one of the filters."""
        return replace(self, **{name: _NOTHING[name]}).query

    @property
    def count(self) -> int:
        """How many filters are set, not counting the search."""
        return sum(1 for name, value in asdict(self).items() if value and name != "q")


_NOTHING = asdict(Filters())
