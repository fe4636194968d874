"""Rendering: speed compared with ffmpeg and libopus alone, and time from hang-up to a playable recording.

The same ten minutes of conversation from our own clips are processed three ways, each with the renderer's
Opus settings:

- the renderer: sealed journal -> frames -> PCM -> peaks, hashes -> Ogg Opus -> sealed file;
- ffmpeg: raw PCM from a file -> Ogg Opus;
- libopus, the very library that the renderer uses: PCM in memory -> packets thrown away.

Figures are CPU seconds, the best of several alternating rounds, so that a busy machine affects all equally.
"""

import math
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.row import Row
from onrecord.audio import clips
from onrecord.audio.g711 import PCMU, RATE, encode_ulaw
from onrecord.audio.rtp import RtpPacket
from onrecord.config import Config
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.gate import Side
from onrecord.media.capture.reader import JournalReader
from onrecord.media.outbox.spool import Spool
from onrecord.media.render import encoder
from onrecord.media.render.follower import JournalFollower
from onrecord.media.render.journal_renderer import JournalRenderer
from onrecord.media.render.render_to_file import render
from onrecord.media.render.service import POLL_S, SLICE, RenderService
from onrecord.policy.mode import Mode
from onrecord.storage.store import BlobStore

ROUNDS = 5
MINUTES = 10
PACKET = 160
MASTER_KEY = bytes(range(32))
CALL_ID = "be" * 16
_START_NS = 10**15
SOURCE = Path(__file__).parent / "native" / "opus_limit.c"


def rows() -> Iterable[Row]:
    """Speed first, then time from hang-up to playable."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _speed(Path(folder))
    for minutes in (1, 10, 60):
        with tempfile.TemporaryDirectory() as folder:
            yield _hang_up_to_playable(Path(folder), minutes)


def conversation(minutes: float) -> tuple[bytes, bytes]:
    """Both sides of a call as PCMU, speaking in turn with half a second in between."""
    silence = encode_ulaw(np.zeros(RATE // 2, np.int16))
    clips = [[clips.load(n) for n in clips.NAMES if n.startswith(who)] for who in ("rep", "contact")]
    sides, size, turn = (bytearray(), bytearray()), round(minutes * 60 * RATE), 0
    while len(sides[0]) < size:
        voice = clips[turn % 2][turn // 2 % len(clips[turn % 2])] + silence
        sides[turn % 2].extend(voice)
        sides[1 - turn % 2].extend(silence[:1] * len(voice))
        turn += 1
    return bytes(sides[0][:size]), bytes(sides[1][:size])


def _speed(folder: Path) -> Iterator[Row]:
    journal, pcm, limit = folder / f"{CALL_ID}.journal", folder / "pcm", folder / "opus_limit"
    left, right = conversation(MINUTES)
    with _captured(folder) as (call, _, clock):
        _talk(call, clock, left, right, 0)
        call.end("completed", "rep_hung_up")
    _pcm(journal).tofile(pcm)
    subprocess.run(["cc", "-O2", "-o", limit, SOURCE, "-ldl"], check=True)
    ways: dict[str, Callable[[], float]] = {
        "renderer": lambda: _render(journal, folder),
        "ffmpeg": lambda: _ffmpeg(pcm, folder / "out.ogg"),
        "libopus": lambda: _libopus(limit, pcm),
    }
    best = dict.fromkeys(ways, math.inf)
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], way())
    ours, seconds = best["renderer"], MINUTES * 60
    yield Row(name="Journal to sealed Ogg Opus", value=f"{seconds / ours:.0f} x real time")
    yield _ratio("Renderer against ffmpeg, which only encodes", best["ffmpeg"] / ours, 1.3)
    # The upper limit for the two targets: a renderer whose other work costs nothing.
    yield Row(
        name="The limit: libopus alone against ffmpeg", value=f"{best['ffmpeg'] / best['libopus']:.2f} x"
    )
    yield _ratio("Renderer against libopus alone", best["libopus"] / ours, 0.75)


def _ratio(name: str, value: float, target: float) -> Row:
    return Row(name=name, value=f"{value:.2f} x", target=f">= {target} x", met=value >= target)


def _pcm(journal: Path) -> NDArray[np.int16]:
    return np.concatenate([*render(JournalReader(journal, MASTER_KEY), JournalRenderer())])


def _render(journal: Path, folder: Path) -> float:
    start = time.process_time()
    follower = JournalFollower(journal, MASTER_KEY, folder)
    while not follower.reader.ended:
        follower.advance(SLICE)
    recording = follower.finish()
    taken = time.process_time() - start
    assert recording is not None
    recording.sealed_audio.unlink()
    return taken


def _ffmpeg(pcm: Path, out: Path) -> float:
    command = f"""ffmpeg -v error -nostdin -y -threads 1 -f s16le -ar {RATE} -ac 2 -i {pcm}
        -c:a libopus -b:a {encoder.BITRATE} -application voip -compression_level {encoder.COMPLEXITY}
        -frame_duration {encoder.FRAME_MS} -mapping_family 255 {out}"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command.split(), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _libopus(program: Path, pcm: Path) -> float:
    (library,) = (Path(av.__file__).parent.parent / "av.libs").glob("libopus-*")
    command = [str(v) for v in (program, pcm, encoder.FRAME_MS, encoder.COMPLEXITY, library)]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


