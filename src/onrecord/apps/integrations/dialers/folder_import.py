"""`onrecord import-recordings`: imports a folder of recordings, with a manifest of their calls."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from onrecord.apps.accounts.models import Team
from onrecord.apps.integrations.dialers.files import imports_folder, new_name
from onrecord.apps.integrations.dialers.manifest import ManifestRow
from onrecord.apps.integrations.dialers.models import FOLDER, ImportedCall
from onrecord.apps.integrations.dialers.receive import receive
from onrecord.apps.integrations.dialers.schemas import (
    EntryError,
    FileCallIn,
    canonical,
    fingerprint,
    user_of,
    what_is_wrong,
)
from onrecord.apps.integrations.dialers.tasks import import_recording
from onrecord.config import host_config
from onrecord.storage.pending import sealing

_SOURCE = "Imported"
_RESULTS = {ImportedCall.State.DONE: "imported", ImportedCall.State.REFUSED: "refused"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The result for one row."""

    row: ManifestRow
    #: `imported`, `known` (from earlier), `refused` (by policy), or `failed`.
    result: str
    #: A sentence; empty if it was imported.
    reason: str

    def __str__(self) -> str:
        said = f"line {self.row.line}: {self.result:8} {self.row.file}"
        return f"{said}: {self.reason}" if self.reason else said


def import_rows(folder: Path, rows: list[ManifestRow]) -> Iterator[Report]:
    """Import the rows one by one. If one fails, the next is still tried."""
    team = Team.objects.order_by("pk").first()
    if team is None:
        raise ValueError("There is no team yet. Run `onrecord demo` or create users first.")
    for row in rows:
        try:
            yield _import(folder.resolve(), row, team)
        except ValidationError as error:
            yield Report(row=row, result="failed", reason=what_is_wrong(error))
        except (EntryError, OSError) as error:
            yield Report(row=row, result="failed", reason=str(error))


def _import(folder: Path, row: ManifestRow, team: Team) -> Report:
    if row.beyond:
        raise EntryError(
            400,
            "bad_row",
            f"{row.beyond[0]!r} has no column heading. Put text that contains a delimiter in quotes.",
        )
    body = FileCallIn.model_validate(
        # Ignore empty cells, except that an empty number means that it was withheld.
        {name: text for name, text in row.values.items() if text or name in ("from", "to")}
    )
    user = user_of(body, team)
    path = _inside(folder, row.file)
    with path.open("rb") as file:
        call_id = body.call_id or fingerprint(body, hashlib.file_digest(file, "sha256").hexdigest())
        source = body.source or _SOURCE
        call = canonical(body, user=user, provider=FOLDER, source=source, call_id=call_id, file=body.file)
        file.seek(0)
        kept = imports_folder() / new_name()
        with sealing(kept, host_config().secrets.master_key) as waiting:
            shutil.copyfileobj(file, waiting, 1 << 20)
    waits = False
    try:
        received, is_new = receive(call, team=team, source=source, user=user, file=kept.name, at_once=True)
        if is_new:
            import_recording(received.pk)
        received.refresh_from_db()
        waits = is_new and received.state == ImportedCall.State.WAITING
    finally:
        if not waits:
            kept.unlink(missing_ok=True)
    return _report(row, received, is_new=is_new)


def _inside(folder: Path, name: str) -> Path:
    """The file that a row names. Raises EntryError if it does not exist or is outside the folder."""
    # Accept Windows paths, unless a file really has that name.
    written = name if (folder / name).is_file() else name.replace("\\", "/")
    path = (folder / written).resolve()
    if not path.is_relative_to(folder):
        raise EntryError(400, "bad_file", f"{name} is outside the folder.")
    if not path.is_file():
        raise EntryError(400, "bad_file", f"There is no file {name} in the folder.")
    return path


def _report(row: ManifestRow, received: ImportedCall, *, is_new: bool) -> Report:
    state = ImportedCall.State(received.state)
    result = _RESULTS.get(state, "failed")
    if not is_new and state in (state.DONE, state.WAITING):
        result = "known"
    return Report(row=row, result=result, reason=received.problem)
