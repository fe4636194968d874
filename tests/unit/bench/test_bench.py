"""The bench is run by hand only, so that it starts at all is worth a test."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_bench_loads_all_of_its_parts_and_names_them() -> None:
    command = [sys.executable, "-m", "bench", "nonsense"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 2, said.stderr
    assert (
        "There is no part nonsense. Parts: capture, control, governance, imports, incoming, journal,"
        in said.stderr
    )
