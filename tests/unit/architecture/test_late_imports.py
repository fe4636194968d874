"""Imports are at the top of their file, where a reader finds them."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[3] / "src/onrecord"

#: Commands, jobs and checks load what they use when they run: `--help` is fast, and the doctor examines even
#: an installation whose settings cannot be read.
BY_COMMAND = ("cli.py", "jobs/", "ops/")

#: Others, with the reason.
LATE = {
    # Only an installation on PostgreSQL loads its driver.
    "apps/core/database/__init__.py: psycopg",
    "apps/core/database/__init__.py: psycopg.conninfo",
}


def late_imports(source: str) -> Iterator[str]:
    """What is imported inside functions or for types only."""
    for block in ast.walk(ast.parse(source)):
        if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
            for node in ast.walk(block):
                if isinstance(node, ast.ImportFrom):
                    yield node.module or "."
                elif isinstance(node, ast.Import):
                    yield from (one.name for one in node.names)


def test_a_late_import_is_found_wherever_it_stands() -> None:
    source = (
        "import top\n"
        "def f():\n    import a\n"
        "class C:\n    async def g(self):\n        if True:\n            from b.c import d\n"
        "if TYPE_CHECKING:\n    from . import e\n"
    )
    assert set(late_imports(source)) == {"a", "b.c", "."}


def test_modules_import_at_their_top() -> None:
    found = set()
    for file in PACKAGE.rglob("*.py"):
        name = str(file.relative_to(PACKAGE))
        # Django reads an app's configuration before models can be imported.
        if not name.startswith(BY_COMMAND) and file.name != "apps.py":
            found |= {f"{name}: {late}" for late in late_imports(file.read_text())}
    assert found == LATE
