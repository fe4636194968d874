"""The real renderer process: journals in, sealed recordings and signed events out."""

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from harness.event_web import EventWeb
from harness.journals import CALL_ID, CONTACT, MASTER_KEY, REP, CapturedCall, flip, tone
from onrecord.config import Config
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.header import copy_of
from onrecord.media.capture.recovery import LastWord
from onrecord.media.capture.sealing import MARKER
from onrecord.media.outbox.spool import Spool
from onrecord.media.render.follower import JournalFollower
from onrecord.media.render.render_to_file import render_to_file
from onrecord.media.render.verify import verify
from onrecord.policy.mode import Mode
from onrecord.storage.recording import StoredRecording, Witness
from onrecord.storage.store import AUDIO, MANIFEST, PEAKS, BlobStore

SECOND = 48_000


class Renderer:
    """`onrecord renderer` on a home of its own, with the web that it reports to."""

    def __init__(self, home: Path, web: EventWeb) -> None:
        self.web = web
        self.environ = os.environ | {"ONRECORD_HOME": str(home), "ONRECORD_WEB": web.address}
        self.config = Config.load({"ONRECORD_HOME": str(home), "ONRECORD_WEB": web.address})
        self.config.journals.mkdir()
        self.store = BlobStore(self.config.blob_url, self.config.secrets.master_key)

    def call(self, call_id: str = CALL_ID, **options: Any) -> CapturedCall:
        return CapturedCall(
            self.config.journals, call_id, master_key=self.config.secrets.master_key, **options
        )

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "onrecord", "renderer"], env=self.environ)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The process, stopped in good order at the end."""
        process = self.start()
        try:
            yield process
            # What it has left to do may be nothing: then it is still starting, and would die of the signal.
            until(lambda: hears(process.pid, signal.SIGTERM))
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()

    def audio(self, call_id: str = CALL_ID) -> NDArray[np.int16]:
        """The stored audio, decoded at 48 kHz, int16[n, 2]."""
        with av.open(io.BytesIO(self.store.get(call_id, AUDIO))) as container:
            planes = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
        return np.round(planes.T * 32768).clip(-32768, 32767).astype(np.int16)

    def manifest(self, call_id: str = CALL_ID) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads(self.store.get(call_id, MANIFEST))
        return manifest

    def faults(self, call_id: str = CALL_ID) -> dict[str, str]:
        """The checks of `verify` that did not pass, by the witness that the renderer's event is."""
        told = self.told(call_id)
        witness = Witness(manifest_sha256=told["manifest_sha256"], key_commitment=told["key_commitment"])
        checks = verify(self.config, call_id, witness)
        return {check.name: check.detail for check in checks if not check.passed}

    def told(self, call_id: str = CALL_ID) -> dict[str, Any]:
        """Data of `recording.completed`, once it is told, whether or not the web has taken it."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            waiting = [json.loads(path.read_bytes()) for path in self.events_waiting(call_id)]
            for event in (*self.web.events, *waiting):
                if (event["call_id"], event["type"]) == (call_id, "recording.completed"):
                    found.append(event["data"])
            return bool(found)

        until(look)
        return found[0]

    def events_waiting(self, call_id: str) -> list[Path]:
        return list((self.config.spool("renderer") / call_id).glob("*.event"))


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    secret = Config.load({"ONRECORD_HOME": str(tmp_path / "home")}).secrets.event_secret
    with EventWeb(secret) as web:
        yield Renderer(tmp_path / "home", web)


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def hears(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal (proc(5), SigCgt)."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(status["SigCgt"], 16) >> (number - 1) & 1)


def loudest_hertz(samples: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * SECOND / len(samples))


def tones_with_a_pause(call: CapturedCall) -> None:
    """440 Hz left and 600 Hz right for 12 s; recorded from 2 s, paused from 6 s to 9 s."""
    left, right = tone(440, 12), tone(600, 12)

    def talk(start: int, stop: int) -> None:
        call.talk(left[start * 8 : stop * 8], right[start * 8 : stop * 8], from_ms=start)

    talk(0, 2000)
    call.capture.record("u1")
    talk(2000, 6000)
    call.capture.pause("u1")
    talk(6000, 9000)
    call.capture.record("u1")
    talk(9000, 12000)
    call.end()


def test_a_call_becomes_a_recording_and_its_journal_goes(renderer: Renderer) -> None:
    call = renderer.call(record_at_start=False)
    tones_with_a_pause(call)
    with renderer.running():
        completed = renderer.web.wait_for(CALL_ID, "recording.completed")
        until(lambda: not call.path.exists())

    assert renderer.web.types(CALL_ID) == ["recording.processing", "recording.completed"]
    spans = [
        {"start_ms": 2000, "end_ms": 6000, "parties": [0, 1]},
        {"start_ms": 9000, "end_ms": 12000, "parties": [0, 1]},
    ]
    data, manifest = completed["data"], renderer.manifest()
    assert (data["samples"], data["duration_ms"], data["spans"]) == (80_000, 10_000, spans)
    assert (manifest["begins_at_ms"], manifest["samples"], manifest["spans"]) == (2020, 80_000, spans)
    assert data["audio_sha256"] == manifest["audio"]["sha256"]
    assert data["bytes"] == len(renderer.store.get(CALL_ID, AUDIO))
    assert data["thumbnail"]["left"][:48] == [pytest.approx(24, abs=2)] * 48
    assert data["talk"] == manifest["talk"]
    assert (data["talk"]["both_ms"], data["talk"]["silence_ms"]) == (7000, 3000)
    assert [entry.get("actor") for entry in manifest["entries"]][-4:-1] == ["u1"] * 3

    audio = renderer.audio()
    assert len(audio) == 10 * SECOND
    for talk in (audio[: 4 * SECOND], audio[7 * SECOND :]):
        assert loudest_hertz(talk[:, 0]) == pytest.approx(440, abs=1)
        assert loudest_hertz(talk[:, 1]) == pytest.approx(600, abs=1)
    # Opus rings for some milliseconds after a tone is cut; after that only its rounding is left.
    assert np.abs(audio[int(4.05 * SECOND) : int(6.95 * SECOND)]).max() <= 2
    assert renderer.faults() == {}


def test_nothing_readable_is_on_disk_while_a_call_is_rendered(renderer: Renderer) -> None:
    call = renderer.call()
    with renderer.running():
        voice = tone(440, 60)
        call.talk(voice, voice, from_ms=0)
        call.flush()
        draft = renderer.config.home / "unfinished" / f"{CALL_ID}.audio"
        until(lambda: draft.exists() and draft.stat().st_size > 65_000)
        assert b"Opus" not in draft.read_bytes()
        call.end()
        renderer.web.wait_for(CALL_ID, "recording.completed")
    assert not any((renderer.config.home / "unfinished").iterdir())


def test_a_call_followed_while_it_lasts_gives_the_samples_of_one_rendered_at_once(renderer: Renderer) -> None:
    ids = ["a" * 32, "b" * 32]
    followed, whole = renderer.call(ids[0]), renderer.call(ids[1])
    left, right = tone(440, 20), tone(600, 20)
    whole.talk(left, right, from_ms=0)
    whole.end()
    with renderer.running():
        for start in range(0, 20_000, 1000):
            followed.talk(left[start * 8 :][:8000], right[start * 8 :][:8000], from_ms=start)
            followed.flush()
        followed.end()
        for call_id in ids:
            renderer.web.wait_for(call_id, "recording.completed")
    first, second = (renderer.manifest(call_id) for call_id in ids)
    assert first["pcm_sha256"] == second["pcm_sha256"]
    assert first["peaks_sha256"] == second["peaks_sha256"]


def test_a_call_without_media_is_reported_as_empty(renderer: Renderer) -> None:
    call = renderer.call(mode=Mode.NONE)
    call.talk(tone(440, 2), tone(600, 2), from_ms=0)
    call.end()
    with renderer.running():
        renderer.web.wait_for(CALL_ID, "recording.empty")
        until(lambda: not call.path.exists())
    assert renderer.web.types(CALL_ID) == ["recording.empty"]
    assert not renderer.store.exists(CALL_ID)


def test_the_journal_stays_until_the_web_has_taken_the_completion(renderer: Renderer) -> None:
    renderer.web.status = 503
    call = renderer.call()
    call.talk(tone(440, 3), tone(600, 3), from_ms=0)
    call.end()
    with renderer.running():
        until(lambda: renderer.store.exists(CALL_ID))
        until(lambda: renderer.web.refused >= 3)
        assert call.path.exists()
        assert renderer.faults() == {}
        renderer.web.status = 204
        renderer.web.wait_for(CALL_ID, "recording.completed")
        until(lambda: not call.path.exists())


@pytest.mark.parametrize("damage", ["not a journal", "another master key"])
def test_an_unreadable_journal_is_reported_and_kept(renderer: Renderer, damage: str) -> None:
    path = renderer.config.journals / f"{CALL_ID}.journal"
    if damage == "not a journal":
        path.write_bytes(b"scribble" * 10)
    else:
        CapturedCall(renderer.config.journals).end()
    content = path.read_bytes()
    with renderer.running():
        failed = renderer.web.wait_for(CALL_ID, "recording.failed")
        until(lambda: not path.exists())
    assert failed["data"]["message"].endswith(".")
    assert (renderer.config.journals / "quarantine" / path.name).read_bytes() == content


def test_whatever_happened_to_a_journal_its_call_ends_truthfully(renderer: Renderer) -> None:
    headless, silent, holed, endless = (f"{digit}" * 32 for digit in "abcd")
    switch = Spool(renderer.config.spool("switch"), "switch")
    calls = {}
    for call_id in (headless, silent, holed, endless):
        call = calls[call_id] = renderer.call(call_id)
        call.talk(tone(440, 5), tone(600, 5), from_ms=0)
        call.end()
        data = {"status": "completed", "reason": "rep_hung_up", "duration_ms": 5000, "captured": True}
        switch.append(call_id, "call.ended", 5000, data)
    whole = {call_id: call.path.read_bytes() for call_id, call in calls.items()}
    chunks = {
        call_id: [at.start() for at in re.finditer(re.escape(MARKER), data)]
        for call_id, data in whole.items()
    }
    flip(calls[headless].path, 20)
    flip(copy_of(calls[headless].path), 20)
    flip(calls[silent].path, *(at + 60 for at in chunks[silent]))
    flip(calls[holed].path, chunks[holed][2] + 60)
    os.truncate(calls[endless].path, chunks[endless][-2])
    left = {call_id: calls[call_id].path.read_bytes() for call_id in (headless, silent)}

    with renderer.running():
        for call_id in (headless, silent):
            failed = renderer.web.wait_for(call_id, "recording.failed")["data"]
            assert failed["lost"], failed
        told = {
            call_id: renderer.web.wait_for(call_id, "recording.completed")["data"]
            for call_id in (holed, endless)
        }
        until(lambda: not list(renderer.config.journals.glob("*.*")))
    # What is left of a lost one is kept, with both headers.
    quarantined = renderer.config.journals / "quarantine"
    for call_id, content in left.items():
        assert (quarantined / f"{call_id}.journal").read_bytes().startswith(content)
        assert (quarantined / f"{call_id}.header").exists()
    # The switch's word says how long the call was; in the audio what is missing is silence.
    assert [hole["cause"] for data in told.values() for hole in data["holes"]] == ["damaged", "damaged"]
    assert [data["ends_at_ms"] for data in told.values()] == [5000, 5000]
    assert all(data["duration_ms"] >= 4980 for data in told.values())
    assert [data["damaged"] for data in told.values()] == [True, False]
    assert told[endless]["holes"][0]["end_ms"] == 5000
    for call_id in told:
        command = [sys.executable, "-m", "onrecord", "verify", call_id, "--witness"]
        witness = Witness(
            manifest_sha256=told[call_id]["manifest_sha256"], key_commitment=told[call_id]["key_commitment"]
        )
        ran = subprocess.run(
            [*command, str(witness)], env=renderer.environ, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 3, ran.stdout + ran.stderr
        assert "FAIL  complete: Missing:" in ran.stdout


def test_who_came_in_during_what_is_lost_is_known_by_what_follows(renderer: Renderer) -> None:
    call = renderer.call()
    call.flush()
    call.talk(tone(440, 3), tone(600, 3), from_ms=0)
    call.end()
    flip(call.path, call.path.read_bytes().index(MARKER) + 60)
    with renderer.running():
        renderer.web.wait_for(CALL_ID, "recording.completed")
    assert set(renderer.faults()) == {"complete"}
    parties = [(party["party"], party["side"], party["role"]) for party in renderer.manifest()["parties"]]
    assert parties == [(REP, "ours", "rep"), (CONTACT, "contact", "contact")]


def test_what_a_switch_left_unfinished_is_rendered_once_the_switch_has_ended_it(renderer: Renderer) -> None:
    call = renderer.call()
    call.talk(tone(440, 5), tone(600, 5), from_ms=0)
    call.host.close()
    with open(call.path, "ab") as file:
        file.write(MARKER + b"torn")
    with renderer.running():
        until((renderer.config.home / "unfinished" / f"{CALL_ID}.audio").exists)
        host = CaptureHost(renderer.config.journals, renderer.config.secrets.master_key)
        host.recover(lambda call_id: LastWord(clock_ms=0))
        host.close()
        renderer.web.wait_for(CALL_ID, "recording.completed")
    manifest = renderer.manifest()
    # The last second may be missing, and stands at the end as silence.
    hole = {"start_ms": 5000, "end_ms": 6000, "cause": "torn", "parties": [REP, CONTACT]}
    assert manifest["holes"] == [hole]
    assert manifest["samples"] == 8 * (6000 - manifest["begins_at_ms"])
    assert manifest["entries"][-1]["reason"] == "switch_restarted"
    assert renderer.faults() == {"complete": "Missing: 1.0 s at 5.0 s (torn)."}


def test_a_call_that_just_ended_does_not_wait_for_anothers_backlog(renderer: Renderer) -> None:
    backlog, short = renderer.call("b" * 32), renderer.call("a" * 32)
    voice = tone(440, 60)
    for minute in range(10):
        backlog.talk(voice, voice, from_ms=60_000 * minute)
    backlog.end()
    short.talk(voice[:16_000], voice[:16_000], from_ms=0)
    short.end()
    with renderer.running():
        renderer.web.wait_for("a" * 32, "recording.completed")
        renderer.web.wait_for("b" * 32, "recording.completed")
    order = [event["call_id"] for event in renderer.web.events if event["type"] == "recording.completed"]
    assert order == ["a" * 32, "b" * 32]


def test_killed_at_any_moment_it_still_ends_with_one_right_recording(renderer: Renderer) -> None:
    call, chance = renderer.call(), random.Random(20)
    left, right = tone(440, 60), tone(600, 60)
    for minute in range(5):
        call.talk(left, right, from_ms=60_000 * minute)
    call.end()
    for _ in range(10):
        process = renderer.start()
        try:
            process.wait(chance.uniform(0.2, 1.8))
        except subprocess.TimeoutExpired:
            process.kill()
        assert process.wait() == -signal.SIGKILL
        if renderer.store.exists(CALL_ID):
            stored = StoredRecording(renderer.store, CALL_ID)
            assert all(check.passed for check in verify(renderer.config, CALL_ID, stored.witness))
    with renderer.running():
        renderer.web.wait_for(CALL_ID, "recording.completed")
        until(lambda: not call.path.exists())
    assert renderer.web.types(CALL_ID).count("recording.completed") == 1
    assert renderer.manifest()["samples"] == 300 * 8000
    assert len(renderer.audio()) == 300 * SECOND
    assert renderer.faults() == {}
    assert not any((renderer.config.home / "unfinished").iterdir())
    stored = {path.name for path in (renderer.config.home / "blobs" / "recordings" / CALL_ID).iterdir()}
    assert stored == {"key", AUDIO, PEAKS, MANIFEST}


def test_an_erased_recording_does_not_come_back_with_a_restart(renderer: Renderer) -> None:
    renderer.web.status = 503
    call = renderer.call()
    call.talk(tone(440, 3), tone(600, 3), from_ms=0)
    call.end()
    with renderer.running():
        until(
            lambda: any(
                path.suffix == ".event" and b"completed" in path.read_bytes()
                for path in renderer.config.spool("renderer").glob("*/*")
            )
        )
    renderer.store.erase(CALL_ID)
    renderer.web.status = 204
    with renderer.running():
        until(lambda: not call.path.exists())
    assert not renderer.store.exists(CALL_ID)


def test_what_somebody_else_stored_for_a_call_is_not_told_as_its_recording(
    renderer: Renderer, tmp_path: Path
) -> None:
    """The store is asked about calls of which nothing was told yet: it must not answer for them."""
    planted = CapturedCall(tmp_path / "planted", master_key=renderer.config.secrets.master_key)
    planted.talk(tone(1000, 3), tone(1000, 3), from_ms=0)
    planted.end()
    (tmp_path / "unfinished").mkdir()
    follower = JournalFollower(planted.path, renderer.config.secrets.master_key, tmp_path / "unfinished")
    while follower.advance(32):
        pass
    recording = follower.finish()
    assert recording is not None
    recording.put(renderer.store)

    call = renderer.call()
    call.talk(tone(440, 3), tone(600, 3), from_ms=0)
    call.end()
    content = call.path.read_bytes()
    with renderer.running():
        failed = renderer.web.wait_for(CALL_ID, "recording.failed")
        until(lambda: not call.path.exists())
    assert "was made from something else" in failed["data"]["message"]
    assert (renderer.config.journals / "quarantine" / call.path.name).read_bytes() == content


def altered(document: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """A copy with one number or text changed."""
    copy: Any = json.loads(json.dumps(document))
    place = copy
    for step in path[:-1]:
        place = place[step]
    value = place[path[-1]]
    place[path[-1]] = value + 1 if isinstance(value, int) else value + "0"
    result: dict[str, Any] = copy
    return result


def test_verify_names_the_fault_of_every_tampering(renderer: Renderer) -> None:
    renderer.web.status = 503
    call = renderer.call()
    call.talk(tone(440, 5), tone(600, 5), from_ms=0)
    call.end()
    with renderer.running():
        renderer.told()
    folder = renderer.config.home / "blobs" / "recordings" / CALL_ID
    good = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(good[MANIFEST])
    assert renderer.faults() == {}

    def faults(name: str, content: bytes) -> set[str]:
        (folder / name).write_bytes(content)
        found = set(renderer.faults())
        (folder / name).write_bytes(good[name])
        return found

    def manifest_faults(*path: str | int) -> set[str]:
        return faults(MANIFEST, json.dumps(altered(manifest, *path)).encode())

    flipped = bytearray(good[AUDIO])
    flipped[1000] ^= 1
    assert faults(AUDIO, bytes(flipped)) == {"audio", "samples", "spans"}
    assert faults(AUDIO, good[AUDIO][:-1]) == {"audio", "samples", "spans"}
    assert faults(PEAKS, good[PEAKS][:-1]) == {"peaks"}
    assert faults("key", b"{}") == {"key"}
    assert faults(MANIFEST, b"[") == {"manifest"}
    assert manifest_faults("call_id") == {"manifest"}
    assert manifest_faults("entries", 3, "clock") == {"witness", "signature", "entries"}
    assert manifest_faults("audio", "sha256") == {"witness", "signature", "audio"}
    shorter = json.dumps(manifest | {"samples": manifest["samples"] // 2}).encode()
    assert faults(MANIFEST, shorter) == {"witness", "signature", "samples", "spans", "peaks"}
    assert manifest_faults("samples") == {"witness", "signature", "samples", "peaks"}
    assert manifest_faults("spans", 0, "end_ms") == {"witness", "signature", "spans"}
    assert manifest_faults("peaks_sha256") == {"witness", "signature", "peaks"}
    assert manifest_faults("pcm_sha256") == {"witness", "signature", "journal"}
    assert manifest_faults("drops") == {"witness", "signature"}

    renderer.store.erase(CALL_ID)
    assert renderer.faults() == {"manifest": f"Call {CALL_ID} has no manifest in the blob store."}
    with pytest.raises(ValueError, match="not a call ID"):
        verify(renderer.config, "x", Witness(manifest_sha256="", key_commitment=""))


@pytest.mark.parametrize("suffix", [".ogg", ".wav"])
def test_a_journal_renders_by_hand_to_the_samples_of_its_recording(
    renderer: Renderer, tmp_path: Path, suffix: str
) -> None:
    renderer.web.status = 503
    call, out = renderer.call(), tmp_path / f"out{suffix}"
    call.talk(tone(440, 5), tone(600, 5), from_ms=0)
    call.end()
    with renderer.running():
        until(lambda: renderer.store.exists(CALL_ID))
    report = render_to_file(call.path, out, renderer.config.secrets.master_key)
    assert report.pcm_sha256 == renderer.manifest()["pcm_sha256"]
    assert (report.samples, report.begins_at_ms, report.damaged, report.ended) == (40_000, 20, False, True)
    with av.open(str(out)) as container:
        rate = container.streams.audio[0].rate
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    channels = np.concatenate([b.reshape(-1, 2) if len(b) == 1 else b.T for b in blocks])
    assert len(channels) == 5 * rate
    for channel, hertz in ((0, 440), (1, 600)):
        spectrum = np.abs(np.fft.rfft(channels[:, channel]))
        assert np.argmax(spectrum) / 5 == pytest.approx(hertz, abs=1)


def test_rendering_by_hand_says_what_is_missing(tmp_path: Path) -> None:
    call = CapturedCall(tmp_path)
    with pytest.raises(ValueError, match=r"must end in \.ogg or \.wav"):
        render_to_file(call.path, tmp_path / "out.mp3", MASTER_KEY)
    call.flush()
    with pytest.raises(ValueError, match="holds no audio"):
        render_to_file(call.path, tmp_path / "out.ogg", MASTER_KEY)
    assert not (tmp_path / "out.ogg").exists()
    call.talk(tone(440, 2), tone(600, 2), from_ms=0)
    call.flush()
    assert "has not ended" in str(render_to_file(call.path, tmp_path / "out.ogg", MASTER_KEY))
    flip(call.path, call.path.stat().st_size // 2)
    call.capture.end("completed", "rep_hung_up")
    call.flush()
    said = str(render_to_file(call.path, tmp_path / "out.ogg", MASTER_KEY))
    assert "Missing: 0.7 s at 0.7 s (damaged)." in said
    assert "was damaged" in said
    with pytest.raises(ValueError, match="cannot be rendered"):
        render_to_file(call.path, tmp_path / "out.ogg", bytes(32))
    call.host.close()
