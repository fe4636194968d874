"""A browser's side of a call without a browser: an aiortc connection that sends a tone."""

import asyncio
import threading
from collections.abc import Coroutine
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import get_capabilities
from av import AudioFrame

T = TypeVar("T")


class Tone(MediaStreamTrack):
    """A sine at 8 kHz, in real time."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._sent = 0
        self._began: float | None = None

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(self._began + self._sent / 8000 - loop.time())
        time = (self._sent + np.arange(160)) / 8000
        wave = np.rint(12000 * np.sin(2 * np.pi * self._hertz * time)).astype(np.int16)
        frame = AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, self._sent, Fraction(1, 8000)
        self._sent += 160
        return frame


class Peers:
    """Connections of a test, on an event loop in its own thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._open: list[RTCPeerConnection] = []

    def offer(self, hertz: float = 440) -> "Peer":
        """A new connection with its offer."""
        return self.do(self._offer(hertz))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def close(self) -> None:
        self.do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _offer(self, hertz: float) -> "Peer":
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._open.append(connection)
        transceiver = connection.addTransceiver(Tone(hertz), direction="sendrecv")
        pcmu = [codec for codec in get_capabilities("audio").codecs if codec.mimeType == "audio/PCMU"]
        transceiver.setCodecPreferences(pcmu)
        await connection.setLocalDescription(await connection.createOffer())
        return Peer(self, connection)

    async def _close(self) -> None:
        for connection in self._open:
            await connection.close()


class Peer:
    """One connection."""

    def __init__(self, peers: Peers, connection: RTCPeerConnection) -> None:
        self._peers = peers
        self._connection = connection

    @property
    def sdp(self) -> str:
        return str(self._connection.localDescription.sdp)

    def accept(self, sdp: str) -> None:
        self._peers.do(self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer")))

    def close(self) -> None:
        self._peers.do(self._connection.close())
