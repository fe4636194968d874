"""A whole installation: it says that it is well, and it leaves nothing behind."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.installation import Installation, eventually
from onrecord.ops.supervisor import PROCESSES


@pytest.fixture
def running(prepared_home: Path, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "home", like=prepared_home)
    try:
        yield installation.start()
    finally:
        installation.stop()


def descendants(pid: int) -> list[int]:
    """Process ids of everything that a process started, directly or not."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def test_the_doctor_finds_a_running_installation_well(running: Installation) -> None:
    outcome = running.command("doctor")

    assert outcome.returncode == 0, outcome.stdout
    faults = [line for line in outcome.stdout.splitlines() if not line.startswith("OK")]
    assert not [line for line in faults if "GiB are free" not in line and not line.startswith("      ")], (
        faults
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_process_and_counts_as_success(
    running: Installation, number: signal.Signals
) -> None:
    leaders = [running.pid(name) for name in PROCESSES]
    family = [*leaders, *(pid for leader in leaders for pid in descendants(leader))]

    assert running.stop(number) == 0
    eventually(lambda: not [pid for pid in family if Path(f"/proc/{pid}").exists()], "every process is gone")
    assert "did not end in time" not in running.said()
    assert "Traceback" not in running.said()


def test_a_second_one_on_the_same_folder_is_refused(running: Installation) -> None:
    outcome = running.command("serve")

    assert outcome.returncode == 2
    assert "already running" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_new_installation_seeds_the_demo_and_says_how_to_sign_in(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    try:
        installation.start("--demo")
        eventually(lambda: "OnRecord is ready" in installation.said(), "it says where to go")
        eventually(lambda: "Press Ctrl-C to stop it" in installation.said(), "and how to stop it")
    finally:
        installation.stop()

    assert "ana@demo.example" in installation.said()
    assert installation.password in installation.said()
