"""The folder where delivered recordings wait, sealed, to be converted (`storage.pending`)."""

import secrets
from pathlib import Path

from django.db import transaction

from onrecord.apps.integrations.dialers.models import ImportedCall
from onrecord.config import host_config


def imports_folder() -> Path:
    """Readable only by its owner."""
    folder = host_config().home / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def new_name() -> str:
    """A name for a new file in the folder."""
    return f"{secrets.token_hex(16)}.upload"


def delete_original(row: ImportedCall) -> None:
    """Delete the sealed file that came with the delivery, after the transaction commits."""
    path = imports_folder() / row.file
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    row.file, row.file_kept_until = "", None
    row.save(update_fields=["file", "file_kept_until"])
