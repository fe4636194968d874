"""The command line.

Each command imports the code it needs when it runs, so `--help` is fast and no process loads code that it
does not use. Exit codes: 0: done; 1: a problem was found (`verify`, `doctor`); 2: the command failed; 3: the
recording is genuine but incomplete (`verify`).
"""

import json
import logging
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.config import Config, logs
from onrecord.ops import open_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from onrecord.storage.recording import Witness

app = typer.Typer(
    help="OnRecord: a self-hosted sales dialer with governed call recording.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _known(call_id: str) -> "Witness":
    """The recording's witness in the database. Raises ValueError."""
    _django()
    from onrecord.apps.recordings.witnesses import witness_of

    return witness_of(call_id)


def main() -> None:
    """Entry point. A problem that the user can fix prints one sentence; other errors print a traceback."""
    # Files contain calls, people, and keys, so only the user who runs OnRecord may read them.
    os.umask(0o077)
    try:
        logs.configure(os.environ.get("ONRECORD_LOG", "INFO").upper())
        open_files.raise_limit()
        app()
    except (OSError, ValueError) as error:
        logging.getLogger("onrecord").debug("The command failed.", exc_info=True)
        typer.echo(f"onrecord: {error}", err=True)
        raise SystemExit(2) from error


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.web.settings")
    django.setup()


def _process(run: "Callable[[Config], None]") -> None:
    run(Config.load())


@app.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Fill a new database with the demo team.")] = False,
) -> None:
    """Run all four processes under one supervisor."""
    from onrecord.ops import supervisor

    raise typer.Exit(supervisor.serve(Config.load(), demo=demo))


@app.command()
def web() -> None:
    """Run the web process: pages, API, live events."""
    from onrecord.web import server as part

    _process(part.run)


@app.command()
def worker() -> None:
    """Run the worker: background jobs, the reconciler."""
    from onrecord.jobs import worker as part

    _process(part.run)


@app.command()
def switch() -> None:
    """Run the switch: signaling, media, and capture."""
    from onrecord.media.switch import service as part

    _process(part.run)


@app.command()
def renderer() -> None:
    """Run the renderer, which turns journals into recordings."""
    from onrecord.media.render import service as part

    _process(part.run)


@app.command()
def migrate() -> None:
    """Upgrade the database to this version's schema."""
    _django()
    from django.core.management import call_command

    from onrecord.ops import schema

    schema.refuse_other_versions()
    call_command("migrate", interactive=False, verbosity=1)


@app.command()
def demo(
    if_new: Annotated[
        bool, typer.Option("--if-new", help="Do nothing if the database already has users.")
    ] = False,
) -> None:
    """Fill the database with a demo team and its calls."""
    _django()
    from django.contrib.auth import get_user_model

    if if_new and get_user_model()._default_manager.exists():
        return
    from onrecord.ops import demo as part

    part.seed(Config.load())


@app.command()
def doctor() -> None:
    """Check this installation and report problems."""
    from onrecord.ops import doctor as part

    findings = part.examine(Config.load())
    typer.echo(part.report(findings))
    raise typer.Exit(part.exit_status(findings))


@app.command()
def render(
    journal: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A call's journal.")],
    out: Annotated[Path, typer.Argument(help="File to write (.ogg or .wav).")],
) -> None:
    """Render one journal to a sound file."""
    from onrecord.media.render.render_to_file import render_to_file

    typer.echo(render_to_file(journal, out, Config.load().secrets.master_key))


@app.command("capture-pcap")
def capture_pcap(
    pcap: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A pcap or pcapng file.")],
    out: Annotated[Path, typer.Argument(help="Journal to write.")],
    ours: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of our side, or ADDRESS:PORT.")
    ] = None,
) -> None:
    """Make a journal of the call in a network capture.

    The report says who is who, by which rule, and what could not be used.
    """
    from onrecord.media.capture.pcap import capture_pcap as capture

    typer.echo(capture(pcap, out, Config.load().secrets.master_key, ours))


@app.command("import-recordings")
def import_recordings(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder with the sound files.")
    ],
    manifest: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV file with one call per line.")
    ],
) -> None:
    """Import a folder of another dialer's recordings.

    Prints one line per recording. docs/howto/connect-a-dialer.md describes the manifest.
    """
    _django()
    from rich.console import Console
    from rich.progress import track

    from onrecord.apps.integrations.dialers.folder_import import import_rows
    from onrecord.apps.integrations.dialers.manifest import read_manifest

    rows, failed = read_manifest(manifest), 0
    reports = import_rows(folder, rows)
    # The progress bar is for people at a terminal. The report goes to standard output.
    for report in track(reports, "Importing", len(rows), console=Console(stderr=True), transient=True):
        typer.echo(report)
        failed += report.result == "failed"
    raise typer.Exit(1 if failed else 0)


@app.command()
def original(
    call_id: Annotated[str, typer.Argument(help="The call ID, 32 hexadecimal digits.")],
    out: Annotated[Path, typer.Argument(help="File to write. It must not exist yet.")],
) -> None:
    """Save the original of an imported file.

    Originals are kept only if a part of them could not be read (docs/reference/third-party-calls.md).
    """
    _django()
    from onrecord.apps.integrations.dialers.kept import write_original

    write_original(call_id, out)


@app.command()
def verify(
    call_id: Annotated[str, typer.Argument(help="The call ID, 32 hexadecimal digits.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
    witness: Annotated[
        str, typer.Option(help="The witness from the database, on a host that cannot reach the database.")
    ] = "",
) -> None:
    """Prove a stored recording against manifest and database.

    Exit status: 0 it is genuine and complete; 3 it is genuine, but sound is missing or its journal was
    damaged; 1 a check failed; 2 it could not be checked.
    """
    from onrecord.media.render.verify import exit_status
    from onrecord.media.render.verify import verify as prove
    from onrecord.storage.recording import Witness

    checks = prove(Config.load(), call_id, Witness.parse(witness) if witness else _known(call_id))
    if as_json:
        typer.echo(json.dumps({"call_id": call_id, "checks": [asdict(check) for check in checks]}))
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.passed else 'FAIL'}  {check.name}: {check.detail}")
    raise typer.Exit(exit_status(checks))