class _Clock:
    """A monotonic clock in nanoseconds that the bench moves."""

    def __init__(self) -> None:
        self.ns = _START_NS

    def __call__(self) -> int:
        return self.ns


@contextmanager
def _captured(
    folder: Path, master_key: bytes = MASTER_KEY
) -> Iterator[tuple[CallCapture, CaptureHost, _Clock]]:
    """A call with both sides. At the end everything is in the file."""
    clock = _Clock()
    host = CaptureHost(folder, master_key, monotonic_ns=clock)
    call = host.open_call(CALL_ID, mode=Mode.BOTH, record_at_start=True, may_change=True, policy_version=1)
    call.join(0, side=Side.OURS, role="rep", user="u")
    call.join(1, side=Side.CONTACT, role="contact", user=None)
    yield call, host, clock
    host.close()


def _talk(call: CallCapture, clock: _Clock, left: bytes, right: bytes, from_ms: int) -> None:
    """Send 20 ms packets of both sides through the real gate, each arriving at its end."""
    if call.clock_ms is None:
        call.answer(datetime.now(UTC))
    for at in range(0, len(left), PACKET):
        clock.ns = _START_NS + from_ms * 1_000_000 + (at + PACKET) * 1_000_000_000 // RATE
        number = from_ms // 20 + at // PACKET
        for party, voice in enumerate((left, right)):
            payload = voice[at : at + PACKET]
            call.media(party, RtpPacket(PCMU, number % 65536, number * PACKET, party + 1, payload))


def _hang_up_to_playable(folder: Path, minutes: int) -> Row:
    """Follow a live call, with a clock that runs as fast as the renderer can follow."""
    config = Config.load({"ONRECORD_HOME": str(folder)})
    left, right = conversation(1)
    spool = Spool(config.spool("renderer"), "renderer")
    renderer = RenderService(config, spool)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            if not renderer.step():
                stop.wait(POLL_S)

    with _captured(config.journals, config.secrets.master_key) as (call, host, clock):
        for minute in range(minutes):
            _talk(call, clock, left, right, 60_000 * minute)
            host.drain()
            while renderer.step():
                pass
        thread = threading.Thread(target=serve)
        thread.start()
        store = BlobStore(config.blob_url, config.secrets.master_key)
        start = time.monotonic()
        call.end("completed", "rep_hung_up")
        while not store.exists(CALL_ID):
            time.sleep(0.001)
        taken = time.monotonic() - start
    stop.set()
    thread.join()
    renderer.close()
    return Row(
        name=f"Hang-up to playable, call of {minutes} min",
        value=f"{taken * 1000:.0f} ms",
        target="< 1000 ms",
        met=taken < 1,
    )
