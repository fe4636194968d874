"""Every address of the web is named: no path is written out where it is linked to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import onrecord
from onrecord.web.errors import FOR_SCRIPTS

SOURCE = Path(onrecord.__file__).parent
TEMPLATES = SOURCE / "web/templates"
SCRIPTS = Path(__file__).parents[3] / "frontend/src"

#: Paths that these modules may write out, and why.
EXEMPT = {
    "media": "sends to the web without Django",
    "protocol/commands.py": "the switch's own HTTP interface",
    "ops/doctor/processes.py": "asks switch and web from outside, without Django",
    "ops/supervisor.py": "asks the web from outside, without Django",
    "web/call_control.py": "declares what it answers before Django",
    "web/errors.py": "declares the areas for scripts",
}
#: Methods by which routers declare their operations.
DECLARES = {"get", "post", "put", "delete", "add_router"}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Path and name of every route but those of the API, whose names only ninja uses."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.name
        elif pattern.app_name != "ninja":
            yield from routes(pattern, path)


FIRST_SEGMENTS = {path.partition("/")[0] for path, _ in routes()} - {""} | {"api"}
IS_PATH = re.compile(rf"/({'|'.join(sorted(FIRST_SEGMENTS))})\b(?!\.)")


def sources() -> Iterator[tuple[str, ast.AST]]:
    for file in sorted(SOURCE.rglob("*.py")):
        yield file.relative_to(SOURCE).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def written_paths(tree: ast.AST) -> Iterator[str]:
    declared = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DECLARES
        if node.args
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in declared and IS_PATH.match(text):
            yield text


def test_no_module_writes_a_path_of_the_web() -> None:
    found = {name: paths for name, tree in sources() if (paths := list(written_paths(tree)))}
    assert {name for name in found if not name.startswith(tuple(EXEMPT))} == set(), found
    assert {exempt for exempt in EXEMPT if not any(name.startswith(exempt) for name in found)} == set()


@pytest.mark.parametrize("text", ['redirect("/people")', 'f"/calls/{call.pk}#t=1"', 'x = "/shared"'])
def test_a_written_path_is_found(text: str) -> None:
    assert len(list(written_paths(ast.parse(text)))) == 1


def test_no_template_writes_a_path() -> None:
    written = re.compile(r"""["'`=]\s*/[a-z{]""")
    found = {
        f"{file.relative_to(TEMPLATES)}:{number}"
        for file in TEMPLATES.rglob("*.html")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if written.search(line)
    }
    assert found == set()


def test_no_script_writes_a_path_but_the_client_of_the_api() -> None:
    written = re.compile(r"""["'`]/[a-z$]""")
    found = {
        f"{file.relative_to(SCRIPTS)}:{number}"
        for file in SCRIPTS.rglob("*.ts")
        if file.parent != SCRIPTS / "api"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if written.search(line)
    }
    assert found == set()
    assert written.search((SCRIPTS / "api/client.ts").read_text(encoding="utf-8"))


def test_every_name_of_an_address_is_there_once_and_used() -> None:
    names = [name for _, name in routes()]
    assert sorted(names, key=str) == sorted(set(names), key=str)
    texts = [file.read_text(encoding="utf-8") for file in (*SOURCE.rglob("*.py"), *TEMPLATES.rglob("*.html"))]
    uses = "\n".join(re.sub(r"""\bname=["'][\w-]+["']""", "", text) for text in texts)
    unused = {name for name in names if f"'{name}'" not in uses and f'"{name}"' not in uses}
    # Only the outbox of switch and renderer goes there, which knows no Django.
    assert unused == {"switch-events"}
    assert reverse("switch-events") in (SOURCE / "media/outbox/delivery.py").read_text(encoding="utf-8")


def test_names_are_written_alike() -> None:
    assert [name for _, name in routes() if not re.fullmatch(r"[a-z]+(-[a-z]+)*", str(name))] == []


def test_each_area_for_scripts_has_routes() -> None:
    paths = [f"/{path}" for path, _ in routes()] + ["/api/v2/"]
    assert [area for area in FOR_SCRIPTS if not any(path.startswith(area) for path in paths)] == []
