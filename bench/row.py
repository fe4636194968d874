"""One line of the benchmark table."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One measurement, understandable without context."""

    #: What was measured.
    name: str
    #: The figure with its unit.
    value: str
    #: What it should be; empty when the row is only for comparison.
    target: str = ""
    #: Whether the target was met; None without a target.
    met: bool | None = None
