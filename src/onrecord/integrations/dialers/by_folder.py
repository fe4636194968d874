"""`onrecord import-recordings`: a folder of recordings with a manifest of the calls that they are of."""

import csv
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from onrecord.accounts.models import Team
from onrecord.blobs.waiting import sealing
from onrecord.integrations.dialers import actions
from onrecord.integrations.dialers.entry import (
    EntryError,
    FileCallIn,
    neutral,
    user_of,
    what_is_wrong,
)
from onrecord.integrations.dialers.models import ImportedCall
from onrecord.integrations.dialers.upload import new_name
from onrecord.integrations.dialers.work import imports_folder, work
from onrecord.settings import config

_REQUIRED = ("file", "from", "to", "direction", "duration", "call_created_at", "user_guid")
_OPTIONAL = ("call_id", "recording_id", "channels", "announced", "source", "disposition", "notes")
_SOURCE = "Imported"
_OUTCOMES = {ImportedCall.State.DONE: "imported", ImportedCall.State.REFUSED: "refused"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of the manifest."""

    #: As an editor numbers it.
    line: int
    values: dict[str, str]

    @property
    def file(self) -> str:
        return self.values.get("file", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of a row."""

    row: Row
    #: `imported`, `known` (from before), `refused` (by policy) or `failed`.
    outcome: str
    #: A sentence; empty for what was imported.
    reason: str

    def __str__(self) -> str:
        said = f"line {self.row.line}: {self.outcome:8} {self.row.file}"
        return f"{said}: {self.reason}" if self.reason else said


def read_manifest(path: Path) -> list[Row]:
    """The rows of a CSV file in UTF-8. Raises ValueError for a heading that does not do."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        columns = [name.strip() for name in reader.fieldnames or []]
        missing = [name for name in _REQUIRED if name not in columns]
        unknown = [name for name in columns if name not in _REQUIRED + _OPTIONAL]
        if missing or unknown:
            raise ValueError(
                f"{path.name}: the first line has to name the columns. "
                f"Missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}. "
                f"Besides {', '.join(_REQUIRED)} there may be {', '.join(_OPTIONAL)}."
            )
        reader.fieldnames = columns
        try:
            return [
                Row(
                    line=reader.line_num,
                    values={name: (text or "").strip() for name, text in row.items() if name},
                )
                for row in reader
            ]
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path.name}, line {reader.line_num}: {error}.") from error


def import_rows(folder: Path, rows: list[Row]) -> Iterator[Report]:
    """Import row by row; a row that fails does not keep the next from being tried."""
    team = Team.objects.order_by("pk").first()
    if team is None:
        raise ValueError("There is no team yet. Run `onrecord demo` or make users first.")
    for row in rows:
        try:
            yield _import(folder.resolve(), row, team)
        except ValidationError as error:
            yield Report(row=row, outcome="failed", reason=what_is_wrong(error))
        except (EntryError, OSError) as error:
            yield Report(row=row, outcome="failed", reason=str(error))


def _import(folder: Path, row: Row, team: Team) -> Report:
    body = FileCallIn.model_validate({name: text for name, text in row.values.items() if text})
    user = user_of(body, team)
    path = _inside(folder, row.file)
    with path.open("rb") as file:
        call_id = body.call_id or f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        source = body.source or _SOURCE
        call = neutral(body, user=user, provider="manifest", source=source, call_id=call_id, file=body.file)
        file.seek(0)
        kept = imports_folder() / new_name()
        with sealing(kept, config.secrets.master_key) as waiting:
            shutil.copyfileobj(file, waiting, 1 << 20)
    try:
        taken, is_new = actions.take(call, team=team, source=source, user=user, file=kept.name, at_once=True)
        if is_new:
            work(taken.pk)
    finally:
        kept.unlink(missing_ok=True)
    taken.refresh_from_db()
    return _report(row, taken, is_new=is_new)


def _inside(folder: Path, name: str) -> Path:
    """The file that a row names. Raises EntryError for one that is not there, or lies elsewhere."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise EntryError(400, "bad_file", f"{name} is outside of the folder.")
    if not path.is_file():
        raise EntryError(400, "bad_file", f"There is no file {name} in the folder.")
    return path


def _report(row: Row, taken: ImportedCall, *, is_new: bool) -> Report:
    state = ImportedCall.State(taken.state)
    outcome = _OUTCOMES.get(state, "failed")
    if not is_new and state in (state.DONE, state.WAITING):
        outcome = "known"
    return Report(row=row, outcome=outcome, reason=taken.problem)
