"""Journals and events on this host that should have been processed by now."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from onrecord.config import Config
from onrecord.media.outbox.event_files import QUARANTINE
from onrecord.ops.doctor.finding import Finding, ok, warn

#: After this many seconds, something that should take seconds is stuck.
_STUCK_S = 300


def renderer_backlog(config: Config) -> Finding:
    """A journal that is complete should become a recording within seconds."""
    waiting = _older_than(config.journals.glob("*.journal"), _STUCK_S)
    if waiting:
        return warn(
            f"{len(waiting)} journals are waiting for the renderer, the oldest for {_age(waiting)}.",
            "Check the renderer log for the reason.",
        )
    return ok("No journals are waiting for the renderer.")


def events_quarantined(config: Config) -> Finding:
    """Events that can never be delivered: damaged, not ours, or refused by the web."""
    reasons = sorted((config.home / "spool").glob(f"*/{QUARANTINE}/*.reason"))
    if not reasons:
        return ok("No events had to be set aside.")
    first = reasons[0]
    return warn(
        f"{len(reasons)} events were set aside. The first, {first.name.removesuffix('.reason')}: "
        f"{first.read_text(errors='replace').strip()[:300]}",
        f"Their calls may show an old state. Look at the files in {first.parent}, then delete them.",
    )


def undelivered_events(config: Config) -> Finding:
    """Events of switch and renderer wait on disk until the web accepts them."""
    spools = config.home / "spool"
    waiting = _older_than(spools.glob("*/*/*.event"), 60)
    if waiting:
        return warn(
            f"{len(waiting)} events have not reached the web, the oldest for {_age(waiting)}.",
            "Check that the web is running at ONRECORD_WEB and that both hosts have the same secrets.json.",
        )
    return ok("No events are waiting for the web.")


def _older_than(paths: Iterable[Path], seconds: float) -> list[float]:
    """Modification times of the files that are older than this, oldest first."""
    limit = time.time() - seconds
    return sorted(at for path in paths if (at := path.stat().st_mtime) < limit)


def _age(times: Sequence[float]) -> str:
    minutes = int((time.time() - times[0]) / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
