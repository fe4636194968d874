"""`kill -9` of each process at ten random moments: no recording is lost and every call ends truthfully.

The moments follow from a seed that a failing test shows; ONRECORD_TEST_SEED repeats it.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from harness import sound
from harness.installation import Installation, eventually
from harness.peer import Peer, Peers
from harness.people import STEADY
from harness.web import SETTLED, User
from onrecord.media.render.verify import verify
from onrecord.storage.recording import Witness

#: Reps in places where one party's consent is enough; each has one call at a time.
REPS = ("ana", "ben", "mateo")
KILLS = 10
#: A chunk is at most 1 s and goes to disk at the next tick (0.1 s); the last packet may be on its way.
LOST_AT_MOST_S = 1.15
#: On a busy machine a voice may begin with a burst; it is placed that much late, and ends after the other.
BURST_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Line:
    """A rep in a call."""

    user: User
    call_id: str
    peer: Peer


@pytest.fixture
def moments() -> random.Random:
    seed = int(os.environ.get("ONRECORD_TEST_SEED", random.randrange(10**6)))
    print(f"ONRECORD_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def reps(signed_in: Callable[[str], User]) -> list[User]:
    return [signed_in(name) for name in REPS]


def talk(reps: list[User], peers: Peers) -> Iterator[Line]:
    """Each rep calls and is answered; the rep says 440 Hz, the contact 600 Hz, and both are recorded."""
    lines = []
    for rep in reps:
        peer = peers.offer()
        call, sdp = rep.call(STEADY, peer.sdp)
        peer.accept(sdp)
        lines.append(Line(user=rep, call_id=call["id"], peer=peer))
    for line in lines:
        line.user.until_answered(line.call_id)
        yield line


def clock_s(installation: Installation, line: Line) -> float:
    """The call clock as the switch has it."""
    config = installation.config
    answer = httpx.get(
        f"http://{config.switch_address}/calls/{line.call_id}",
        headers={"Authorization": f"Bearer {config.secrets.switch_secret}"},
        trust_env=False,
    )
    return float(answer.json()["clock_ms"]) / 1000


def settled(line: Line) -> dict[str, Any]:
    """The call once nothing more will become of it."""

    def look() -> dict[str, Any] | None:
        call = line.user.call_of(line.call_id)
        return call if call["ended_at"] and call["recording"]["status"] in SETTLED else None

    return eventually(look, f"call {line.call_id} settled")


def witness_in(installation: Installation, call_id: str) -> Witness:
    """What the installation's database knows of a recording."""
    columns = "manifest_sha256, key_commitment"
    with closing(sqlite3.connect(installation.home / "db.sqlite3")) as database:
        manifest_sha256, key_commitment = database.execute(
            f"SELECT {columns} FROM calls_recording WHERE call_id = ?", [call_id]
        ).fetchone()
    return Witness(manifest_sha256=manifest_sha256, key_commitment=key_commitment)


def heard(installation: Installation, line: Line, *, killed_s: float | None = None) -> float:
    """Seconds of a proved recording, of which all but the ends was heard to be both tones, whole.

    One whose switch was killed says that it is torn, and has a last second of silence, which does not count.
    A voice that a busy machine delayed just then is placed by what came of it: late.
    """
    torn = killed_s is not None
    checks = verify(installation.config, line.call_id, witness_in(installation, line.call_id))
    failed = [(check.name, "(torn)" in check.detail) for check in checks if not check.passed]
    assert failed == ([("complete", True)] if torn else []), checks
    left, right = sound.decode(line.user.get(f"/recordings/{line.call_id}/audio").content)
    length = left.shape[0] / sound.RATE - torn
    for channel, hertz in ((left, 440), (right, 600)):
        until = length - BURST_S if killed_s is None else killed_s - LOST_AT_MOST_S
        assert until < BURST_S + 0.1 or sound.has_only(sound.seconds(channel, BURST_S, until), hertz)
    return length


def test_a_killed_switch_loses_at_most_a_second_and_says_that_it_was_restarted(
    installation: Installation, reps: list[User], peers: Peers, moments: random.Random
) -> None:
    for _ in range(KILLS):
        lines = list(talk(reps, peers))
        time.sleep(moments.uniform(2, 4))
        spoken = [clock_s(installation, line) for line in lines]
        installation.kill("switch")

        for line, until in zip(lines, spoken, strict=True):
            call = settled(line)
            assert (call["status"], call["recording"]["status"]) == ("completed", "completed")
            assert "the phone system restarted" in line.user.get(f"/calls/{line.call_id}").text
            assert until - LOST_AT_MOST_S <= call["duration_ms"] / 1000 <= until + 1
            assert heard(installation, line, killed_s=until) >= until - LOST_AT_MOST_S
            line.peer.close()


@pytest.mark.parametrize("process", ["web", "worker", "renderer"])
def test_a_killed_process_costs_no_call_and_no_recording_anything(
    installation: Installation, reps: list[User], peers: Peers, moments: random.Random, process: str
) -> None:
    for _ in range(KILLS // 2):
        lines = list(talk(reps, peers))
        time.sleep(moments.uniform(0, 2))
        installation.kill(process)  # in the middle of the calls
        for line in lines:
            line.user.hang_up(line.call_id)
        time.sleep(moments.uniform(0, 0.2))
        installation.kill(process)  # while they are rendered and reported

        for line in lines:
            call = settled(line)
            assert (call["status"], call["recording"]["status"]) == ("completed", "completed")
            assert "Hung up" in line.user.get(f"/calls/{line.call_id}").text
            spoken = call["duration_ms"] / 1000
            assert spoken - 0.1 < heard(installation, line) < spoken + BURST_S
            line.peer.close()
