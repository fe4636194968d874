"""Imports run one way: no file of the package imports itself through others, even inside a function."""

from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[3]


def cycles(graph: grimp.ImportGraph) -> set[frozenset[str]]:
    """Strongly connected components of more than one file. Imports inside functions and for types count."""
    components = {
        frozenset({module, *(graph.find_upstream_modules(module) & graph.find_downstream_modules(module))})
        for module in graph.modules
    }
    return {component for component in components if len(component) > 1}


def test_no_file_imports_itself_through_others() -> None:
    graph = grimp.build_graph("onrecord", cache_dir=None)
    files = (ROOT / "src/onrecord").rglob("*.py")
    names = {".".join(file.relative_to(ROOT / "src").with_suffix("").parts) for file in files}
    assert graph.modules == {name.removesuffix(".__init__") for name in names}
    assert cycles(graph) == set()


@pytest.mark.parametrize(
    "late",
    [
        "import cyclic.first",
        "def f():\n    from cyclic import first",
        "def f():\n    from cyclic.first import X",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from cyclic.first import X",
        "from . import first",
        "from .first import X",
    ],
)
def test_an_import_counts_wherever_it_stands(
    late: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "cyclic"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "first.py").write_text("import cyclic.second\nX = 1\n")
    (package / "second.py").write_text("import cyclic.third\n")
    (package / "third.py").write_text(f"{late}\n")
    monkeypatch.syspath_prepend(tmp_path)
    graph = grimp.build_graph("cyclic", cache_dir=None)
    assert cycles(graph) == {frozenset({"cyclic.first", "cyclic.second", "cyclic.third"})}


def test_the_package_has_at_most_13_entries_at_its_top() -> None:
    entries = {path.name for path in (ROOT / "src/onrecord").iterdir()} - {"__pycache__"}
    assert 0 < len(entries) <= 13
