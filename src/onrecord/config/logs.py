"""What processes log, and how much: nobody may fill the disk by causing log messages."""

import logging
import sys
import threading
from dataclasses import dataclass

from onrecord.config.redaction import without_secrets

#: How many similar warnings and errors are written per minute. The rest are counted.
MOST_ALIKE = 60
WINDOW_S = 60.0
#: Maximum number of different messages to count.
_MOST_WORDINGS = 1000


def configure(level: str) -> None:
    """Log to standard error. Raises ValueError for an unknown level."""
    if level not in logging.getLevelNamesMapping():
        raise ValueError(f"ONRECORD_LOG is {level!r}. Write DEBUG, INFO, WARNING, or ERROR.")
    logging.basicConfig(level=level, stream=sys.stderr)
    alike = Alike()
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(_without_traceback_of_clients)
        handler.addFilter(alike)
    # They log each request with its URL and headers, which contain tokens.
    for library in ("httpcore", "httpx"):
        logging.getLogger(library).setLevel(logging.WARNING)
    if level == "INFO":
        # It logs every pair of addresses that a call tries.
        logging.getLogger("aioice").setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Removes keys, tokens, and links to recordings from every message, including tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def _without_traceback_of_clients(record: logging.LogRecord) -> bool:
    """A client's mistake needs one line, not a traceback. Django logs its response anyway."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = None
    return True


@dataclass(slots=True)
class _Window:
    began: float
    count: int = 0


class Alike(logging.Filter):
    """Lets `MOST_ALIKE` similar warnings per minute through and counts the rest.

    The first one after that minute says how many were left out. Warnings are similar if they have the same
    logger and the same first line, before arguments are filled in.
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
            record.msg = f"{record.msg} (and {left_out} more like it in the minute before)"
        return passes

    def _count(self, wording: tuple[str, str], now: float) -> tuple[int, bool]:
        """How many were left out in the last window, if a new one begins, and whether to write this one."""
        window, left_out = self._windows.get(wording), 0
        if window is None or not 0 <= now - window.began < WINDOW_S:
            left_out = max(0, window.count - MOST_ALIKE) if window else 0
            if len(self._windows) >= _MOST_WORDINGS:
                self._windows.clear()
            window = self._windows[wording] = _Window(began=now)
        window.count += 1
        return left_out, window.count <= MOST_ALIKE
