"""A real switch process, browsers made with aiortc, and an event receiver, for tests and benchmarks."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import numpy as np
from aiohttp import web
from aiohttp.test_utils import unused_port
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import get_capabilities
from aiortc.rtp import RtpPacket
from av.packet import Packet
from av.stream import Stream

from onrecord.audio import tones
from onrecord.audio.g711 import ULAW
from onrecord.config import Config
from onrecord.media.capture.journal import ControlFrame
from onrecord.media.capture.reader import JournalReader
from onrecord.protocol.signature import HEADER, sent_at

PCMU = [codec for codec in get_capabilities("audio").codecs if codec.mimeType == "audio/PCMU"]


async def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Poll until a condition is true; raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.01)


class EventReceiver:
    """Receives the switch's events like the web, on a real socket in its own thread."""

    def __init__(self, event_secret: str, port: int) -> None:
        self.events: list[dict[str, Any]] = []
        self._secret = event_secret
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._main, daemon=True)
        self._thread.start()
        self._listening.wait()

    def of(self, call_id: str) -> list[dict[str, Any]]:
        return [event for event in list(self.events) if event["call_id"] == call_id]

    def types(self, call_id: str) -> list[str]:
        return [event["type"] for event in self.of(call_id)]

    async def event(self, call_id: str, kind: str, seconds: float = 20) -> dict[str, Any]:
        """Wait for the first event of a type."""
        await until(lambda: kind in self.types(call_id), f"{kind} of {call_id}", seconds)
        return next(event for event in self.of(call_id) if event["type"] == kind)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self._application(), shutdown_timeout=0.1)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self._port).start())
        self._listening.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def _application(self) -> web.Application:
        async def take(request: web.Request) -> web.Response:
            body = await request.read()
            if sent_at(self._secret, body, request.headers.get(HEADER, "")) is None:
                return web.Response(status=401)
            self.events.append(json.loads(body))
            return web.Response(status=204)

        app = web.Application()
        app.router.add_post("/internal/events", take)
        return app


class SwitchRig:
    """A switch with its own process and data folder, and the web's side of its contract."""

    def __init__(self, home: Path, *, drain_s: int = 0) -> None:
        self.environ = {
            "ONRECORD_HOME": str(home),
            "ONRECORD_WEB": f"127.0.0.1:{unused_port()}",
            "ONRECORD_SWITCH": f"127.0.0.1:{unused_port()}",
            "ONRECORD_DRAIN_SECONDS": str(drain_s),
        }
        self.config = Config.load(self.environ)
        self.log = home / "switch.log"
        self.events = EventReceiver(self.config.secrets.event_secret, int(self.config.web_address[10:]))
        self.process = self._spawn()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.events.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "onrecord", "switch"],
                env=os.environ | self.environ,
                stdout=log,
                stderr=log,
            )

    def restart(self) -> None:
        self.process = self._spawn()

    def kill(self) -> None:
        """Kill the switch with SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Send SIGTERM. Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def client(self, secret: str | None = None) -> aiohttp.ClientSession:
        """An HTTP client for the switch, with its secret unless another one is given."""
        token = self.config.secrets.switch_secret if secret is None else secret
        return aiohttp.ClientSession(
            f"http://{self.config.switch_address}", headers={"Authorization": f"Bearer {token}"}
        )

    async def ready(self) -> None:
        """Wait until the switch responds."""
        deadline = time.monotonic() + 30
        async with self.client() as client:
            while True:
                try:
                    async with client.get("/health"):
                        return
                except aiohttp.ClientError:
                    assert self.process.poll() is None, self.log.read_text()
                    assert time.monotonic() < deadline, self.log.read_text()
                    await asyncio.sleep(0.05)

    def journal(self, call_id: str) -> "Journal":
        return Journal(self.config.journals / f"{call_id}.journal", self.config.secrets.master_key)


class Journal:
    """The current content of a journal."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        reader = JournalReader(path, master_key)
        self.controls: list[ControlFrame] = []
        #: (party, clock ms, payload) in journal order.
        self.media: list[tuple[int, int, bytes]] = []
        for chunk in reader.poll():
            self.controls += chunk.controls()
            media = chunk.media()
            for head, offset in zip(media.headers, media.offsets, strict=True):
                payload = bytes(media.plaintext[offset : offset + int(head["size"])])
                self.media.append((int(head["party"]), int(head["clock"]), payload))
        self.ended = reader.ended
        self.damage = reader.damage

    @property
    def types(self) -> list[str]:
        return [frame.type for frame in self.controls]

    def clocks(self, party: int) -> list[int]:
        return [clock for who, clock, _ in self.media if who == party]

    def sound(self, party: int) -> bytes:
        return b"".join(payload for who, _, payload in self.media if who == party)


