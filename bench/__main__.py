"""`python -m bench [PART ...]`: the table of measurements.

A part is a module in this folder with a function `rows()`. Targets are ratios within one run, because
machines differ. If a target is missed, it is shown and the exit status is 1.
"""

import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.row import Row

# Some parts use the test harness.
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

Rows = Callable[[], Iterable[Row]]

PARTS = (
    "capture",
    "control",
    "governance",
    "imports",
    "incoming",
    "journal",
    "lists",
    "policy",
    "render",
    "report",
    "switch",
)


def main(wanted: list[str]) -> int:
    parts = find_parts()
    unknown = sorted(set(wanted) - set(parts))
    if unknown:
        print(f"There is no part {', '.join(unknown)}. Parts: {', '.join(parts)}.", file=sys.stderr)
        return 2
    missed = False
    for name, rows in parts.items():
        if wanted and name not in wanted:
            continue
        print(f"\n{name}", flush=True)
        for row in rows():
            print(line(row), flush=True)
            missed |= row.met is False
    return int(missed)


def find_parts() -> dict[str, Rows]:
    """The name of each part and its function."""
    return {name: importlib.import_module(f"bench.{name}").rows for name in PARTS}


def line(row: Row) -> str:
    """One line of the table: name, value, target."""
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    return f"  {row.name:<58} {row.value:>22}  {row.target:<18} {verdict}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
