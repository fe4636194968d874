"""The visible text of a page, and what it must never contain."""

import re
from html.parser import HTMLParser
from itertools import pairwise

#: Elements whose content is not prose: code to copy, drawings, user input.
_SILENT = {"script", "style", "template", "code", "svg", "textarea", "noscript"}
#: Text after such a list may begin with the words of its last item.
_LISTS = {"select", "nav"}
_VOID = {"br", "hr", "img", "input", "link", "meta", "source"}

#: Faults, and the patterns that find them.
_NEVER = {
    "a value that is missing": re.compile(r"\b(None|null|undefined|NaN)\b(?! yet|:)"),
    "the code of a region": re.compile(r"\b[A-Z]{2}-[A-Z0-9]{2,3}\b"),
    "a timestamp for machines": re.compile(r"\d{4}-\d\d-\d\dT"),
    "a name out of the program": re.compile(r"\b[a-z]+_[a-z_]+\b|\b[a-z]+:[a-z]+:[a-z]+\b"),
    "an id": re.compile(r"\b[0-9a-f]{32,}\b"),
    "a word twice": re.compile(r"\b([a-z]{2,}) \1\b", re.IGNORECASE),
    "a plural of one": re.compile(r"(?<![\d,.])1 (calls|clips|days|users|times|seconds|numbers)\b"),
    "British spelling": re.compile(r"\b(dialled|dialling|cancelled|colours?|behaviour)\b", re.IGNORECASE),
    "a word that is not plain": re.compile(r"\bwhoever\b", re.IGNORECASE),
}


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attrs).get("href")):
            self.links.append(href)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass
        if tag in _LISTS:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and "main" in self._open and not _SILENT & set(self._open):
            self.texts.append(text)


def read(page: str) -> tuple[list[str], list[str]]:
    """The texts inside `main`, one for each piece between two tags, and all of the page's links."""
    reader = _Texts()
    reader.feed(page)
    return reader.texts, reader.links


def faults(texts: list[str]) -> list[str]:
    """The faults found, each with its text."""
    found = [f"{what}: {text}" for text in texts for what, form in _NEVER.items() if form.search(text)]
    twice = [
        f"said twice: {text}"
        for text, following in pairwise(texts)
        if re.search("[a-z]", text) and text.casefold() == following.casefold()
    ]
    return found + twice
