"""`onrecord doctor`: finds problems of an installation and says what to do about them.

Each check looks at one thing and undoes its own changes. A check that fails with an error is reported, too.
"""

from collections.abc import Iterable, Sequence

from onrecord.config import Config
from onrecord.ops.doctor import accounts, backlog, data, processes, program, stores
from onrecord.ops.doctor.finding import Check, Finding, Level, fail

CHECKS: tuple[Check, ...] = (
    program.python_version,
    program.codecs,
    program.decoder,
    program.static_files,
    program.open_files,
    program.clock,
    data.data_folder,
    data.free_space,
    data.sync_latency,
    data.secrets_file,
    data.private_files,
    stores.database,
    stores.blob_store,
    stores.stored_recordings,
    accounts.guessed_passwords,
    processes.web_address,
    processes.switch_address,
    processes.switch_secret,
    processes.web_clock,
    processes.switch_clock,
    backlog.renderer_backlog,
    backlog.undelivered_events,
    backlog.events_quarantined,
)


def examine(config: Config) -> list[Finding]:
    """Run all checks."""
    return [_attempt(check, config) for check in CHECKS]


def report(findings: Iterable[Finding]) -> str:
    """The findings as lines for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.level.upper():<5} {finding.sentence}")
        if finding.advice:
            lines.append(f"      -> {finding.advice}")
    return "\n".join(lines)


def exit_status(findings: Sequence[Finding]) -> int:
    """1 if something does not work, else 0."""
    return int(any(finding.level is Level.FAIL for finding in findings))


def _attempt(check: Check, config: Config) -> Finding:
    try:
        return check(config)
    except Exception as error:  # any error is a finding
        name = check.__name__.replace("_", " ")
        return fail(f"The check of {name} ended with {type(error).__name__}: {error}", "Fix that first.")