class Microphone(MediaStreamTrack):
    """Plays PCMU in frames of 20 ms, like a browser's microphone."""

    kind = "audio"

    def __init__(self, sound: bytes) -> None:
        super().__init__()
        self._frames = itertools.cycle(tones.frames(sound))
        self._count = 0
        self._start: float | None = None
        self.silent = asyncio.Event()

    async def recv(self) -> "Packet[Stream]":
        now = time.monotonic()
        if self._start is None:
            self._start = now
        await asyncio.sleep(max(0.0, self._start + self._count * 0.02 - now))
        while self.silent.is_set():
            await asyncio.sleep(0.02)
        packet: Packet[Stream] = Packet(next(self._frames))
        packet.pts = self._count * 160
        packet.time_base = Fraction(1, 8000)
        self._count += 1
        return packet


class Browser:
    """A rep's browser: a real WebRTC peer that sends a tone and stores what it hears."""

    def __init__(self, sound: bytes | None = None, *, control: bool = True) -> None:
        """`control`: whether it has a control channel, like a browser with our page."""
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        #: The switch's answers on the control channel.
        self.answers: list[dict[str, Any]] = []
        self.microphone = Microphone(sound or tones.tone(440, ms=1000, level=0.4))
        #: (monotonic seconds, RTP timestamp, payload)
        self.heard: list[tuple[float, int, bytes]] = []
        transceiver = self.connection.addTransceiver(self.microphone, direction="sendrecv")
        transceiver.setCodecPreferences(PCMU)
        transceiver.receiver._handle_rtp_packet = self._hear  # type: ignore[method-assign]
        if control:
            self.channel = self.connection.createDataChannel("control", negotiated=True, id=0)
            self.channel.on("message", lambda text: self.answers.append(json.loads(text)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connection.close()

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def stop_renewing_consent(self) -> None:
        """Act like a browser that is gone, while its audio still arrives."""
        transport = self.connection.getTransceivers()[0].receiver.transport.transport
        transport.iceGatherer._connection._query_consent_task.cancel()

    async def press(self, want: str, press: str = "") -> dict[str, Any]:
        """Press a button over the control channel. Returns the switch's answer."""
        press = press or uuid.uuid4().hex
        seen = len(self.answers)
        await until(lambda: self.channel.readyState == "open", "the control channel opens")
        self.channel.send(json.dumps({"press": press, "want": want}))
        await until(lambda: len(self.answers) > seen, "an answer on the control channel")
        assert self.answers[-1]["press"] == press
        return self.answers[-1]

    def sound(self, since: float = 0.0) -> bytes:
        """What was heard since a time (monotonic seconds)."""
        return b"".join(payload for moment, _, payload in self.heard if moment >= since)

    async def listens(self, ms: int) -> None:
        """Wait until this much more audio has been heard, regardless of how much time has passed."""
        wanted = len(self.heard) + ms // 20
        await until(lambda: len(self.heard) >= wanted, f"{ms} ms more of sound")

    async def hears(self, *frequencies: int, seconds: float = 20) -> None:
        """Wait until the last 200 ms have exactly these tones."""
        await until(
            lambda: (
                len(self.heard) >= 10
                and spectrum(payload for _, _, payload in self.heard[-10:]) == set(frequencies)
            ),
            f"hearing {frequencies}",
            seconds,
        )

    async def _hear(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.heard.append((time.monotonic(), packet.timestamp, packet.payload))


class Call:
    """One call, controlled like the web does."""

    def __init__(self, rig: SwitchRig, client: aiohttp.ClientSession, call_id: str) -> None:
        self.rig = rig
        self.client = client
        self.call_id = call_id

    async def post(self, what: str, expected: int = 200, **body: Any) -> dict[str, Any]:
        """Send a command. Returns its response, which must have the expected status."""
        async with self.client.post(f"/calls/{self.call_id}/{what}", json=body) as reply:
            text = await reply.text()
            assert reply.status == expected, (reply.status, text)
            return json.loads(text) if text else {}

    async def pause(self, expected: int = 200, actor: str = "ann", press: str = "") -> dict[str, Any]:
        """Press Pause; the same `press` again is a repetition."""
        return await self.post("pause", expected, actor=actor, press=press or uuid.uuid4().hex)

    async def record(
        self, expected: int = 200, actor: str = "ann", generation: int | None = None
    ) -> dict[str, Any]:
        """Request recording, as of the call's current or a given `generation`."""
        known = (await self.state())["generation"] if generation is None else generation
        return await self.post("record", expected, actor=actor, generation=known)

    async def restrict(self, mode: str, *, may_change: bool = True, policy_version: int) -> dict[str, Any]:
        return await self.post("restrict", mode=mode, may_change=may_change, policy_version=policy_version)

    async def join(self, browser: "Browser", user: str) -> None:
        """Another user's browser joins and connects."""
        answer = await self.post("join", sdp=await browser.offer(), user_id=user, controls=True)
        await browser.accept(answer["sdp"])

    async def state(self) -> dict[str, Any]:
        async with self.client.get(f"/calls/{self.call_id}") as reply:
            assert reply.status == 200
            state: dict[str, Any] = await reply.json()
            return state

    async def hang_up(self) -> dict[str, Any]:
        return await self.post("hangup", actor="ann")

    async def event(self, kind: str, seconds: float = 20) -> dict[str, Any]:
        return await self.rig.events.event(self.call_id, kind, seconds)

    async def ended(self, seconds: float = 20) -> dict[str, Any]:
        data: dict[str, Any] = (await self.event("call.ended", seconds))["data"]
        return data

    async def journal(self) -> Journal:
        """The journal after the end of the call."""
        await until(lambda: self.rig.journal(self.call_id).ended, "the journal's end")
        return self.rig.journal(self.call_id)


def place_call(to: str, sdp: str, /, **changes: Any) -> dict[str, Any]:
    """The body of `POST /calls`. `changes` go into the decision or the body, wherever they belong."""
    body: dict[str, Any] = {
        "call_id": uuid.uuid4().hex,
        "to": to,
        "from": "+12025550100",
        "sdp": sdp,
        "user_id": "ann",
        "controls": True,
        "announcement": None,
        "beep_every_s": None,
        "decision": {"mode": "both", "record_at_start": True, "may_change": True, "policy_version": 7},
    }
    for name, value in changes.items():
        (body if name in body else body["decision"])[name] = value
    return body


async def place(
    rig: SwitchRig, client: aiohttp.ClientSession, browser: Browser, to: str, **changes: Any
) -> Call:
    """Place a call from a browser and connect it."""
    body = place_call(to, await browser.offer(), **changes)
    async with client.post("/calls", json=body) as reply:
        answer = await reply.json()
        assert reply.status == 201, answer
    await browser.accept(answer["sdp"])
    return Call(rig, client, body["call_id"])


def spectrum(payloads: Iterable[bytes]) -> set[int]:
    """The dominant frequencies in PCMU, in Hz rounded to 10; empty for silence."""
    samples = ULAW[np.frombuffer(b"".join(payloads), np.uint8)].astype(float) / 32768
    if np.max(np.abs(samples)) < 0.01:
        return set()
    window = np.hanning(len(samples))
    size = np.abs(np.fft.rfft(samples * window)) / np.sum(window) * 2
    peak = (size[1:-1] > 0.03) & (size[1:-1] >= size[:-2]) & (size[1:-1] > size[2:])
    return {round((place + 1) * 8000 / len(samples) / 10) * 10 for place in np.flatnonzero(peak)}
