"""Every request that the pages can make, and hostile or broken variants of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from hypothesis import strategies as st

from harness.everything import ENDLESS, address_of, patterns, read_through
from onrecord.apps.core.paging import encode

#: What programs, spreadsheets and attackers send instead of what is expected.
TEXTS = [
    "", " ", "0", "-1", "1.5", "1e999", "NaN", "Infinity", "9" * 18, "9" * 19, "9" * 40, "9" * 5000, "٣", "²",
    "0001-01-01", "9999-12-31", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "\0", "a\0b", "\x1b[1m", "\x7f", "\u202e", "\ufeff", "\ufffe", "\U0010ffff", "😀", "\r\n", "a\r\nb: c",
    "x" * 256, "x" * 70_000, "한" * 500, "\ufdfa" * 500, "ß" * 300, "e\u0301" * 300, "Ł" * 201,
    "'", '"', "<b>&amp;", "' OR 1=1 --", "%", "%00", "%FF", "%E0%A4", "..", "../..", "//", "\\", ";", "*",
    "=1+1", "+", "+1", "+999999999999999999", "911", "tel:", "users:", ":", "true", "on", "null",
    encode("0001-01-01T00:00:00+14:00", "x"), encode("2026-01-01T00:00:00+00:00", 10**400), encode(None),
]  # fmt: skip

#: Headers that our code or its libraries read.
HEADERS = [
    "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Referer", "Origin", "Host", "Cookie",
    "Range", "If-None-Match", "If-Range", "Last-Event-ID", "Idempotency-Key", "Authorization", "X-CSRFToken",
    "HX-Request", "HX-Target", "HX-Current-URL", "HX-Boosted", "OnRecord-Ticket", "OnRecord-Signature",
]  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    return st.sampled_from(TEXTS) | st.text(max_size=60)


@dataclass(frozen=True)
class Ask:
    """A request from a page: the URL as a pattern with placeholders, and the data sent with it."""

    method: str
    pattern: str
    #: The valid values of each field, if the page lists them.
    fields: Mapping[str, list[str]] = field(default_factory=dict)


class _Page(HTMLParser):
    """The forms of a page, and its links' query strings."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.asks: list[Ask] = []
        self._path = path
        self._form: Ask | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        match tag:
            case "a" if given.get("href", "").startswith("/") and "?" in given["href"]:
                href = urlsplit(given["href"])
                self.asks.append(Ask("GET", href.path, {key: [text] for key, text in parse_qsl(href.query)}))
            case "form":
                action = urlsplit(given.get("action") or self._path).path
                self._form = Ask(given.get("method", "get").upper(), action, {})
                self.asks.append(self._form)
            case "select":
                self._select = name
            case "option" if self._select:
                self._hold(self._select, given.get("value", ""))
            case "input" | "textarea" | "button" if name:
                self._hold(name, given.get("value", "on" if given.get("type") == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def _hold(self, name: str, text: str) -> None:
        if self._form is not None:
            self._form.fields.setdefault(name, []).append(text)  # type: ignore[attr-defined]


def asks(client: Client, ids: dict[str, str]) -> list[Ask]:
    """Every URL, every form of every page, and every kind of link with a query string."""
    found = []
    for pattern in patterns():
        path = address_of(pattern, ids)
        answer = client.get(path)
        found.append(Ask("POST" if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED else "GET", pattern))
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            page = _Page(path)
            page.feed(read_through(answer).decode())
            found += [replace(ask, pattern=_patterned(ask.pattern, ids)) for ask in page.asks]
    # Only one of several equal forms, such as one per row.
    return list({(ask.method, ask.pattern, *sorted(ask.fields)): ask for ask in found}.values())


def _patterned(path: str, ids: dict[str, str]) -> str:
    """The URL with placeholders for IDs."""
    by_value = {value: placeholder for placeholder, value in ids.items() if not value.isdecimal()}
    return "/".join(by_value.get(part, part) for part in path.lstrip("/").split("/"))


@dataclass(frozen=True)
class Sent:
    """A request as sent."""

    method: str
    path: str
    fields: dict[str, list[str]]
    headers: dict[str, str]
    address: str


#: What can be corrupted in any request besides its IDs and fields.
_AROUND = ("header", "address", "unknown field")


@st.composite
def hostile(draw: st.DrawFn, known: list[Ask], ids: dict[str, str]) -> Sent:
    """One of the requests with up to three parts corrupted. The rest is valid, so that it gets far."""
    ask = draw(st.sampled_from([one for one in known if one.fields]) | st.sampled_from(known))
    parts = [*ask.fields, *(name for name in ids if name in ask.pattern), *_AROUND]
    spoilt = draw(st.sets(st.sampled_from(parts), max_size=3))
    there = {name: quote(draw(texts()), safe="") if name in spoilt else value for name, value in ids.items()}
    fields = {name: [draw(st.sampled_from(held))] for name, held in ask.fields.items()}
    for name in spoilt & fields.keys():
        fields[name] = draw(st.lists(texts() | _longer(fields[name][0]), max_size=2))
    if "unknown field" in spoilt:
        fields[draw(texts())] = [draw(texts())]
    header = {draw(st.sampled_from(HEADERS)): draw(texts()).encode().decode("latin-1")}
    return Sent(
        method=ask.method,
        path=address_of(ask.pattern, there),
        fields=fields,
        headers=header if "header" in spoilt else {},
        address=draw(texts()) if "address" in spoilt else "203.0.113.7",
    )


def _longer(right: str) -> st.SearchStrategy[str]:
    """A valid value, repeated or with something odd after it."""
    return st.sampled_from(["\0", "\x1b", " ", "\ufdfa" * 300, right * 99]).map(lambda more: f"{right}{more}")


def send(sent: Sent, session: str) -> HttpResponseBase:
    """The response. All changes are rolled back."""
    client = Client(REMOTE_ADDR=sent.address)
    client.cookies["sessionid"] = session
    with transaction.atomic():
        if sent.method == "GET":
            query = urlencode(sent.fields, doseq=True)
            answer: Any = client.get(f"{sent.path}?{query}", headers=sent.headers)
        else:
            answer = client.post(sent.path, sent.fields, headers=sent.headers)
        if sent.path.strip("/") != ENDLESS:
            read_through(answer)
        transaction.set_rollback(True)
    return answer


def spoilt(content: Any) -> st.SearchStrategy[Any]:
    """The same JSON with one value replaced or left out."""
    odd = texts() | st.sampled_from(_ODD) | st.text(st.characters(exclude_categories=()), max_size=9)
    ways = list(_ways(content))
    return st.builds(lambda way, value: _with(content, way, value), st.sampled_from(ways), odd)


_DEEP: Any = []
for _ in range(40):
    _DEEP = [_DEEP]
_ODD: list[Any] = [
    None, True, False, 0, -1, 10**18, 10**40, -(10**400), 1e308, -0.0, float("nan"), float("inf"), [], {},
    [{}], [None], {"a": []}, {"\0": "\0"}, "\ud83d", "\0", "a\0" * 300, _DEEP, -62_135_596_800,
    253_402_300_800, 9.9e17,
]  # fmt: skip


def _ways(content: Any, way: tuple[Any, ...] = ()) -> Any:
    yield way
    pairs = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in pairs:
        yield from _ways(value, (*way, key))


def _with(content: Any, way: tuple[Any, ...], value: Any) -> Any:
    if not way:
        return value
    first, rest = way[0], way[1:]
    if isinstance(content, dict):
        return content | {first: _with(content[first], rest, value)}
    return [_with(one, rest, value) if at == first else one for at, one in enumerate(content)]
