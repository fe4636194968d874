"""Class names begin with their component, so that no stylesheet styles another's by accident."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[3]
STYLES = ROOT / "frontend" / "src" / "styles"
#: What pages and components share; all other stylesheets belong to one component or a few.
SHARED = {"base.css", "layout.css", "components.css", "forms.css"}
NO_CLASSES = {"index.css", "tokens.css"}

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTORS = re.compile(r"([^{};]+)\{")
_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
_NAME = re.compile(r"[a-zA-Z][\w-]*")
_ATTRIBUTE = re.compile(r'class="([^"]*)"')
_TEMPLATED = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\$\{[^}]*\}")
_SCRIPTED = re.compile(r"classList\.\w+\('([\w-]+)'|className = '([^']*)'")


def selectors(sheet: Path) -> list[str]:
    text = _COMMENT.sub("", sheet.read_text())
    found = [one.strip() for one in _SELECTORS.findall(text)]
    kept = [one for one in found if not one.startswith("@") and not re.match(r"[\d.]+%|from|to", one)]
    return [one.strip() for group in kept for one in re.split(r",(?![^(]*\))", group)]


def classes(sheet: Path) -> set[str]:
    return {name for one in selectors(sheet) for name in _CLASS.findall(one)}


SHEETS = [sheet for sheet in sorted(STYLES.glob("*.css")) if sheet.name not in NO_CLASSES]
COMMON = set().union(*(classes(sheet) for sheet in SHEETS if sheet.name in SHARED))


def component(name: str) -> str:
    """`player-time` belongs to the player."""
    return name.split("-", maxsplit=1)[0]


def homes() -> dict[str, set[str]]:
    """The stylesheets that style each component's classes; all shared ones count as one."""
    found: dict[str, set[str]] = defaultdict(set)
    for sheet in SHEETS:
        shared = sheet.name in SHARED
        for name in classes(sheet) if shared else classes(sheet) - COMMON:
            found[component(name)].add("shared" if shared else sheet.name)
    return found


def used() -> dict[str, set[str]]:
    """Classes in templates and scripts, with the files that use them."""
    found: dict[str, set[str]] = defaultdict(set)
    pages = (ROOT / "src" / "onrecord" / "web" / "templates").rglob("*.html")
    scripts = (ROOT / "frontend" / "src").rglob("*.ts")
    for file in (*pages, *scripts):
        text = file.read_text()
        written = [_TEMPLATED.sub(" ", one) for one in _ATTRIBUTE.findall(text)]
        written += [one or other for one, other in _SCRIPTED.findall(text)]
        for name in " ".join(written).split():
            if _NAME.fullmatch(name):
                found[name].add(file.name)
    return found


def test_each_component_is_styled_in_one_stylesheet() -> None:
    assert {name: where for name, where in homes().items() if len(where) > 1} == {}


def test_a_components_stylesheet_styles_only_what_is_its_own() -> None:
    """A rule such as `.badge { ... }` in the player's would restyle every badge of the product."""
    astray = [
        (sheet.name, one)
        for sheet in SHEETS
        if sheet.name not in SHARED
        for one in selectors(sheet)
        if not set(_CLASS.findall(one)) - COMMON and not re.search(r"\bor-|#[a-z]", one)
    ]
    assert astray == []


def test_every_class_of_a_page_or_a_script_belongs_to_a_component() -> None:
    known = homes()
    assert {name: files for name, files in used().items() if component(name) not in known} == {}
