"""Events on disk, from the moment they happen until the web has acknowledged them.

    <folder>/<call id>/<seq>.event      waits for the web
    <folder>/<call id>/<seq>.done       the last one acknowledged; it keeps the call's counter
    <folder>/<call id>/<seq>.rejected   can never be delivered; it keeps its number
    <folder>/quarantine/<call id>-<name>     a copy, kept until somebody has looked into it
    <folder>/quarantine/<call id>-<name>.reason   why, as a sentence

The file's content is the exact request body. Files are written, synced and then renamed, so after a crash an
event exists either completely or not at all. The names alone show what is pending and which number comes
next. A disk can still damage files: an event that cannot be read is quarantined, and the call's other events
are delivered.
"""

import json
import logging
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from onrecord.protocol.fields import CALL_ID

log = logging.getLogger(__name__)

#: A call's folder is deleted this long after its last event. Until then a late event (from a repeated render,
#: for example) still gets a number that the web has not seen.
KEEP_COUNTERS_S = 7 * 24 * 3600
QUARANTINE = "quarantine"

_CALL_ID = re.compile(CALL_ID)
_NAME = re.compile(r"([0-9]{8})\.(event|done|rejected)")


class EventFiles:
    """The files of one source. Every name says what has become of its event."""

    def __init__(self, folder: Path) -> None:
        """Creates the folder if needed."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def calls(self) -> list[str]:
        """The calls that have a folder."""
        return [one.name for one in self.folder.iterdir() if _CALL_ID.fullmatch(one.name) and one.is_dir()]

    def claim(self, call_id: str) -> tuple[int | None, list[int]]:
        """The last number of a call, None if its folder was too old to keep; the numbers that wait, in order.

        Takes out of the folder what is not an event. Raises OSError.
        """
        folder, seqs, waiting = self.folder / call_id, [0], []
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match is None:
                self._clear_away(path)
                continue
            seqs.append(int(match[1]))
            if match[2] == "event":
                waiting.append(int(match[1]))
        if not waiting and time.time() - folder.stat().st_mtime > KEEP_COUNTERS_S:
            shutil.rmtree(folder)
            return None, []
        return max(seqs), sorted(waiting)

    def write(self, call_id: str, seq: int, body: bytes) -> None:
        """Store an event durably: two disk syncs. Raises OSError."""
        folder = self.folder / call_id
        if not folder.exists():
            folder.mkdir()
            _sync_folder(self.folder)
        draft = folder / f"{seq:08d}.draft"
        with open(draft, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._path(call_id, seq, "event"))
        _sync_folder(folder)

    def read(self, call_id: str, seq: int) -> bytes:
        """Raises OSError."""
        return self._path(call_id, seq, "event").read_bytes()

    def acknowledge(self, call_id: str, seq: int) -> None:
        """Its file keeps the call's counter until the next one replaces it."""
        self._mark(call_id, seq, "done")
        for earlier in (self.folder / call_id).glob("*.done"):
            if int(earlier.stem) < seq:
                with suppress(OSError):  # an extra file does no harm
                    earlier.unlink()

    def quarantine(self, call_id: str, seq: int, reason: str) -> None:
        """Set aside an event that can never be delivered, with the reason. It keeps its number."""
        path = self._path(call_id, seq, "event")
        self._give_reason(path, reason)
        with suppress(OSError):  # there is no file, or it is a folder
            os.link(path, self._quarantined(path))
        self._mark(call_id, seq, "rejected")

    def _mark(self, call_id: str, seq: int, suffix: str) -> None:
        try:
            self._path(call_id, seq, "event").rename(self._path(call_id, seq, suffix))
        except FileNotFoundError:  # somebody removed it, or it never reached the disk
            pass
        except OSError as error:  # it will be posted again after a restart
            log.error("spool: event %d of call %s cannot be marked: %s", seq, call_id, error)

    def _clear_away(self, path: Path) -> None:
        """Remove a file that is not an event from a call's folder."""
        if path.suffix == ".draft" and path.is_file():
            log.warning("spool: %s was left by a write that a crash cut short; removed", path)
            path.unlink()
        else:
            self._give_reason(path, "It is not one of our events.")
            path.rename(self._quarantined(path))

    def _give_reason(self, path: Path, reason: str) -> None:
        log.error("spool: %s is quarantined. %s", path, reason)
        quarantined = self._quarantined(path)
        try:
            quarantined.parent.mkdir(exist_ok=True)
            quarantined.with_name(f"{quarantined.name}.reason").write_text(f"{reason}\n")
        except OSError as error:  # a full disk; the reason is in the log
            log.error("spool: the reason could not be saved: %s", error)

    def _quarantined(self, path: Path) -> Path:
        return self.folder / QUARANTINE / f"{path.parent.name}-{path.name}"

    def _path(self, call_id: str, seq: int, suffix: str) -> Path:
        return self.folder / call_id / f"{seq:08d}.{suffix}"


def newest_event(folder: Path, call_id: str) -> dict[str, Any] | None:
    """The newest readable event of a call in a source's folder, delivered or not; None if there is none.

    Safe in any process: it only reads events.
    """
    damaged: set[str] = set()
    while True:
        paths = [path for path in (folder / call_id).glob("*") if _NAME.fullmatch(path.name)]
        newest = max((path for path in paths if path.stem not in damaged), default=None)
        if newest is None:
            return None
        try:
            return parse_event(newest.read_bytes(), call_id, int(newest.stem))
        except FileNotFoundError:
            continue  # acknowledged in the meantime, and so renamed
        except (OSError, ValueError) as error:
            log.warning("spool: %s is skipped: %s", newest, error)
            damaged.add(newest.stem)


def parse_event(body: bytes, call_id: str, seq: int) -> dict[str, Any]:
    """The event in a file's content. Raises ValueError with a sentence unless it matches the file's name."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"It is not JSON: {error}.") from error
    if not isinstance(event, dict) or (event.get("call_id"), event.get("seq")) != (call_id, seq):
        raise ValueError(f"It is not event {seq} of call {call_id}.")
    if not isinstance(event.get("type"), str):
        raise ValueError("It has no type.")
    return event


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename alone is not, fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
