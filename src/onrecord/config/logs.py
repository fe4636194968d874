"""What processes log, and how much of it: no stranger may fill the disk by making us complain."""

import logging
import sys
import threading
from dataclasses import dataclass

from onrecord.config.redaction import without_secrets

#: Warnings and errors of one wording that are written in a minute; the rest are counted.
MOST_ALIKE = 60
WINDOW_S = 60.0
#: Wordings that are remembered at a time.
_MOST_WORDINGS = 1000


def configure(level: str) -> None:
    """Log to standard error. Raises ValueError for a level that does not exist."""
    if level not in logging.getLevelNamesMapping():
        raise ValueError(f"ONRECORD_LOG is {level!r}. Write DEBUG, INFO, WARNING or ERROR.")
    logging.basicConfig(level=level, stream=sys.stderr)
    alike = Alike()
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(_without_traceback_of_clients)
        handler.addFilter(alike)
    # They tell of each request with its address and headers, which hold tokens.
    for library in ("httpcore", "httpx"):
        logging.getLogger(library).setLevel(logging.WARNING)
    if level == "INFO":
        # It tells of every pair of addresses that a call tries.
        logging.getLogger("aioice").setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Writes no key, token or link that opens something, whoever logged it; tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def _without_traceback_of_clients(record: logging.LogRecord) -> bool:
    """What a client did wrong is worth a line, not a traceback. Django says what it answered."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = None
    return True


@dataclass(slots=True)
class _Window:
    began: float
    count: int = 0


class Alike(logging.Filter):
    """Lets `MOST_ALIKE` warnings of one wording through in a minute, and counts the rest.

    The first after that minute says how many there were. Two are alike when they have the same logger and,
    before arguments are put in, the same first line.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], _Window] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        with self._lock:
            left_out, passes = self._count((record.name, str(record.msg).partition("\n")[0]), record.created)
        if left_out:
            record.msg = f"{record.msg} (and {left_out} more like it in a minute before)"
        return passes

    def _count(self, wording: tuple[str, str], now: float) -> tuple[int, bool]:
        """How many were left out in the window that this one ends, and whether this one is written."""
        window, left_out = self._windows.get(wording), 0
        if window is None or not 0 <= now - window.began < WINDOW_S:
            left_out = max(0, window.count - MOST_ALIKE) if window else 0
            if len(self._windows) >= _MOST_WORDINGS:
                self._windows.clear()
            window = self._windows[wording] = _Window(began=now)
        window.count += 1
        return left_out, window.count <= MOST_ALIKE
