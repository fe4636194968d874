"""Prints every sentence that a person can read, by page: `python scripts/sentences.py [WORDS]`.

Pages are printed with the templates that they extend, include and import, followed by the strings of each
Python module (errors, reasons, audit lines, notifications, command output) and of each TypeScript file. `…`
stands for an inserted value. With WORDS, only sentences that contain them, ignoring case.
"""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/onrecord"
TEMPLATES = SOURCE / "web/templates"
FRONTEND = ROOT / "frontend/src"
VALUE = "…"
#: Marks where a template chooses between texts.
_ELSE = "\x1f"
#: HTML attributes that are shown or read aloud.
_SEEN = {"alt", "aria-label", "data-says", "label", "placeholder", "title"}
#: Elements within a sentence.
_INLINE = {"a", "b", "bdi", "code", "em", "i", "mark", "q", "small", "span", "strong", "time"}
#: Two words, or one that starts with a capital.
_WORDS = re.compile(r"[^\W\d_]['\u2019\w]*[,:;.]?\s+\W*\w|^\W*[A-Z][a-z]")
#: Strings with spaces that are for machines: SQL, HTTP headers, CSS selectors, command lines.
_FOR_MACHINES = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|VACUUM|BEGIN|WITH|SET|UNION|ORDER BY|AFTER)\b"
    r"|^[A-Z]\w*(-[A-Z]\w*)+$|^[#.&>\[:]|^--|\\[dws]|^\w+\[|^<\w|^\w+: \w+;"
)
#: Modules whose docstrings are shown: as the help of commands, and in the description of the API.
_SHOWN_DOCSTRINGS = (SOURCE / "cli.py", SOURCE / "web/api")


class Sentence(NamedTuple):
    """A sentence and its location; `place` is a path from the top of the repository."""

    place: str
    line: int
    text: str


class _Text(HTMLParser):
    """The text of HTML: a sentence for each block and for each visible attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._parts: list[str] = []
        self._line = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._end()
        for name, value in attrs:
            if name in _SEEN and value:
                self.found += [(self.getpos()[0], text) for text in value.split(_ELSE)]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._end()

    def handle_data(self, data: str) -> None:
        if not "".join(self._parts).strip():
            self._line = self.getpos()[0] + len(data) - len(data.lstrip("\n"))
        self._parts.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        self.found += [(self._line, text) for text in "".join(self._parts).split(_ELSE)]
        self._parts = []


def _of_html(html: str) -> list[tuple[int, str]]:
    parser = _Text()
    parser.feed(html)
    parser.close()
    return parser.found


def _readable(place: Path, found: list[tuple[int, str]]) -> list[Sentence]:
    name = str(place.relative_to(ROOT)) if place.is_relative_to(ROOT) else place.name
    texts = [(line, " ".join(text.split())) for line, text in found]
    return [
        Sentence(name, line, text)
        for line, text in texts
        if _WORDS.search(text) and not _FOR_MACHINES.search(text)
    ]


def of_template(path: Path) -> list[Sentence]:
    """Text, visible attributes, and the strings in expressions of one template."""
    html: list[str] = []
    strings: list[tuple[int, str]] = []
    for line, kind, value in Environment(autoescape=True).lex(path.read_text()):
        if kind == "data":
            html.append(value)
        elif kind == "variable_begin":
            html.append(VALUE)
        elif kind == "name" and value in ("elif", "else"):
            html.append(_ELSE)
        elif kind == "string":
            strings.append((line, value[1:-1]))
        elif kind in ("comment", "whitespace"):
            html.append("\n" * value.count("\n"))
    named = [one for one in strings if not one[1].endswith(".html") and not one[1].startswith("/")]
    return sorted(_readable(path, _of_html("".join(html)) + named), key=lambda one: one.line)


def pages() -> dict[str, list[Sentence]]:
    """Each page's template with everything that it extends, includes and imports."""
    uses = {
        path.relative_to(TEMPLATES).as_posix(): re.findall(
            r"{%-? *(?:extends|include|from|import) \"(.+?)\"", path.read_text()
        )
        for path in sorted(TEMPLATES.rglob("*.html"))
    }
    used = {name for names in uses.values() for name in names}

    def walk(name: str, seen: list[str]) -> list[str]:
        if name not in seen:
            seen.append(name)
            for other in uses[name]:
                walk(other, seen)
        return seen

    return {
        name: [one for part in walk(name, []) for one in of_template(TEMPLATES / part)]
        for name in uses
        if name not in used
    }


def _strings_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Strings below a node, without docstrings; an f-string counts as one."""
    match node:
        case ast.Constant(value=str(text)):
            yield node.lineno, text
        case ast.JoinedStr(values=values):
            parts = [str(one.value) if isinstance(one, ast.Constant) else VALUE for one in values]
            yield node.lineno, "".join(parts)
            for value in values:
                if isinstance(value, ast.FormattedValue):
                    yield from _strings_of(value.value)
        case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _strings_of(child)


def of_python(path: Path) -> list[Sentence]:
    """The strings of one module that people read, and docstrings where they are shown."""
    tree = ast.parse(path.read_text())
    found = list(_strings_of(tree))
    if any(path.is_relative_to(shown) for shown in _SHOWN_DOCSTRINGS):
        found += [
            (node.lineno, ast.get_docstring(node) or "")
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        ]
    return _readable(path, found)


_TYPESCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/|'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`", re.DOTALL
)
_PUT_IN = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


def of_typescript(path: Path) -> list[Sentence]:
    """The string literals of one TypeScript file that people read; for HTML, its text."""
    source = path.read_text()
    found = []
    for match in _TYPESCRIPT.finditer(source):
        text = next((one for one in match.groups() if one), "")
        line = source.count("\n", 0, match.start()) + 1
        for inner in _PUT_IN.findall(text):
            found += [(line, one) for one in re.findall(r"'([^'\n]*)'", inner)]
        html = _PUT_IN.sub(VALUE, text)
        found += [(line + at - 1, one) for at, one in _of_html(html)] if "<" in html else [(line, html)]
    return _readable(path, found)


def everything() -> dict[str, list[Sentence]]:
    """All sentences under their headings: a page, a module or a file."""
    modules = {
        path: of_python(path) for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts
    }
    scripts = {path: of_typescript(path) for path in sorted(FRONTEND.rglob("*.ts"))}
    return {
        **{f"page {name}": sentences for name, sentences in pages().items()},
        **{str(path.relative_to(ROOT)): sentences for path, sentences in (modules | scripts).items()},
    }


def main() -> None:
    """Print each sentence once, under the first heading that has it."""
    words = " ".join(sys.argv[1:]).lower()
    printed: set[Sentence] = set()
    for heading, sentences in everything().items():
        shown = [one for one in sentences if one not in printed and words in one.text.lower()]
        printed.update(shown)
        if shown:
            print(f"\n## {heading}")
        for one in shown:
            print(f"{one.place.rpartition('/')[2]}:{one.line}  {one.text}")


if __name__ == "__main__":
    main()
