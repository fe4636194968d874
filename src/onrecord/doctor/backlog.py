"""What waits on this host, and should not for long: journals and events."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from onrecord.config import Config
from onrecord.doctor.finding import Finding, ok, warn

#: Older than this, what should be gone within seconds is stuck.
_STUCK_S = 300


def renderer_backlog(config: Config) -> Finding:
    """A journal that nobody writes any more should have become a recording within seconds."""
    waiting = _older_than(config.journals.glob("*.journal"), _STUCK_S)
    if waiting:
        return warn(
            f"{len(waiting)} journals wait for the renderer, the oldest for {_age(waiting)}.",
            "See in its log what the renderer says of them.",
        )
    return ok("No journal waits for the renderer.")


def undelivered_events(config: Config) -> Finding:
    """Events of the switch and the renderer wait on disk until the web has taken them."""
    spools = config.home / "spool"
    rejected = list(spools.glob("*/*/*.rejected"))
    if rejected:
        return warn(
            f"The web refused {len(rejected)} events for good.",
            f"Look at {rejected[0]} and at the web's log; the calls they belong to may show an old state.",
        )
    waiting = _older_than(spools.glob("*/*/*.event"), 60)
    if waiting:
        return warn(
            f"{len(waiting)} events have not reached the web, the oldest for {_age(waiting)}.",
            "Check that the web runs at ONRECORD_WEB and that both hosts have the same secrets.json.",
        )
    return ok("No event waits for the web.")


def _older_than(paths: Iterable[Path], seconds: float) -> list[float]:
    """Modification times of the files that are older than that, oldest first."""
    limit = time.time() - seconds
    return sorted(at for path in paths if (at := path.stat().st_mtime) < limit)


def _age(times: Sequence[float]) -> str:
    minutes = int((time.time() - times[0]) / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
