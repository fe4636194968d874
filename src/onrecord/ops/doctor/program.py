"""What is installed on this host: Python, codecs, the built pages, the clock."""

import platform
import resource
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from onrecord.apps.core.moments import written
from onrecord.config import Config
from onrecord.ops.doctor.finding import Finding, fail, ok, warn
from onrecord.web.edge import MOST, most_connections

#: Before this module was written, so a clock that shows an earlier time is wrong.
_PAST = datetime(2026, 1, 1, tzinfo=UTC)


def python_version(_: Config) -> Finding:
    found = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036  # somebody may have installed around the requirement
        return fail(f"This is Python {found}.", "Install Python 3.11 or newer and create .venv again.")
    return ok(f"Python {found}.")


def codecs(_: Config) -> Finding:
    """PyAV includes FFmpeg's libraries. A custom build may lack Opus."""
    import av

    if "libopus" not in av.codecs_available:
        return fail(
            "PyAV does not include libopus, so nothing can be rendered.", "Install PyAV's wheel from PyPI."
        )
    return ok(f"PyAV {av.__version__} encodes Opus.")


def decoder(_: Config) -> Finding:
    """Sound files from outside are decoded in a process that is confined as far as the host supports it."""
    from onrecord.audio.decoding.process import probe

    return judge_decoder(probe())


def judge_decoder(protections: Sequence[str]) -> Finding:
    """The finding for these active protections (`audio.decoding.confinement`)."""
    said = f"Sound files from outside are decoded in a separate process, under: {', '.join(protections)}."
    if not {"Landlock", "seccomp"} & set(protections):
        return warn(
            f"{said} This kernel cannot keep that process away from files or the network.",
            "Use Linux 5.13 or newer, with Landlock or seccomp, before you accept files from outside.",
        )
    return ok(said)


def static_files(_: Config) -> Finding:
    from onrecord.web.assets import BUILT, SERVED

    if not (BUILT / "manifest.json").exists() or not any(SERVED.iterdir()):
        return fail("The pages' scripts and styles have not been built.", "Run `make setup`.")
    return ok("The pages' scripts and styles are built.")


def open_files(_: Config) -> Finding:
    """All processes raise their limit to the hard limit."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    connections = most_connections(limit)
    said = f"A process can open {limit} files, enough for {connections} connections."
    if connections < MOST:
        return warn(
            said, "Set LimitNOFILE=65536 in the systemd unit, or `ulimit -Hn 65536`, and restart OnRecord."
        )
    return ok(said)


def clock(config: Config) -> Finding:
    newest = max((path.stat().st_mtime for path in config.home.iterdir()), default=0.0)
    return judge_clock(datetime.now(UTC), datetime.fromtimestamp(newest, UTC))


def judge_clock(now: datetime, newest: datetime) -> Finding:
    """The finding for the wall clock, compared with the age of this version and the newest file."""
    advice = "Set the clock and keep it on time with NTP. Signatures and call times depend on it."
    if now < _PAST:
        return fail(f"The clock says {written(now)} UTC, which is in the past.", advice)
    if (newest - now).total_seconds() > 60:
        return fail(f"The data folder was written at {written(newest)} UTC, which is in the future.", advice)
    return ok(f"The clock says {written(now)} UTC.")
