"""The CSV file that describes the recordings in a folder, as written by editors and spreadsheets."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onrecord.apps.core.text import cleaned

_REQUIRED = ("file", "from", "to", "direction", "duration", "call_created_at", "user_guid")
_OPTIONAL = ("call_id", "recording_id", "channels", "announced", "source", "disposition", "notes")
#: Possible delimiters. Excel uses semicolons where the comma is the decimal mark.
_DELIMITERS = ",;\t"
#: A first line such as `sep=;` sets the delimiter for Excel.
_SEPARATOR_LINE = "sep="
_HOW_TO_SAVE = "In Excel, choose Save As, then CSV UTF-8 (comma delimited)."


@dataclass(frozen=True, kw_only=True, slots=True)
class ManifestRow:
    """A row of the manifest."""

    #: Line number in the file.
    line: int
    values: dict[str, str]
    #: Values in columns without a heading, in order.
    beyond: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return self.values.get("file", "")


def read_manifest(path: Path) -> list[ManifestRow]:
    """The rows that are not empty. Raises OSError; ValueError with a sentence if the file is unusable."""
    lines = list(io.StringIO(_text(path), newline=""))
    skipped = 1 if lines and lines[0].lower().startswith(_SEPARATOR_LINE) else 0
    reader = csv.reader(lines[skipped:], delimiter=_delimiter(lines), strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        _check_columns(columns, path.name)
        return [
            _row(columns, cells, reader.line_num + skipped) for cells in reader if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise ValueError(f"{path.name}, line {reader.line_num + skipped}: {error}. {_HOW_TO_SAVE}") from error


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path.name}, line {line}: the file is not in UTF-8. {_HOW_TO_SAVE}") from error


def _delimiter(lines: list[str]) -> str:
    first = lines[0].rstrip("\r\n") if lines else ""
    if first.lower().startswith(_SEPARATOR_LINE):
        return first[len(_SEPARATOR_LINE) :] or _DELIMITERS[0]
    return max(_DELIMITERS, key=first.count)


def _check_columns(columns: list[str], name: str) -> None:
    named = [column for column in columns if column]
    problems = {
        "missing": [column for column in _REQUIRED if column not in named],
        "unknown": [column for column in named if column not in _REQUIRED + _OPTIONAL],
        "named twice": sorted({column for column in named if named.count(column) > 1}),
    }
    said = "; ".join(f"{kind}: {', '.join(found)}" for kind, found in problems.items() if found)
    if said:
        raise ValueError(
            f"{name}: the first line must name the columns. {said[0].upper()}{said[1:]}. "
            f"Besides {', '.join(_REQUIRED)} there may be {', '.join(_OPTIONAL)}."
        )


def _row(columns: list[str], cells: list[str], line: int) -> ManifestRow:
    values = [cleaned(cell).strip() for cell in cells]
    return ManifestRow(
        line=line,
        values={column: value for column, value in zip(columns, values, strict=False) if column},
        beyond=tuple(_beyond(columns, values)),
    )


def _beyond(columns: list[str], values: list[str]) -> Iterator[str]:
    for at, value in enumerate(values):
        if value and (at >= len(columns) or not columns[at]):
            yield value
