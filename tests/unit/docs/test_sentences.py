"""What people read can be listed, and is written in plain American English."""

import ast
import io
import re
import runpy
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "scripts/sentences.py"))
everything = cache(SCRIPT["everything"])
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYTHON = sorted(path for path in (ROOT / "src/onrecord").rglob("*.py") if "migrations" not in path.parts)
TYPESCRIPT = sorted((ROOT / "frontend/src").rglob("*.ts"))

#: Phrases that came with another language, and what to write instead.
CALQUES = {
    r"(?<!there )\b(is|are|was|were) no (?!more|less|one|\w+er\b)[a-z]": "is not a",
    r"(^|[.;:] )(?-i:Who) [a-z]+ ([^,.;:?]+ )?(is|has|must|may|can|gets|needs|waits) [^?.]*\.": "Anyone who",
    r"\b(nobody|no one|none) is (told|asked)\b": "do not tell anyone",
    r"\bstands? (there|under|in|at|on|behind|beside|open|before)\b": "is",
    r"\bof no account\b": "ignored",
    r"\b(is|are) as good\b": "is fine",
    r"\btold (of|to (the|a|browsers|everyone)\b)": "sent, reported",
    r"\bfor want of\b": "without",
    r"\b(mend|mends|mended|mending)\b": "fix",
    r"\banew\b": "again",
    r"(?<!there )\bis (?-i:none)\b": "is not one",
    r"\b(dialled|dialling|cancelled|cancelling|signalling|labelled)\b"
    r"|\w*(behaviour|colour|favour|honour|neighbour)\w*"
    r"|\b(author|capital|initial|minim|normal|organ|recogn|serial|summar|synchron)is(e|ed|es|ing|ation)\b": (
        "the American spelling"
    ),
}


def paragraphs(document: str) -> list[str]:
    """What is between empty lines, and each line of a table or list; without blocks of code."""
    text = re.sub(r"```.*?```", "", document, flags=re.DOTALL)
    return re.split(r"\n\s*\n|\n(?=[|\-*#0-9])", text)


def comments_of_python(source: str) -> Iterator[str]:
    """Docstrings, and comments with those on the lines after them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from re.split(r"\n\s*\n", ast.get_docstring(node) or "")
    block: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield " ".join(block)
                block = []
            block.append(token.string.lstrip("#: "))
            last = token.start[0]
    yield " ".join(block)


def comments_of_typescript(source: str) -> Iterator[str]:
    for one in re.findall(r"/\*.*?\*/|(?:^\s*//[^\n]*\n)+|//[^\n]*", source, re.DOTALL | re.MULTILINE):
        yield re.sub(r"[ \n]*(/\*+|\*/|\*|//) ?", " ", one)


@cache
def prose() -> tuple[tuple[str, str], ...]:
    """Where and what: the sentences of users, the documents, the comments."""
    sentences = [(f"{one.place}:{one.line}", one.text) for found in everything().values() for one in found]
    written = [(path, list(paragraphs(path.read_text()))) for path in DOCUMENTS]
    written += [(path, list(comments_of_python(path.read_text()))) for path in PYTHON]
    written += [(path, list(comments_of_typescript(path.read_text()))) for path in TYPESCRIPT]
    named = [
        (str(path.relative_to(ROOT)), " ".join(text.split())) for path, texts in written for text in texts
    ]
    return (*sentences, *named)


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("page calls/list.html", "Newest first. Each call shows its recording, or why there is none."),
        ("page calls/list.html", "Contact, rep, number, or notes"),
        ("page people/detail.html", "…Listen to Recording"),
        ("page recordings/list.html", "No recordings yet"),
        ("src/onrecord/apps/core/json_input.py", "The JSON is nested too deeply: … levels are allowed."),
        ("src/onrecord/policy/reasons.py", "Off: this person is marked Do Not Record."),
        ("src/onrecord/cli.py", "Run all four processes under one supervisor."),
        ("frontend/src/player/comments.ts", "Comment at …"),
        ("frontend/src/call/recording.ts", "Record Next Call"),
    ],
)
def test_the_list_of_sentences_has_those_of_pages_errors_reasons_commands_and_scripts(
    heading: str, sentence: str
) -> None:
    assert sentence in [one.text for one in everything()[heading]]


@pytest.mark.parametrize(
    ("name", "source", "sentences"),
    [
        ("page.html", '<p title="Why so">Two <b>words</b></p>', ["Why so", "Two words"]),
        ("page.html", "<p>{% if a %}It is on{% else %}It is off{% endif %}</p>", ["It is on", "It is off"]),
        ("page.html", "<p>{{ 'Not yet' if a }} was said by {{ name }}</p>", ["… was said by …", "Not yet"]),
        ("page.html", "{# A comment here #}<i class='a b'>lower</i>", []),
        (
            "module.py",
            '"""A docstring."""\nx = f"It is {y!r}, {\'very so\' if z else 1}."',
            ["It is …, ….", "very so"],
        ),
        ("module.py", 'x = "SELECT a FROM b", "Content-Type", "a_name", "lower"', []),
        (
            "script.ts",
            "// Not this\nconst a = `It took ${b ? 'very long' : 1} s`",
            ["very long", "It took … s"],
        ),
        ("script.ts", 'const a = "click", b = html`<p>Two words</p>`', ["Two words"]),
    ],
)
def test_words_are_told_from_code(tmp_path: Path, name: str, source: str, sentences: list[str]) -> None:
    path = tmp_path / name
    path.write_text(source)
    read = {".html": "of_template", ".py": "of_python", ".ts": "of_typescript"}[path.suffix]
    assert [one.text for one in SCRIPT[read](path)] == sentences


@pytest.mark.parametrize(("calque", "instead"), CALQUES.items())
def test_no_sentence_has_a_phrase_that_came_with_another_language(calque: str, instead: str) -> None:
    found = [f"{where}: {text}" for where, text in prose() if re.search(calque, text, re.IGNORECASE)]
    assert not found, f"write {instead!r}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("sentence", "is_one"),
    [
        ("'x' is no address.", True),
        ("There is no address.", False),
        ("It is no longer there.", False),
        ("Who is late waits for the rest.", True),
        ("Who was late, and by how much.", False),
        ("Who is late?", False),
        ("The text stands there twice.", True),
        ("Each letter stands for a digit.", False),
        ("Mend that first.", True),
        ("While it is dialling.", True),
        ("Its behaviour is normal.", True),
        ("It recognises and synchronised.", True),
        ("The emphasis is on dialing and color.", False),
    ],
)
def test_the_phrases_are_told_from_plain_english(sentence: str, is_one: bool) -> None:
    assert is_one is any(re.search(calque, sentence, re.IGNORECASE) for calque in CALQUES)
